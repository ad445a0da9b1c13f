"""The coach by API: what it finds, and what it knows of a case, for those who may see it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from makegood.journal.actors import SYSTEM
from makegood.promises.models import Kind
from makegood.remedies import actions
from makegood.remedies.rules.authority import Limit
from tests.doors.api_client import Api
from tests.factories import NOW, Cast, make_cast

pytestmark = pytest.mark.django_db
TEXT = "Dear Dana,\n\nwe are sorry for any inconvenience. We have refunded you.\n> You never came. It is your fault!\n"


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    Kind.objects.update(team=cast.care)
    actions.install_shipped(by=SYSTEM, now=NOW)
    actions.set_limit(Limit(grade=1, currency="GBP", case=None), by=SYSTEM, now=NOW)
    return cast


@pytest.fixture
def case(cast: Cast) -> str:
    due = datetime.now(UTC) - timedelta(hours=2)
    Api().post("/facts", [{
        "source": "shop", "reference": "N-1", "customer": {"key": "C-7", "name": "Dana Okafor"},
        "kind": "delivery", "title": "Six chairs before noon", "due_at": due.isoformat(),
        "amount": "2080", "currency": "GBP",
    }])  # fmt: skip
    (line,) = Api().get("/cases").body["items"]
    return str(line["ref"])


def faults(body: dict[str, Any]) -> set[str]:
    return {one["code"] for one in body["findings"] if one["kind"] == "fault"}


def test_words_are_read_without_a_case(cast: Cast) -> None:
    answer = Api().post("/coach", {"text": TEXT})
    assert answer.status == 200
    assert faults(answer.body) == {"conditional-apology", "formula"}
    assert answer.body["clean"] is False
    for one in answer.body["findings"]:
        assert TEXT[one["start"] : one["end"]] == one["words"]
        assert one["why"]
    assert "own" in [one["code"] for one in answer.body["missing"]]


def test_a_case_shows_what_is_done(cast: Cast, case: str) -> None:
    api = Api(staff=cast.mara)
    asked = {"text": TEXT, "case": case}
    assert "unkept-fact" in faults(api.post("/coach", asked).body)
    soon = (datetime.now(UTC) + timedelta(hours=4)).isoformat()
    refund = {"remedy": "refund", "title": "All of it back", "amount": "2080", "due_at": soon}
    given = api.post(f"/cases/{case}/grants", {"choices": [refund]})
    assert [one["state"] for one in given.body["items"]] == ["given"]
    assert "unkept-fact" not in faults(api.post("/coach", asked).body)


def test_an_apology_is_not_repeated(cast: Cast, case: str) -> None:
    api = Api(staff=cast.mara)
    again = {"text": "I am sorry. I will bring the chairs at noon tomorrow.", "case": case}
    assert "repeat-apology" not in faults(api.post("/coach", again).body)
    assert api.post(f"/cases/{case}/steps", {"step": "apologise", "words": "I am sorry."}).status in {200, 201}
    assert "repeat-apology" in faults(api.post("/coach", again).body)


def test_a_stranger_learns_nothing_of_a_case(cast: Cast, case: str) -> None:
    answer = Api(staff=cast.stranger).post("/coach", {"text": TEXT, "case": case})
    assert answer.status == 404
    assert answer.code == "case.unknown"


def test_what_cannot_be_read_is_refused(cast: Cast) -> None:
    unknown = Api().post("/coach", {"text": TEXT, "language": "tlh"})
    assert (unknown.status, unknown.code) == (422, "coach.language")
    assert Api().post("/coach", {"text": "a" * 20_001}).status == 422
