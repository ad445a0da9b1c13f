"""The desk in one hand: a bar at the bottom, one thing at a time, nothing that scrolls sideways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.pages import pages_of
from tests.browser.person import Person
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_one_pane_and_a_bar_at_the_bottom(stage: Stage, seat: Seat) -> None:
    pages_of(stage)
    mara = seat("mara", width=390, has_touch=True)
    mara.open("/today/")
    expect(mara.page.locator(".tabbar")).to_be_visible()
    expect(mara.page.locator("#nav")).to_be_hidden()
    expect(mara.page.locator("#case")).to_be_hidden()
    mara.finds("broken", "Dana Okafor").click()
    expect(mara.page.locator("#case")).to_be_visible()
    expect(mara.page.locator("#rows")).to_be_hidden()
    mara.records("notes", text="She is at work until five.")
    mara.sees("noted: She is at work until five.", within="#case .tl")
    mara.page.locator("#case .back").click()
    expect(mara.page.locator("#rows")).to_be_visible()
    expect(mara.page.locator("#case")).to_be_hidden()
    mara.page.get_by_role("button", name="More").click()
    expect(mara.page.locator("#nav")).to_be_visible()
    mara.page.locator("#nav").get_by_role("link", name="Customers").click()
    mara.sees("Dana Okafor")
    mara.page.locator(".tabbar [data-open=new-promise]").click()
    expect(mara.page.locator("#new-promise")).to_be_visible()


def test_no_page_scrolls_sideways(stage: Stage, seat: Seat) -> None:
    paths = pages_of(stage)
    ada = seat("ada", width=320)
    wide = {}
    for path in paths:
        ada.open(path)
        wide[path] = ada.page.evaluate(SIDEWAYS)
    assert {path: by for path, by in wide.items() if by > 0} == {}


def test_what_is_touched_is_large_enough(stage: Stage, seat: Seat) -> None:
    """24 px is the least of WCAG 2.2; on a screen that is touched the bar, the rows and the buttons get 44."""
    pages_of(stage)
    mara = seat("mara", width=390, has_touch=True, is_mobile=True)
    mara.open("/today/")
    for target in mara.page.locator(".tabbar a, .tabbar button, .case-row").all():
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44, (target.inner_text(), box)
