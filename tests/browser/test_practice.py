"""A first day: somebody new practises, badly and then well, with the keyboard, and on a phone without a script."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from makegood.practice.rules.scene_file import shipped
from tests.browser.axe import judged
from tests.browser.person import Person
from tests.browser.stage import Stage

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
    mara.click("Wait until what you promised is due")
    mara.page.locator("#f-text").fill(LAST.replace("10:30", "11:00"))
    mara.page.locator("[name=give]").select_option("larger")
    mara.click("Say it")
    expect(mara.page).to_have_title(re.compile("Content"))
    mara.sees("You came back when you had said: in 20 minutes")


def _plays(who: Person, scene: str) -> None:
    """Play a scene as its own good dialogue does, from its page to its end."""
    found = shipped()[scene]
    who.click("Begin")
    for line in found.good:
        if line.say:
            who.page.locator("#f-text").fill(line.say)
            if line.give:
                who.page.locator("[name=give]").select_option(line.give)
            who.click("Say it")
        elif line.look:
            fact = found.fact(line.look)
            assert fact
            who.click(fact.label)
        else:
            who.click("Wait until what you promised is due" if line.until_due else "10 minutes pass")
    expect(who.page).to_have_title(re.compile("Content|Delighted"))


def test_a_first_day_leads_from_a_page_to_read_to_a_real_case(seat: Seat, stage: Stage) -> None:
    dana = {"key": "C-1", "name": "Dana Okafor"}
    stage.api("lena").post("/cases", {"customer": dana, "kind": "callback", "what": "Nobody rang her"}, 201)
    mara = seat("mara")
    mara.open("/today/")
    mara.page.locator(".path-line").get_by_role("link", name="Begin").focus()
    mara.press("Enter")
    mara.page.get_by_role("link", name="Begin").click()
    mara.sees("Most people never complain")
    mara.click("Done. What comes next?")
    mara.page.get_by_role("link", name="Go on").click()
    mara.sees("Forget it. I am calling the people across the road.")
    mara.sees("Right. We are working again.")
    mara.click("Done. What comes next?")
    mara.page.get_by_role("link", name="Black instead of blue").click()
    _plays(mara, "blue-trousers")
    mara.page.get_by_role("link", name="Go on with your first day").click()
    mara.page.get_by_role("link", name="Go on", exact=True).click()
    mara.sees("Your words in “Black instead of blue”")
    assert judged(mara.page) == []
    # Another day, on a phone without a script: it goes on where it was.
    phone = seat("mara", width=390, java_script_enabled=False)
    phone.open("/today/")
    phone.sees("3 of 6 done")
    phone.page.locator(".path-line").get_by_role("link", name="Go on").click()
    phone.page.get_by_role("link", name="Go on", exact=True).click()
    phone.click("Done. What comes next?")
    phone.page.get_by_role("link", name="The keys are in the car").click()
    _plays(phone, "locked-keys")
    phone.page.get_by_role("link", name="Go on with your first day").click()
    phone.page.get_by_role("link", name="Go on", exact=True).click()
    phone.sees("Nobody rang her")
    phone.click("Take SR-")
    phone.sees("Your first case.")
    phone.sees("Plan before contact")
    mara.open("/practice/first-day/")
    mara.sees("That was all of it.")
    mara.open("/today/")
    expect(mara.page.locator(".path-line")).to_have_count(0)
