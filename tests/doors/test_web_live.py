"""The poll of every open page: nothing until something was committed, then once."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from makegood.cases.models import Case
from makegood.journal.actions import record
from makegood.journal.queries import latest_cursor
from makegood.promises.models import Kind
from tests.doors.desk_client import AtDesk
from tests.factories import NOW, actor, make_customer, make_staff
from tests.journal import wait_for_the_journal

TABLES = (
    "notices_delivery", "notices_notice", "notices_channel",
    "journal_entry", "django_session", "cases_presence", "cases_case", "customers_customer", "people_staff",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _tables(committed: list[str]) -> None:
    committed.extend(TABLES)


def test_the_page_follows_what_happens() -> None:
    person = make_staff()
    mara = AtDesk(person)
    cursor = latest_cursor()
    assert mara.get("/live/", since=cursor).status_code == 204
    record("promise.broken", by=actor(person), at=datetime.now(UTC), subject=("promise", 1))
    wait_for_the_journal()
    news = json.loads(mara.get("/live/", since=cursor).content)
    assert set(news["topics"]) == {"today", "cases", "promises"}
    assert news["counts"] == {
        "today": 0,
        "cases": 0,
        "promises": 0,
        "approvals": 0,
        "follow_ups": 0,
        "closures": 0,
        "unsorted": 0,
        "notices": 0,
        "improvements": 0,
    }
    assert mara.get("/live/", since=news["cursor"]).status_code == 204


def test_a_cursor_that_is_none_is_told_so() -> None:
    assert AtDesk(make_staff()).get("/live/", since="x").status_code == 400


def test_two_at_one_case_are_told_of_each_other_once() -> None:
    person = make_staff("Mara Silva")
    case = Case.objects.create(
        customer=make_customer(), kind=Kind.objects.first(), title="It rattles", severity=2, detected_by="staff",
        opened_at=NOW, owner=person,
    )  # fmt: skip
    mara, lena = AtDesk(person), AtDesk(make_staff("Lena Brandt", role="manager"))
    where = {"since": latest_cursor(), "case": f"SR-{case.pk}"}
    assert mara.get("/live/", **where).status_code == 204
    news = json.loads(lena.get("/live/", **where, writes="1").content)
    assert news == {"here": [{"initials": "MS", "words": "Mara is reading this"}], "mark": str(person.pk)}
    assert lena.get("/live/", **where, writes="1", here=news["mark"]).status_code == 204
    told = json.loads(mara.get("/live/", **where).content)
    assert [one["words"] for one in told["here"]] == ["Lena is writing"]
    for nowhere in ("", "P-1", "SR-999"):
        assert mara.get("/live/", since=where["since"], case=nowhere).status_code == 204
