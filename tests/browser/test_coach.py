"""The coach reads along: it marks the words, puts others in their place, and stops what must be clean."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]
WORDS = "#case textarea[data-words]"
# How many readings are under way at once, at most.
COUNT = """() => {
    let underWay = 0;
    window.mostReadings = 0;
    const count = (change) => ({ detail }) => {
        if (detail.elt.id !== "coach") return;
        underWay += change;
        window.mostReadings = Math.max(window.mostReadings, underWay);
    };
    document.body.addEventListener("htmx:beforeSend", count(1));
    document.body.addEventListener("htmx:afterRequest", count(-1));
}"""


@pytest.fixture
def mara(stage: Stage, seat: Seat) -> Person:
    """Mara at the box of a case, about to write on the customer's page."""
    stage.api("mara").post(
        "/promises", {"customer": {"name": "Dana Okafor"}, "kind": "callback", "title": "Ring", "when": "in 1 min"}, 201
    )
    stage.pass_time(minutes=2)
    person = seat("mara")
    person.open("/today/")
    person.opens("broken", "Dana Okafor")
    person.page.locator(".box .modes .to label").first.click()
    return person


def test_it_marks_the_words_while_they_are_typed_and_use_this_mends_them(mara: Person) -> None:
    page = mara.page
    page.locator(WORDS).press_sequentially("We own this. The warehouse made a mistake.")
    expect(page.locator("#coach")).to_contain_text("Blames somebody of ours")
    expect(page.locator(".under mark").first).to_have_text("The warehouse made a mistake")
    expect(page.locator("[data-count-of]")).to_contain_text("to mend")
    page.locator("#coach li", has_text="Blames somebody of ours").get_by_role("button", name="Use this").press("Enter")
    expect(page.locator(WORDS)).not_to_have_value("We own this. The warehouse made a mistake.")
    expect(page.locator("#coach")).not_to_contain_text("Blames somebody of ours")
    expect(page.locator("input[name=covers][value=apologise]")).to_be_checked()


def test_typing_on_while_it_reads_is_no_fault(mara: Person) -> None:
    faults: list[str] = []
    mara.page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    mara.page.locator(WORDS).press_sequentially("We own this. I ring you by five. I am sorry.", delay=90)
    expect(mara.page.locator("#coach .heard")).to_be_visible()
    mara.settles()
    assert faults == []


def test_the_last_words_are_read_however_fast_they_are_typed_and_one_at_a_time(mara: Person) -> None:
    """A reading under way is never overtaken, and what was typed meanwhile is read once it has come."""
    page = mara.page
    page.evaluate(COUNT)
    page.locator(WORDS).press_sequentially("We own this, Dana. Lena rings you at five. The warehouse made a mistake.")
    expect(page.locator(".under mark").first).to_have_text("The warehouse made a mistake")
    expect(page.locator("#coach")).to_contain_text("Blames somebody of ours")
    mara.settles()
    assert page.evaluate("mostReadings") == 1


def test_a_required_policy_stops_it_and_a_reason_lets_it_leave(mara: Person, stage: Stage, seat: Seat) -> None:
    ada = seat("ada")
    ada.open("/settings/coach/")
    form = ada.page.locator("form.policy", has_text="Their page")
    form.locator("select").select_option("1")
    form.get_by_role("button").click()
    expect(ada.page.locator("form.policy", has_text="Their page").locator("select")).to_have_value("1")
    page = mara.page
    page.locator(WORDS).press_sequentially("The warehouse made a mistake.")
    expect(page.get_by_label("Why it leaves all the same")).to_be_visible()
    page.get_by_role("button", name="Send", exact=False).first.click()
    expect(page.locator("#box-error")).to_contain_text("Mend this first")
    page.get_by_label("Why it leaves all the same").fill("Dana asked who it was")
    page.get_by_role("button", name="Send", exact=False).first.click()
    mara.sees("let it leave although the coach found: Blames somebody of ours", within="#case .tl")
