"""A call that was held already, logged in one form: at the desk and by the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from makegood.cases.models import Case, StepDone
from makegood.promises.models import Promise
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text, toast
from tests.factories import Cast
from tests.rooms.casework import HOUR, MINUTE, Hand, callback, cast, mara, watch

__all__ = ["cast", "mara"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(mara: Hand) -> Case:
    """Opened half an hour ago, its first word due a quarter of an hour later, and broken since."""
    now = datetime.now(UTC)
    callback(mara, now=now - 2 * HOUR)
    watch(now - 30 * MINUTE)
    watch(now)
    return Case.objects.get()


def first_contact(case: Case) -> Promise:
    return Promise.objects.filter(pk__in=case.commitments.filter(purpose="first_contact").values("promise")).latest(
        "pk"
    )


def test_a_call_is_one_form(cast: Cast, case: Case) -> None:
    desk = AtDesk(cast.mara)
    held = datetime.now(UTC) - 20 * MINUTE
    answer = desk.press(
        f"/cases/SR-{case.pk}/notes/", mode="call", text="It went off at three.", held=f"{held:%Y-%m-%dT%H:%M}",
        channel="person", covered=["own", "apologise"], what="Send the fitter", when="in 2 h",
        harm="No bed for a guest tonight", needs="A bed by six", **{"with": "her brother"},
    )  # fmt: skip
    case.refresh_from_db()
    assert (case.harm, case.needs) == ("No bed for a guest tonight", "A bed by six")
    assert toast(answer) == "Noted."
    said = text(answer)
    assert f"listened (call with her brother, {held:%a} {held.day} {held:%b %Y, %H:%M})" in said
    assert "promised: Send the fitter" in said
    steps = StepDone.objects.filter(case=case)
    assert {(one.step, one.channel) for one in steps} == {
        ("own", "person"), ("listen", "person"), ("apologise", "person"),
    }  # fmt: skip
    assert {one.at for one in steps} == {held.replace(second=0, microsecond=0)}
    assert first_contact(case).state == "kept", "they were spoken to in time, and only told of afterwards"


def test_all_of_a_call_is_taken_back_at_once(cast: Cast, case: Case) -> None:
    desk = AtDesk(cast.mara)
    answer = desk.press(
        f"/cases/SR-{case.pk}/notes/", mode="call", text="It went off.", covered=["own"], what="Ring", when="in 2 h"
    )
    undo = answer.headers["HX-Trigger"].split('"undo": "')[1].split('"')[0]
    assert "Taken back." in toast(desk.press(undo))
    assert not StepDone.objects.filter(case=case, undone_at=None).exists()
    assert Promise.objects.get(title="Ring").state == "withdrawn"
    assert first_contact(case).state == "open", "to speak to them is promised anew"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"text": " "}, "Write down what was said."),
        ({"held": "2099-01-01T10:00"}, "That time has not come yet."),
        ({"held": "this morning"}, "Give a day and a time"),
        ({"covered": ["deliver"]}, "A call does not cover"),
        ({"what": "Ring back"}, "by when"),
    ],
)
def test_what_is_no_call_comes_back_with_its_words(cast: Cast, case: Case, typed: dict[str, str], said: str) -> None:
    answer = AtDesk(cast.mara).press(
        f"/cases/SR-{case.pk}/notes/", **({"mode": "call", "text": "It went off.", "with": "her brother"} | typed)
    )
    assert answer.status_code == 422
    assert said.lower() in text(answer).lower()
    assert 'value="her brother"' in answer.content.decode()
    assert not StepDone.objects.exists()


def test_the_api_logs_a_call(cast: Cast, case: Case) -> None:
    held = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=20)
    body = {
        "words": "It went off.", "with": "her brother", "held_at": held.isoformat(), "steps": ["own", "refocus"],
        "promised": "Send the fitter", "when": "in 2 hours", "harm": "No sleep", "staff": cast.mara.email,
    }  # fmt: skip
    told = Api().post(f"/cases/SR-{case.pk}/calls", body).body
    assert (told["harm"], told["warnings"]) == ("No sleep", [])
    assert {one["step"] for one in told["steps"]} == {"own", "listen", "refocus"}
    assert any(one["promise"]["title"] == "Send the fitter" for one in told["commitments"])
    assert first_contact(case).kept_at == held


def test_a_stranger_logs_nothing(cast: Cast, case: Case) -> None:
    assert AtDesk(cast.stranger).post(f"/cases/SR-{case.pk}/notes/", mode="call", text="Hello").status_code in (
        303,
        404,
    )
    refused = Api().post(f"/cases/SR-{case.pk}/calls", {"words": "Hello", "staff": cast.stranger.email})
    assert (refused.status, refused.body["code"]) == (404, "case.unknown")
    assert not StepDone.objects.exists()
