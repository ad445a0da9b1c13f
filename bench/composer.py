"""The coach as somebody types: from a key to what it says of the words, in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.filling import clear, fill_customers, fill_history
from bench.ground import EMAIL, PASSWORD, Ground
from bench.table import Row, below

LIMIT_MS = 150
PROMISES, CUSTOMERS = 2_000, 500
# A quick typist: 125 characters in ten seconds.
KEY_MS = 80
LETTERS = 2_000
TYPED = 300
_OPEN = "SELECT id FROM cases_case WHERE closed_at IS NULL ORDER BY id LIMIT 1"
_SENTENCE = (
    "We told you that the engineer comes before noon and nobody came. The warehouse made a mistake, I am sorry. "
)
_SWITCHES = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking".split()  # noqa: SIM905
# A reading has in it what was typed before it was asked for; it is seen when the frame after the swap is drawn.
_WATCH = """() => {
    const typed = [];
    let asked = [];
    window.spans = [];
    document.querySelector("#case textarea[data-words]").addEventListener("input", () => typed.push(performance.now()));
    document.body.addEventListener("htmx:configRequest", ({ detail }) => {
        if (detail.elt.id === "coach") asked = typed.splice(0);
    });
    document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
        if (detail.target.id !== "coach") return;
        const keys = asked;
        asked = [];
        requestAnimationFrame(() => requestAnimationFrame(() => {
            const now = performance.now();
            window.spans.push(...keys.map((at) => now - at));
        }));
    });
}"""


def run(place: Ground, *, full: bool) -> Iterator[Row]:
    """The time from a key to the findings drawn, at the end of a message of 2,000 characters."""
    program = shutil.which("chromium")
    if program is None:
        raise RuntimeError("Chromium is not there: apt-get install chromium.")
    clear(place)
    fill_history(place, PROMISES, fill_customers(place, CUSTOMERS), CUSTOMERS)
    number = place.sql(_OPEN)[0][0]
    with place.web(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_SWITCHES)
        page = browser.new_page()
        spans = sorted(_typed(page, f"http://127.0.0.1:{place.port}", number))
        browser.close()
    yield below("the coach as one types, key to findings drawn, median", spans[len(spans) // 2], "ms", LIMIT_MS)
    yield below("the coach as one types, p95", spans[int(0.95 * len(spans))], "ms", LIMIT_MS)
    clear(place)


def _typed(page: Page, base: str, number: int) -> list[float]:
    """Milliseconds from each key to the reading that has it. Raises TimeoutError when one was never read."""
    page.goto(f"{base}/accounts/login/")
    page.fill("input[name=login]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/today/")
    page.goto(f"{base}/cases/SR-{number}/")
    page.get_by_text("Their page", exact=True).click()
    words = page.locator("#case textarea[data-words]")
    words.fill((_SENTENCE * 40)[: LETTERS - TYPED])
    page.locator(".under mark").first.wait_for(state="attached")
    page.wait_for_timeout(1_000)
    page.evaluate(_WATCH)
    words.press("End")
    words.press_sequentially(_SENTENCE * 2 + _SENTENCE[: TYPED - 2 * len(_SENTENCE)], delay=KEY_MS, timeout=120_000)
    page.wait_for_function(f"window.spans.length >= {TYPED}", timeout=10_000)
    spans: list[Any] = page.evaluate("window.spans")
    return [float(one) for one in spans]
