"""Words typed into a form after it was sent, while its own answer is on its way, are still there when it has come."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.hiring import PASSWORD, email
from tests.browser.person import Person
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]
NOTE = "#case form[action$='/notes/'] textarea"


@contextmanager
def slow_answer(person: Person, address: str) -> Iterator[None]:
    """What is sent to an address is answered when the block ends, however fast the server is."""
    held: list[Any] = []
    person.page.route(address, lambda route: held.append(route))
    yield
    person.page.wait_for_timeout(100)
    assert held, "nothing was sent"
    for route in held:
        route.continue_()
    person.page.unroute(address)
    person.settles()


@pytest.fixture
def mara(stage: Stage, seat: Seat) -> Person:
    """Mara, with the case of a call back that she missed."""
    stage.api("mara").post(
        "/promises", {"customer": {"name": "Dana Okafor"}, "kind": "callback", "title": "Ring", "when": "in 1 min"}, 201
    )
    stage.pass_time(minutes=2)
    person = seat("mara")
    person.open("/today/")
    person.opens("broken", "Dana Okafor")
    return person


def test_what_is_added_to_a_note_that_was_sent_is_the_next_note(mara: Person) -> None:
    note = mara.page.locator(NOTE)
    note.fill("She is in after five")
    with slow_answer(mara, "**/notes/"):
        note.press("Control+Enter")
        mara.page.keyboard.type(" and has a new number")
    mara.sees("noted: She is in after five", within="#case .tl")
    expect(note).to_have_value("and has a new number")
    expect(note).to_be_focused()
    mara.page.keyboard.type(", 0118")
    note.press("Control+Enter")
    mara.sees("noted: and has a new number, 0118", within="#case .tl")
    expect(note).to_have_value("")


def test_other_words_in_its_place_are_kept_whole(mara: Person) -> None:
    note = mara.page.locator(NOTE)
    note.fill("She is in after five")
    with slow_answer(mara, "**/notes/"):
        note.press("Control+Enter")
        note.fill("Her neighbour rang")
    mara.sees("noted: She is in after five", within="#case .tl")
    expect(note).to_have_value("Her neighbour rang")


def test_a_note_that_is_stopped_comes_back_as_it_stands(stage: Stage, mara: Person) -> None:
    note = mara.page.locator(NOTE)
    note.fill("I shall ring")
    with slow_answer(mara, "**/notes/"):
        note.press("Control+Enter")
        mara.page.keyboard.type(" her at once")
        (case,) = stage.api().get("/cases")["items"]
        stage.api("lena").post(f"/cases/{case['number']}/note", {"text": "I have just rung her."})
    mara.sees("Somebody was here before you.", within="#case")
    expect(note).to_have_value("I shall ring her at once")


def test_the_words_of_a_step_that_is_done_go_to_the_note(mara: Person) -> None:
    said = mara.page.locator("#own-said")
    said.fill("It is mine.")
    with slow_answer(mara, "**/steps/own/"):
        said.press("Control+Enter")
        mara.page.keyboard.type(" She was relieved.")
    mara.sees("It is mine.", within="#case .tl")
    expect(mara.page.locator(NOTE)).to_have_value("She was relieved.")
    mara.sees("What you typed meanwhile is in the note below.", within="#toasts")


def test_the_dialog_stays_while_the_next_promise_is_being_typed(mara: Person) -> None:
    mara.press("p")
    who = mara.page.locator("#np-who")
    who.fill("Dana Okafor: ring back in 30 min")
    with slow_answer(mara, "**/promises/new/"):
        who.press("Control+Enter")
        who.fill("Dana Okafor: send the plan")
    mara.sees("Promised to Dana Okafor: ring back", within="#toasts")
    expect(who).to_have_value("Dana Okafor: send the plan")
    with slow_answer(mara, "**/promises/new/"):
        who.press("Control+Enter")
    expect(mara.page.locator("#new-promise")).to_be_hidden()
    mara.press("p")
    expect(who).to_have_value("")


def test_what_no_answer_came_to_stays_as_it_was(mara: Person) -> None:
    note = mara.page.locator(NOTE)
    mara.page.route("**/notes/", lambda route: route.abort())
    note.fill("She is in after five")
    note.press("Control+Enter")
    mara.page.keyboard.type(" today")
    mara.sees("No connection. Nothing was sent.", within="#toasts")
    expect(note).to_have_value("She is in after five today")


def test_what_is_ticked_while_the_picker_is_drawn_anew_stays_ticked(stage: Stage, mara: Person) -> None:
    mara.press("r")
    option = mara.page.locator("#remedies .opt", has_text="Come today").get_by_role("checkbox")
    expect(option).to_be_visible()
    (case,) = stage.api().get("/cases")["items"]
    with slow_answer(mara, "**/reckon/"):
        with mara.page.expect_request(re.compile("/reckon/")):
            stage.api("lena").post(f"/cases/{case['number']}/note", {"text": "The van is free."})
        option.check()
    expect(option).to_be_checked()
    mara.sees("£80 of £250", within="#reckoned")


def test_the_picker_that_is_on_its_way_is_not_asked_for_again(stage: Stage, mara: Person) -> None:
    """An empty picker that came later would take the place of the one in which something is ticked."""
    (case,) = stage.api().get("/cases")["items"]
    for step in ("own", "listen", "empathise", "apologise"):
        said = {"step": step, "words": "The pipe broke.", "channel": "phone"}
        stage.api("mara").post(f"/cases/{case['number']}/steps", said)
    mara.open(f"/cases/SR-{case['number']}/")
    asked: list[str] = []
    mara.page.on("request", lambda one: asked.append(one.url) if one.url.endswith("/remedies/") else None)
    with slow_answer(mara, "**/remedies/"):
        mara.page.reload()
        mara.press("r")
    expect(mara.page.locator("#remedies .opt").first).to_be_visible()
    assert len(asked) == 1


def test_who_was_signed_out_in_another_tab_loses_no_word_and_goes_on(mara: Person, stage: Stage) -> None:
    stage.states.pop("mara")  # signing out ends this session for those who come after, too
    mara.page.locator(".box .modes .to label").first.click()
    note = mara.page.locator(NOTE)
    note.fill("We own this, Dana. Lena rings you")
    there = mara.context.new_page()
    there.goto("/today/")
    there.locator("#nav .me summary").click()
    there.get_by_role("button", name="Sign out").click()
    expect(there).to_have_url(re.compile("/accounts/login/"))
    note.press_sequentially(" by five.")
    mara.page.get_by_role("button", name="Send", exact=False).first.click()
    expect(mara.page.locator("#toasts")).to_contain_text("signed out")
    expect(note).to_have_value("We own this, Dana. Lena rings you by five.")
    mara.page.wait_for_timeout(1_500)
    expect(note).to_have_value("We own this, Dana. Lena rings you by five.")
    there.get_by_label(re.compile("^E-?mail")).fill(email(mara.key))
    there.get_by_label("Password").fill(PASSWORD)
    there.get_by_role("button", name="Sign in").click()
    expect(there).to_have_url(re.compile("/today/"))
    mara.complaints.clear()
    mara.page.get_by_role("button", name="Send", exact=False).first.click()
    mara.sees("Lena rings you by five.", within="#case .tl")
    expect(note).to_have_value("")
    stage.states["mara"] = mara.context.storage_state()
