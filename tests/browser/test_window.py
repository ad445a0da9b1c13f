"""The window of the desk stands still: what is long scrolls in its own part, nothing hangs below the bottom edge."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.pages import pages_of
from tests.browser.person import Person
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]
BELOW = "document.documentElement.scrollHeight - window.innerHeight"


@pytest.mark.parametrize("width", [900, 1100, 1440])
def test_no_page_lengthens_the_window(stage: Stage, seat: Seat, width: int) -> None:
    ada = seat("ada", width=width)
    ada.page.set_viewport_size({"width": width, "height": 600})
    below = {}
    for path in pages_of(stage):
        if path.startswith("/accounts/") or path.endswith("/preview/"):
            continue  # The door, and the customer's own page: letters, not the desk.
        ada.open(path)
        below[path] = ada.page.evaluate(BELOW)
    assert {path: by for path, by in below.items() if by > 0} == {}


def test_a_call_is_logged_where_there_is_little_room(stage: Stage, seat: Seat) -> None:
    case = next(path for path in pages_of(stage) if path.startswith("/today/?case="))
    mara = seat("mara")
    mara.page.set_viewport_size({"width": 1440, "height": 620})
    mara.open(case)
    mara.page.locator("#case .box").get_by_text("Log a call").click()
    send = mara.page.locator("#case .box .say button")
    expect(send).to_be_in_viewport(ratio=1)
    mara.page.locator("#case .box [name=text]").fill("She is at work until five.")
    send.click()
    mara.sees("She is at work until five.", within="#case .tl")
    assert mara.page.evaluate(BELOW) == 0
