"""A lead assigns a scene, an agent plays it as assigned, the lead speaks of a line, and the agent answers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.axe import judged
from tests.browser.person import Person

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]


def test_a_scene_is_assigned_played_and_spoken_of(seat: Seat) -> None:
    lena = seat("lena")
    lena.open("/practice/team/assign/")
    lena.page.locator("#f-people label", has_text="Mara").click()
    lena.page.get_by_label("The unit that is not on site").check()
    lena.page.locator("#f-due_on").fill("2199-11-27")
    lena.page.locator("#f-why").fill("Late units are our week.")
    assert judged(lena.page) == []
    lena.page.get_by_role("button", name="Assign", exact=True).click()
    lena.sees("Not begun")
    assert judged(lena.page) == []

    mara = seat("mara", width=390)
    mara.open("/practice/")
    mara.sees("Assigned to you")
    mara.page.locator(".assigned").get_by_role("link", name="The unit that is not on site").click()
    mara.sees("your leads can read it once it has ended")
    assert judged(mara.page) == []
    mara.click("Begin as assigned")
    mara.page.locator("#f-text").fill("Could you check back in an hour?")
    mara.click("Say it")
    mara.click("End the conversation")
    expect(mara.page).to_have_title(re.compile("Lost"))

    lena.open("/practice/team/")
    lena.sees("Played, not passed")
    lena.page.locator(".asks").get_by_role("link", name="Read").click()
    lena.page.locator("#line-1 summary").click()
    lena.page.locator("#f-text-1").fill("Who calls whom back?")
    assert judged(lena.page) == []
    lena.page.locator("#line-1 button").click()
    lena.sees("Who calls whom back?")

    mara.page.reload()
    mara.sees("Who calls whom back?")
    mara.page.locator("#line-1 summary").click()
    mara.page.locator("#f-text-1").fill("I call them.")
    mara.page.locator("#line-1 button").click()
    mara.sees("I call them.")
    assert judged(mara.page) == []
