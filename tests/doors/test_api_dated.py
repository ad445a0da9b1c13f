"""Dated words by API: reading any text, and what was said in a case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from makegood.promises.models import Kind
from tests.doors.api_client import Api
from tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    Kind.objects.update(team=cast.care)
    return cast


@pytest.fixture
def case(cast: Cast) -> str:
    report = {
        "customer": {"key": "C-7", "name": "Dana Okafor", "timezone": "America/New_York"},
        "kind": "delivery", "what": "The sofa did not come.",
    }  # fmt: skip
    return str(Api(staff=cast.mara).post("/cases", report).body["ref"])


def test_a_text_is_read_without_a_case(cast: Cast) -> None:
    text = "I’ll ring you within 30 minutes. You said Tuesday."
    answer = Api().post("/dated", {"text": text})
    assert answer.status == 200
    (found,) = answer.body["items"]
    assert (text[found["start"] : found["end"]], found["what"]) == ("within 30 minutes", "Ring you")
    due = datetime.fromisoformat(found["due_at"])
    assert timedelta(minutes=29) < due - datetime.now(UTC) <= timedelta(minutes=30)
    (told,) = Api().post("/dated", {"text": text, "said_by": "them"}).body["items"]
    assert (told["words"], told["hedged"], told["rule"]) == ("Tuesday", False, "you-said")
    assert told["due_on"] is not None
    (late,) = Api().post("/dated", {"text": "I was promised a call within the hour.", "said_by": "them"}).body["items"]
    assert (late["due_at"], late["when"]) == (None, "")


def test_what_a_case_says_is_listed_and_taken_at_its_word(cast: Cast, case: str) -> None:
    api = Api(staff=cast.mara)
    api.post(f"/cases/{case}/note", {"text": "Will call back in 2 hours."})
    (offer,) = api.get(f"/cases/{case}/dated").body["items"]
    assert (offer["words"], offer["said_by"], offer["ahead"]) == ("in 2 hours", "us", True)
    wanted = {"entry": offer["entry"], "start": offer["start"], "title": "Ring back"}
    taken = api.post(f"/cases/{case}/dated", wanted)
    assert taken.status == 201
    made = [one for one in taken.body["commitments"] if one["purpose"] == "commitment"]
    assert [one["promise"]["title"] for one in made] == ["Ring back"]
    assert api.get(f"/cases/{case}/dated").body["items"] == []
    again = api.post(f"/cases/{case}/dated", wanted)
    assert (again.status, again.code) == (404, "dated.gone")


def test_the_customers_clock_is_used_with_their_case(cast: Cast, case: str) -> None:
    text = {"text": "We'll come on 24 December 2099 at 5 pm."}
    (ours,) = Api().post("/dated", text).body["items"]
    (theirs,) = Api(staff=cast.mara).post("/dated", text | {"case": case}).body["items"]
    gap = datetime.fromisoformat(theirs["due_at"]) - datetime.fromisoformat(ours["due_at"])
    assert gap == timedelta(hours=5)


def test_others_see_nothing(cast: Cast, case: str) -> None:
    stranger = Api(staff=cast.stranger)
    assert stranger.post("/dated", {"text": "by five", "case": case}).code == "case.unknown"
    assert stranger.get(f"/cases/{case}/dated").code == "case.unknown"
    assert stranger.post(f"/cases/{case}/dated", {"entry": 1, "start": 0}).code == "case.unknown"
    assert Api().post("/dated", {"text": "a" * 20_001}).status == 422
