"""axe-core, asked about a page as it is now."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RUN = """async () => {
    const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];
    const found = await axe.run(document, { runOnly, resultTypes: ["violations"] });
    return found.violations.flatMap(one => one.nodes.map(node => `${one.id}: ${node.html.slice(0, 160)}`));
}"""


def judged(page: Page) -> list[str]:
    """What it finds. Run beside the page: its policy lets no stranger's script in."""
    page.evaluate(AXE)
    return list(page.evaluate(RUN))
