"""axe-core on every page, in light and dark, wide and narrow: no violation of WCAG 2.2 A or AA."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.axe import judged
from tests.browser.pages import pages_of
from tests.browser.person import Person
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]
# What opens over a page: the key that opens it, and the element that is then there.
OVER = {"p": "#new-promise", "?": "#key-sheet", "Control+k": "#palette"}


def test_axe_looks(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    mara.open("/today/")
    mara.page.evaluate("document.querySelector('#main').insertAdjacentHTML('beforeend', '<button></button>')")
    assert judged(mara.page) == ["button-name: <button></button>"]


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
        assert judged(mara.page) == [], key


def test_what_opens_over_a_list(stage: Stage, seat: Seat) -> None:
    pages_of(stage)
    mara = seat("mara")
    for part in ("owner", "when", "cause"):
        mara.open("/cases/")
        mara.page.locator(f"td a[href$='/change/{part}/']").first.click()
        mara.page.locator("#pop:popover-open form").last.wait_for(state="visible")
        assert judged(mara.page) == [], part


def test_the_door(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    mara.context.clear_cookies()
    assert violations(mara, "/accounts/login/") == []
    mara.click("Sign in")
    mara.sees("There is a problem")
    assert judged(mara.page) == []


def violations(person: Person, path: str) -> list[Any]:
    """What axe finds on a page."""
    person.open(path)
    return judged(person.page)
