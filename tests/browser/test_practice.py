"""A first day: somebody new practises, badly and then well, with the keyboard, and on a phone without a script."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.axe import judged
from tests.browser.person import Person

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]
FIRST = "I am sorry, Dana. We failed you. I will see this through myself. What do you need it for today?"
LAST = (
    "I understand how frustrating this is. I will load it with you by 10:30. Is that right for you, or is there "
    "something more?"
)


def test_a_first_try_is_lost_and_the_next_goes_well(seat: Seat) -> None:
    mara = seat("mara")
    mara.open("/practice/")
    mara.page.get_by_role("link", name="The unit that is not on site").click()
    mara.click("Begin")
    for words in ("Could you check back in an hour?", "Please check back later."):
        expect(mara.page.locator("#f-text")).to_be_focused()
        mara.page.keyboard.type(words)
        mara.press("Control+Enter")
    mara.click("End the conversation")
    expect(mara.page).to_have_title(re.compile("Lost"))
    mara.sees("You gave the work to them")
    assert judged(mara.page) == []
    mara.click("Play it again")
    mara.page.locator("#f-text").fill(FIRST)
    mara.click("Say it")
    mara.sees("It is for a foundation.")
    mara.page.locator("#f-text").fill(LAST)
    mara.page.locator("[name=give]").select_option("larger")
    mara.click("Say it")
    expect(mara.page).to_have_title(re.compile("Content"))
    mara.sees("Your last try")


def test_it_plays_on_a_phone_without_a_script(seat: Seat) -> None:
    mara = seat("mara", width=390, java_script_enabled=False)
    mara.open("/practice/late-unit/")
    mara.click("Begin")
    mara.click("Say it")
    mara.sees("Say something to the customer first.")
    mara.click("Look what stands in the yard")
    mara.sees("A compactor one size larger stands washed and fuelled.")
    mara.page.locator("#f-text").fill(f"{FIRST} I will call you back in 20 minutes.")
    mara.click("Say it")
    mara.click("Until what you promised")
    mara.page.locator("#f-text").fill(LAST.replace("10:30", "11:00"))
    mara.page.locator("[name=give]").select_option("larger")
    mara.click("Say it")
    expect(mara.page).to_have_title(re.compile("Content"))
    mara.sees("You came back when you had said")
