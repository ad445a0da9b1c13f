"""No word to a customer says that it will be better while nothing was changed: refused wherever it is written, at the
desk and by API, with what was typed still there; said once a change about the cause is live; told of what was said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from makegood.cases.models import Case, Cause, Commitment
from makegood.conversation.models import Mailbox, Message
from makegood.customers.models import ContactPoint
from makegood.promises.models import Promise
from makegood.remedies.models import Grant, Offer, PlanLine
from tests.doors.api_client import Answer, Api
from tests.doors.desk_client import AtDesk, text, toast
from tests.doors.test_web_remedies import cast, pick, url
from tests.factories import NOW, Cast

__all__ = ["cast", "url"]
pytestmark = pytest.mark.django_db

BETTER = "It will not happen again"
NO = "promise.no_improvement"
SAYS = "promises that things will be better, and no improvement is on record for the cause"


def soon(hours: int) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


@pytest.fixture
def at(url: str) -> str:
    """The case, with a customer who has a mail address, and a cause."""
    case = Case.objects.get()
    for channel, value in (("email", "dana@home.example"), ("post", "4 Kew Road, Richmond")):
        ContactPoint.objects.create(customer=case.customer, channel=channel, value=value)
    Mailbox.objects.create(name="Care", address="care@desk.example", made_at=NOW, smtp_host="mail.example")
    Case.objects.update(cause=Cause.objects.get(slug="wrong-item"))
    return url.removesuffix("remedies/")


def improve(at: datetime | None) -> None:
    """A change about the cause is live since then, or has come back or was dropped (None)."""
    Cause.objects.filter(slug="wrong-item").update(improved_at=at)


def promised(number: int) -> int:
    return Commitment.objects.filter(case_id=number).latest("id").promise_id


def written() -> tuple[int, ...]:
    """How many of each are on record."""
    return tuple(table.objects.count() for table in (Message, Commitment, Promise, Grant, Offer, PlanLine))


FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "a mail": ("notes/", {"mode": "email", "text": BETTER, "do": "send"}),
    "their page": ("notes/", {"mode": "page", "text": BETTER, "do": "send"}),
    "a letter": ("notes/", {"mode": "post", "text": BETTER}),
    "the plan": ("plan/", {"line": "own", "words": BETTER}),
    "a promise": ("commitments/", {"what": BETTER, "when": "in 2 hours"}),
    "a call's promise": ("notes/", {"mode": "call", "text": "Rang her", "what": BETTER, "when": "in 2 hours"}),
    "a remedy": ("remedies/", {"other": BETTER, "when": "in 9 hours", "other_kind": "gesture"}),
    "a question": ("remedies/", {"other": BETTER, "when": "in 9 hours", "other_kind": "gesture",
                                 "other_amount": "999"}),
    "an offer": ("remedies/", pick("bed", "tenth", deed="let_choose", to_them=f"{BETTER}.")),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_it_is_refused_at_the_desk_with_the_words_still_there(cast: Cast, at: str, form: str) -> None:
    path, typed = FORMS[form]
    before = written()
    for answer in (AtDesk(cast.mara).press(at + path, **typed), AtDesk(cast.mara).post(at + path, **typed, heard="on")):
        assert answer.status_code == 422
        assert SAYS in text(answer)
        assert BETTER in answer.content.decode()
    assert written() == before


@pytest.mark.parametrize("form", FORMS)
def test_it_may_be_said_once_a_change_is_live_and_no_more_when_that_came_back(cast: Cast, at: str, form: str) -> None:
    path, typed = FORMS[form]
    improve(NOW)
    before = written()
    done = AtDesk(cast.mara).press(at + path, **typed)
    assert done.status_code == 200
    assert SAYS not in toast(done) + text(done)
    assert written() != before
    Offer.objects.update(state="withdrawn")
    improve(None)
    assert AtDesk(cast.mara).press(at + path, **typed).status_code == 422


def test_a_new_time_an_offer_taken_back_and_a_promise_of_its_own(cast: Cast, at: str) -> None:
    mara = AtDesk(cast.mara)
    mara.press(f"{at}commitments/", what="Ring back", when="in 2 hours")
    anew = f"{at}commitments/{promised(Case.objects.get().pk)}/replace/"
    assert SAYS in text(mara.press(anew, what=BETTER, when="in 3 hours"))
    mara.press(f"{at}remedies/", **pick("bed", "tenth"), deed="let_choose")
    back = f"{at}offers/{Offer.objects.get().pk}/withdraw/"
    for refused in (mara.press(back, words=f"{BETTER}."), mara.post(back, words=f"{BETTER}.")):
        assert (refused.status_code, f"{BETTER}.</textarea>" in refused.content.decode()) == (422, True)
        assert SAYS in text(refused)
    new = {"who": "Dana Okafor", "what": BETTER, "when": "in 2 hours", "kind": "callback"}
    refused = mara.press("/promises/new/", **new)
    assert (refused.status_code, BETTER in refused.content.decode()) == (422, True)
    assert SAYS in text(refused)
    improve(NOW)
    assert toast(mara.press(anew, what=BETTER, when="in 3 hours")).startswith("Replaced")
    assert toast(mara.press(back, words=f"{BETTER}.")) == "Taken back."


def bodies(number: int) -> dict[str, tuple[str, dict[str, Any]]]:
    bare = {"remedy": "gesture", "title": "Flowers", "due_at": soon(9)}
    two = [bare, bare | {"title": "Cake"}]
    better = bare | {"words": f"{BETTER}."}
    here = f"/cases/{number}"
    return {
        "a mail": (f"{here}/messages", {"channel": "email", "words": BETTER}),
        "a letter": (f"{here}/messages", {"channel": "post", "words": BETTER}),
        "the plan": (f"{here}/plan", {"step": "refocus", "words": BETTER}),
        "a promise": (f"{here}/commitments", {"title": BETTER, "when": "in 2 hours"}),
        "a call's promise": (f"{here}/calls", {
            "words": "Rang her", "promised": BETTER, "when": "in 2 hours",
        }),
        "a remedy": (f"{here}/grants", {"choices": [bare | {"also": [better]}]}),
        "a question": (f"{here}/approvals", {"choices": [better | {"amount": "900"}]}),
        "an offer": (f"{here}/offers", {"choices": two, "until": soon(2), "words": BETTER}),
        "one of an offer": (f"{here}/offers", {"choices": [better, two[1]], "until": soon(2)}),
    }  # fmt: skip


@pytest.mark.parametrize("form", bodies(1))
def test_the_api_refuses_by_the_same_rule_and_lets_pass_by_the_same(cast: Cast, at: str, form: str) -> None:
    mara, (path, body) = Api(staff=cast.mara), bodies(Case.objects.get().pk)[form]
    before = written()
    no = mara.post(path, body)
    assert (no.code, no.status, written()) == (NO, 422, before)
    assert SAYS in no.body["detail"]
    improve(NOW)
    assert done(mara.post(path, body))
    Offer.objects.update(state="withdrawn")
    improve(None)
    assert mara.post(path, body).code == NO


def done(answer: Answer) -> bool:
    return answer.status in (200, 201) and written() != ()


def test_the_api_refuses_it_in_what_is_made_anew_or_without_a_case(cast: Cast, at: str) -> None:
    mara, number = Api(staff=cast.mara), Case.objects.get().pk
    mara.post(f"/cases/{number}/commitments", {"title": "Ring back", "when": "in 2 hours"})
    anew = f"/cases/{number}/commitments/{promised(number)}/replace"
    assert mara.post(anew, {"title": BETTER, "when": "in 3 hours"}).code == NO
    choices = bodies(number)["a remedy"][1]["choices"]
    bare = {name: choices[0][name] for name in ("remedy", "title", "due_at")}
    made = mara.post(f"/cases/{number}/offers", {"choices": [bare, bare | {"title": "Cake"}], "until": soon(2)}).body
    assert mara.post(f"/offers/{made['id']}/withdraw", {"words": BETTER}).code == NO
    promise = {"customer": {"key": "C-7"}, "kind": "callback", "title": BETTER, "when": "in 2 hours"}
    assert mara.post("/promises", promise).code == NO
    kept = mara.post("/promises", promise | {"title": "Ring"}).body
    assert mara.post(f"/promises/{kept['id']}/replace", {"title": BETTER, "when": "in 3 hours"}).code == NO
    assert mara.post(f"/promises/{kept['id']}/replace", {"when": "in 3 hours"}).status == 201


def test_what_was_said_already_is_recorded_and_told(cast: Cast, at: str) -> None:
    """A call and a step are a record of what was said: nothing is made better by leaving it out."""
    mara, api, number = AtDesk(cast.mara), Api(staff=cast.mara), Case.objects.get().pk
    assert "promises that things will be better" in toast(mara.press(f"{at}steps/apologise/", said=BETTER))
    assert "promises that things will be better" in toast(mara.press(f"{at}notes/", mode="call", text=BETTER))
    assert "better" not in toast(mara.press(f"{at}notes/", mode="words", text=BETTER)), "the customer may wish for it"
    assert "better" not in toast(mara.press(f"{at}notes/", mode="note", text=BETTER)), "colleagues are no customers"
    for path, body in (("calls", {"words": BETTER}), ("steps", {"step": "empathise", "words": BETTER})):
        told = api.post(f"/cases/{number}/{path}", body).body["warnings"]
        assert "plan.promises_improvement" in [one["code"] for one in told]
    improve(NOW)
    for path, body in (("calls", {"words": BETTER}), ("steps", {"step": "empathise", "words": BETTER})):
        told = api.post(f"/cases/{number}/{path}", body).body["warnings"]
        assert "plan.promises_improvement" not in [one["code"] for one in told]


def test_the_box_marks_it_before_anything_is_sent(cast: Cast, at: str) -> None:
    mara, words = AtDesk(cast.mara), "I am sorry. It won’t  happen to you again.\nDana, I ring you at five."
    shown = mara.press(f"{at}coach/", mode="email", text=words)
    assert 'data-start="12" data-end="28" data-words="It won’t  happen"' in shown.content.decode()
    assert text(shown).count("Nothing was changed") == 1
    assert "Empty promise" not in text(shown), "it is said once"
    Case.objects.get().customer.__class__.objects.update(language="pt")
    assert "Nothing was changed" in text(mara.press(f"{at}coach/", mode="email", text="Não voltará a acontecer"))
    improve(NOW)
    assert "Nothing was changed" not in text(mara.press(f"{at}coach/", mode="email", text=words))


def test_a_stranger_learns_nothing_of_it(cast: Cast, at: str) -> None:
    for path, typed in FORMS.values():
        answer = AtDesk(cast.stranger).post(at + path, **typed)
        assert SAYS not in text(answer)
    for path, body in bodies(Case.objects.get().pk).values():
        assert Api(staff=cast.stranger).post(path, body).status in (403, 404)
