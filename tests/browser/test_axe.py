"""axe-core on every page, in light and dark, wide and narrow: no violation of WCAG 2.2 A or AA."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.pages import pages_of
from tests.browser.person import Person
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RUN = """async () => {
    const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];
    const found = await axe.run(document, { runOnly, resultTypes: ["violations"] });
    return found.violations.flatMap(one => one.nodes.map(node => `${one.id}: ${node.html.slice(0, 160)}`));
}"""
# What opens over a page: the key that opens it, and the element that is then there.
OVER = {"p": "#new-promise", "?": "#key-sheet", "Control+k": "#palette"}


def test_axe_looks(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    mara.open("/today/")
    mara.page.evaluate("document.querySelector('#main').insertAdjacentHTML('beforeend', '<button></button>')")
    assert judged(mara) == ["button-name: <button></button>"]


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page(stage: Stage, seat: Seat, scheme: str, width: int) -> None:
    ada = seat("ada", width=width, color_scheme=scheme)
    found = {path: violations(ada, path) for path in pages_of(stage)}
    assert {path: what for path, what in found.items() if what} == {}


def test_what_opens_over_a_page(stage: Stage, seat: Seat) -> None:
    pages_of(stage)
    mara = seat("mara")
    for key, over in OVER.items():
        mara.open("/today/")
        mara.press(key)
        mara.page.locator(over).wait_for(state="visible")
        assert judged(mara) == [], key


def test_what_opens_over_a_list(stage: Stage, seat: Seat) -> None:
    pages_of(stage)
    mara = seat("mara")
    for part in ("owner", "when", "cause"):
        mara.open("/cases/")
        mara.page.locator(f"td a[href$='/change/{part}/']").first.click()
        mara.page.locator("#pop:popover-open form").last.wait_for(state="visible")
        assert judged(mara) == [], part


def test_the_door(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    mara.context.clear_cookies()
    assert violations(mara, "/accounts/login/") == []
    mara.click("Sign in")
    mara.sees("There is a problem")
    assert judged(mara) == []


def violations(person: Person, path: str) -> list[Any]:
    """What axe finds on a page."""
    person.open(path)
    return judged(person)


def judged(person: Person) -> list[Any]:
    """What axe finds on the page as it is now. Run beside the page: its policy lets no stranger's script in."""
    person.page.evaluate(AXE)
    return list(person.page.evaluate(RUN))
