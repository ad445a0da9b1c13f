"""The poll of every open page: nothing until something was committed, then once."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from makegood.journal.actions import record
from makegood.journal.queries import latest_cursor
from tests.doors.desk_client import AtDesk
from tests.factories import actor, make_staff

TABLES = ("journal_entry", "django_session", "people_staff")


@pytest.fixture(autouse=True)
def _tables(committed: list[str]) -> None:
    committed.extend(TABLES)


def test_the_page_follows_what_happens() -> None:
    person = make_staff()
    mara = AtDesk(person)
    cursor = latest_cursor()
    assert mara.get("/live/", since=cursor).status_code == 204
    record("promise.broken", by=actor(person), at=datetime.now(UTC), subject=("promise", 1))
    news = json.loads(mara.get("/live/", since=cursor).content)
    assert set(news["topics"]) == {"today", "cases", "promises"}
    assert news["counts"] == {"today": 0, "cases": 0, "promises": 0}
    assert mara.get("/live/", since=news["cursor"]).status_code == 204


def test_a_cursor_that_is_none_is_told_so() -> None:
    assert AtDesk(make_staff()).get("/live/", since="x").status_code == 400
