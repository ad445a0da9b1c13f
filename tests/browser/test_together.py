"""Two people at one desk: who is here, whose words came first, and taking back what one did."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.person import LIVE, Person
from tests.browser.stage import Stage
from tests.installations import wait_until

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]
TOLD = 10_000
"""Within so many ms each sees that the other is there."""
GONE = 25_000
"""Fifteen seconds after somebody was last heard of, and a poll or two."""
NOTE = "#case form[action$='/notes/'] textarea"


def trouble(stage: Stage) -> str:
    """A broken call back, and what people call its case."""
    stage.api("mara").post(
        "/promises",
        {"customer": {"name": "Dana Okafor", "key": "D"}, "kind": "callback", "title": "Ring Dana", "when": "in 1 min"},
        status=201,
    )
    stage.pass_time(minutes=2)
    found: list[Any] = []
    wait_until(lambda: bool(found.extend(stage.api().get("/cases")["items"]) or found), what="a case")
    return str(found[0]["ref"])


def test_two_at_one_case_see_each_other(stage: Stage, seat: Seat) -> None:
    ref = trouble(stage)
    mara, lena = seat("mara"), seat("lena")
    mara.open("/today/")
    mara.opens("broken", "Dana Okafor")
    lena.open(f"/cases/{ref}/")
    here = mara.page.locator("#case .present")
    expect(here).to_have_text(re.compile("Lena is reading this"), timeout=TOLD)
    lena.sees("Mara is reading this", within="#case .present")
    lena.page.locator(NOTE).type("She rang again")
    expect(here).to_have_text(re.compile("Lena is writing"), timeout=TOLD)
    # What is drawn anew keeps those who are there.
    mara.records("take")
    expect(here).to_have_text(re.compile("Lena is writing"), timeout=1)
    lena.open("/promises/")
    expect(here).to_be_empty(timeout=GONE)


def test_a_step_that_crossed_a_colleagues_word_is_stopped_and_kept(stage: Stage, seat: Seat) -> None:
    ref = trouble(stage)
    mara = seat("mara")
    mara.open("/today/")
    mara.opens("broken", "Dana Okafor")
    said = mara.page.locator("#case form[action$='/steps/own/'] textarea")
    said.fill("It is mine until it is right")
    stage.api("lena").post(f"/cases/{ref}/note", {"text": "I have just rung her."})
    said.press("Control+Enter")
    mara.sees("I have just rung her.", within="#case .notice")
    # The news of it draws the case anew, and takes neither the reason nor the words away.
    mara.page.wait_for_timeout(2 * LIVE)
    expect(mara.page.locator("#case .notice[role=alert]")).to_be_in_viewport()
    expect(said).to_have_value("It is mine until it is right")
    said.press("Control+Enter")
    mara.sees("You took responsibility", within="#case .tl")
    expect(mara.page.locator("#case .notice[role=alert]")).to_have_count(0)


def test_a_deed_is_taken_back_by_its_toast_and_by_z(stage: Stage, seat: Seat) -> None:
    trouble(stage)
    mara = seat("mara")
    mara.open("/today/")
    mara.opens("broken", "Dana Okafor")
    pips = mara.page.locator(".case-row[aria-current]").locator("xpath=..").locator(".pips .on")
    mara.press("t")
    mara.sees("SR-", within="#toasts")
    mara.press("e", "Control+Enter")
    mara.sees("You took responsibility", within="#case .tl")
    expect(pips).to_have_count(1)
    mara.press("z")
    mara.sees("Taken back.", within="#toasts")
    mara.sees("You took back: took responsibility", within="#case .tl")
    expect(pips).to_have_count(0)
    mara.records("notes", text="Only for a moment")
    mara.click("Undo", mara.page.locator("#toasts"))
    expect(mara.page.locator("#case .tl .undone")).to_have_count(2)
    expect(mara.page.locator("#case .tl .undone", has_text="Only for a moment")).to_have_count(1)


def test_the_toast_goes_and_the_story_still_takes_back(stage: Stage, seat: Seat) -> None:
    trouble(stage)
    mara = seat("mara")
    mara.open("/today/")
    mara.opens("broken", "Dana Okafor")
    mara.records("notes", text="She is in after five")
    expect(mara.page.locator("#toasts .toast")).to_have_count(0, timeout=11_000)
    mara.press("z")
    line = mara.page.locator("#case .tl > li", has_text="noted: She is in after five")
    line.hover()
    mara.click("Undo", line)
    mara.sees("You took back: noted: She is in after five", within="#case .tl")


def test_taking_back_without_script(stage: Stage, seat: Seat) -> None:
    ref = trouble(stage)
    mara = seat("mara", java_script_enabled=False)
    mara.open(f"/cases/{ref}/")
    mara.records("take")
    mara.click("Undo", mara.page.locator("#toasts"))
    mara.sees("You took back: took the case", within="#case .tl")
    mara.records("take")
    mara.open(f"/cases/{ref}/")
    mara.click("Undo", mara.page.locator("#case .tl"))
    mara.sees("Taken back.", within="#toasts")


def test_owner_time_and_cause_are_changed_without_leaving_the_list(stage: Stage, seat: Seat) -> None:
    ref = trouble(stage)
    lena = seat("lena")
    lena.open("/today/?who=team")
    lena.page.evaluate("document.body.dataset.same = 'yes'")
    row = lena.page.locator(".in-queue", has=lena.page.locator(f"#row-{ref}"))
    pop = lena.page.locator("#pop:popover-open")
    # By keyboard: from the row to its clock, and back to the clock when it is done.
    lena.page.locator(f"#row-{ref}").focus()
    lena.press("Tab", "Enter")
    expect(pop.get_by_label("By when")).to_be_focused()
    lena.page.keyboard.type("in 5 hours")
    pop.get_by_label(re.compile("The customer agreed")).check()
    lena.press("Control+Enter")
    lena.sees("Replaced: now due", within="#toasts")
    expect(pop).to_have_count(0)
    expect(row.locator(".w a")).to_be_focused()
    # Escape leaves the popover and nothing else.
    lena.press("Enter")
    expect(pop).to_be_visible()
    lena.press("Escape")
    expect(pop).to_have_count(0)
    row.locator(".m a").click()
    pop.get_by_role("link", name="Cause").click()
    expect(pop.get_by_role("button", name="Record")).to_be_visible()
    pop.get_by_label("Cause", exact=True).select_option("forgotten")
    lena.press("Control+Enter")
    lena.sees("The cause is recorded.", within="#toasts")
    row.locator(".m a").click()
    lena.click("Take it yourself", pop)
    lena.sees(f"{ref} is yours.", within="#toasts")
    expect(row.get_by_label("You")).to_be_visible()
    assert lena.page.evaluate("document.body.dataset.same") == "yes"
    lena.press("z")
    expect(row.get_by_label("You")).to_have_count(0)
    lena.open("/cases/")
    lena.page.locator("td a[href$='/change/cause/']").click()
    pop.get_by_label("Cause", exact=True).select_option("wrong-item")
    lena.click("Record", pop)
    lena.sees("Wrong item", within="#results")
    assert lena.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_form_in_place_without_script(stage: Stage, seat: Seat) -> None:
    ref = trouble(stage)
    mara = seat("mara", java_script_enabled=False)
    mara.open("/cases/")
    mara.page.locator("td a[href$='/change/cause/']").click()
    mara.records("cause", cause="forgotten", note="The list was cut off")
    expect(mara.page).to_have_url(re.compile(f"/cases/{ref}/$"))
    mara.sees("found why: Nobody was reminded", within="#case .tl")


def test_the_keys_of_the_open_case(stage: Stage, seat: Seat) -> None:
    trouble(stage)
    mara = seat("mara")
    mara.open("/today/")
    mara.opens("broken", "Dana Okafor")
    mara.press("h")
    expect(mara.page.locator("#case form[action$='/handover/'] select")).to_be_focused()
    mara.press("Escape")
    expect(mara.page.locator("#case form[action$='/handover/']")).to_be_hidden()
    mara.press("n")
    expect(mara.page.locator(NOTE)).to_be_focused()
    mara.press("Escape", "t")
    mara.sees("You took the case", within="#case .tl")
    for done in ("took responsibility", "listened", "understood what it means"):
        mara.press("e", "Control+Enter")
        mara.sees(done, within="#case .tl")
    mara.press("?")
    mara.sees("Undo what was just done", within="#key-sheet")
