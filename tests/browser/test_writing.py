"""Writing to a customer in the browser: from the plan, by keyboard, counted down, taken back; and without a script."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.axe import judged
from tests.browser.person import Person
from tests.browser.stage import Stage
from tests.browser.test_together import trouble

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]
WORDS = "[data-composer] textarea"
BOX = "[data-composer]"


def test_from_the_plan_to_the_customers_page_and_back(stage: Stage, seat: Seat) -> None:
    ref = trouble(stage)
    mara = seat("mara")
    mara.open(f"/cases/{ref}/")
    mara.press("m")
    expect(mara.page.locator(WORDS)).to_be_focused()
    mara.click("Start from the plan", mara.page.locator(BOX))
    expect(mara.page.locator(WORDS)).to_have_value(re.compile("^Hello Dana,"))
    assert judged(mara.page) == []
    mara.page.locator(WORDS).focus()
    mara.press("Control+Enter")
    toast = mara.page.locator(".toast", has_text="It leaves in a moment.")
    expect(toast.locator("[data-left]")).to_have_text(re.compile(r"\d s"))
    expect(mara.page.locator(WORDS)).to_have_value("")
    mara.page.locator("#case").focus()
    mara.press("z")
    mara.sees("Taken back.")
    expect(mara.page.locator(WORDS)).to_have_value(re.compile("^Hello Dana,"))
    mara.sees("Taken back", within="#case .msg")


def test_send_pressed_twice_sends_once_and_complains_of_nothing(stage: Stage, seat: Seat) -> None:
    ref = trouble(stage)
    mara = seat("mara")
    mara.open(f"/cases/{ref}/")
    mara.press("m")
    mara.page.locator(WORDS).fill("I own this, Dana.")
    mara.page.locator(BOX).get_by_role("button", name="Send").first.dblclick()
    mara.sees("It leaves in a moment.")
    mara.settles()
    expect(mara.page.locator("#case .msg")).to_have_count(1)
    expect(mara.page.locator("#case [role=alert]")).to_have_count(0)


def test_plan_story_and_box_share_one_screen(stage: Stage, seat: Seat) -> None:
    ref = trouble(stage)
    mara = seat("mara")
    mara.open(f"/today/?case={ref}")
    mara.sees("What to say", within="#plan")
    mara.press("m")
    story, send = mara.page.locator("#case .tl"), mara.page.locator(BOX).get_by_role("button", name="Send")
    assert (story.bounding_box() or {})["height"] > 160, "there is room to read what is answered"
    mara.click("Start from the plan", mara.page.locator(BOX))
    expect(mara.page.locator("#coach .heard")).to_be_visible()
    expect(send.first).to_be_in_viewport(ratio=1)
    assert (story.bounding_box() or {})["height"] > 100


def test_a_draft_outlives_the_window(stage: Stage, seat: Seat) -> None:
    ref = trouble(stage)
    mara = seat("mara")
    mara.open(f"/cases/{ref}/")
    mara.press("m")
    with mara.page.expect_response(lambda answer: answer.url.endswith("/draft/") and answer.status == 204):
        mara.page.locator(WORDS).type("I have your key here")
    mara.open(f"/cases/{ref}/")
    expect(mara.page.locator(WORDS)).to_have_value("I have your key here")
    expect(mara.page.locator("[data-composer] [value=page]")).to_be_checked()


def test_without_a_script_it_is_written_and_taken_back(stage: Stage, seat: Seat) -> None:
    ref = trouble(stage)
    mara = seat("mara", java_script_enabled=False)
    mara.open(f"/cases/{ref}/")
    mara.page.locator(BOX).get_by_text("Their page").click()
    mara.page.locator(WORDS).fill("It stands here for you.")
    mara.page.locator(f"{BOX} button[value=send]").click()
    # Without a script nobody has read along: what the coach found is read once, and the words leave as they are.
    mara.sees("Read what stands below once")
    mara.page.locator(f"{BOX} button[value=send]").click()
    mara.sees("It stands here for you.", within="#case .msg")
    mara.page.locator("#case .msg").get_by_role("button", name="Take back").click()
    mara.sees("Taken back. It did not leave.")
