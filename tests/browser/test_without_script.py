"""A case from broken to closed with no JavaScript at all: forms, redirects, whole pages, and each no in a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.pages import pages_of
from tests.browser.person import Person
from tests.browser.stage import Stage
from tests.installations import wait_until

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]


@pytest.fixture
def mara(seat: Seat) -> Person:
    """Mara, whose browser runs no script."""
    return seat("mara", java_script_enabled=False)


def a_broken_promise(stage: Stage) -> str:
    """A call back to Dana that did not come; the number of its case."""
    orders = stage.api()
    body = {
        "customer": {"name": "Dana Okafor", "key": "D-1"},
        "kind": "callback",
        "title": "Ring Dana",
        "when": "in 1 min",
    }
    stage.api("mara").post("/promises", body, status=201)
    stage.pass_time(minutes=2)
    wait_until(lambda: bool(orders.get("/cases")["items"]), what="the case")
    return str(orders.get("/cases")["items"][0]["ref"])


def test_a_whole_case(stage: Stage, mara: Person) -> None:
    ref = a_broken_promise(stage)
    mara.open("/today/")
    mara.finds("broken", "Dana Okafor").click()
    expect(mara.page).to_have_url(re.compile(f"case={ref}"))
    mara.records("take")
    mara.sees("took the case", within="#case .tl")
    for sentence in ("The customer has not been asked yet.", "No cause is recorded."):
        mara.sees(sentence, within=".guide")

    mara.records("steps/own", said="I am Mara, and it is mine.")
    mara.records("steps/listen", said="You said noon. I took the day off.", harm="A day's pay")
    mara.sees("You said noon. I took the day off.", within="#case .tl")

    # A date that cannot be read: the reason is at the field, and what was typed is still there.
    mara.records("commitments", what="Bring the key over", when="the day the moon is blue")
    expect(mara.page).to_have_title(re.compile("^Error:"))
    expect(mara.page.locator("form[action$='/commitments/'] [name=what]").first).to_have_value("Bring the key over")
    expect(mara.page.locator("form[action$='/commitments/'] [name=when]").first).to_have_value(
        "the day the moon is blue"
    )
    mara.records("commitments", what="Bring the key over", when="in 2 hours")
    mara.sees("promised: Bring the key over", within="#case .tl")
    mara.sees("A promise made in this case is not kept yet.", within=".guide")
    mara.page.locator("#case .tl .ahead", has_text="Bring the key over").get_by_role("button", name="Kept").click()
    mara.misses("is not kept yet", within=".guide")

    mara.records("ask", channel="phone")
    mara.sees("The customer was asked but has not answered yet.", within=".guide")
    mara.records("answer", answer="more", words="The second key too, please")
    mara.sees("The customer wants something more. Put it right, then ask again.", within=".guide")
    mara.records("ask", channel="phone")
    mara.records("answer", answer="satisfied", words="Thank you")
    mara.misses("has not answered yet", within=".guide")
    mara.records("cause", cause="forgotten")
    mara.sees("Nobody was reminded", within=".guide")
    mara.records("close")
    mara.sees("closed the case", within="#case .tl")
    assert stage.api().get(f"/cases/{ref}")["outcome"] == "satisfied_after_more"

    mara.records("reopen", reason="The key does not fit")
    mara.sees("opened the case again", within="#case .tl")
    mara.sees("The customer has not been asked yet.", within=".guide")


def test_every_form_can_be_sent(stage: Stage, seat: Seat) -> None:
    """A form without its token works only as long as a script sends it."""
    lena = seat("lena", java_script_enabled=False)
    bare = lena.page.locator("form[method=post]:not(:has([name=csrfmiddlewaretoken]:not([value=''])))")
    found = {}
    for path in pages_of(stage):
        if path.endswith("/preview/"):
            continue  # The customer's own page: its link is all the token there is, and in a preview nothing is sent.
        lena.open(path)
        found[path] = bare.count()
    assert {path: count for path, count in found.items() if count} == {}


def test_closing_too_early_is_refused_with_its_reason(stage: Stage, mara: Person) -> None:
    """The page offers no button; a form sent from an older page is told why not."""
    ref = a_broken_promise(stage)
    mara.open(f"/cases/{ref}/")
    expect(mara.page.locator("form[action$='/close/']")).to_have_count(0)
    token = mara.page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    answer = mara.context.request.post(
        f"/cases/{ref}/close/", form={"csrfmiddlewaretoken": token}, headers={"Referer": mara.page.url}
    )
    assert answer.status == 409
    assert "The customer has not been asked yet." in answer.text()


def test_a_note_that_crossed_a_colleagues_keeps_its_words(stage: Stage, mara: Person) -> None:
    ref = a_broken_promise(stage)
    mara.open(f"/cases/{ref}/")
    stage.api("lena").post(f"/cases/{ref}/note", {"text": "I have just rung her."})
    mara.records("notes", text="I shall ring her at once")
    mara.sees("Somebody was here before you.")
    mara.sees("I have just rung her.", within=".story .notice")
    expect(mara.page.locator("form[action$='/notes/'] textarea")).to_have_value("I shall ring her at once")
    mara.records("notes", text="I shall leave it to Lena")
    mara.sees("noted: I shall leave it to Lena", within="#case .tl")


def test_a_new_promise_and_a_reported_failure(stage: Stage, mara: Person) -> None:
    stage.api().post("/customers", {"key": "D-1", "name": "Dana Okafor"}, status=201)
    mara.open("/promises/new/")
    form = mara.page.locator("main form")
    form.get_by_label("To whom").fill("Dana Okafor: ring back with the plan in 30 min")
    form.get_by_role("button", name="Make this promise").click()
    mara.sees("Promised to Dana Okafor: ring back with the plan")
    expect(mara.page).to_have_url(re.compile(r"/promises/\d+/$"))

    mara.open("/cases/new/")
    form = mara.page.locator("main form")
    form.get_by_label("What went wrong").fill("The drawer came without handles")
    form.get_by_role("button", name="Give it an owner").click()
    mara.sees("There is a problem")
    expect(form.get_by_label("What went wrong")).to_have_value("The drawer came without handles")
    form.get_by_label("Whom did it happen to").fill("Dana Okafor")
    form.get_by_role("button", name="Give it an owner").click()
    mara.sees("has an owner")
    mara.sees("The drawer came without handles", within="#case")
