"""Follow-ups across cases, at the desk and by API: mine, my team's, everybody's; late, today, ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases.models import Case
from makegood.customers import actions as customers
from makegood.followups.actions.planning import plan
from makegood.journal.actors import SYSTEM
from makegood.promises.models import Promise
from tests.doors.api_client import Api
from tests.doors.casework import a_delivery
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TITLES = ("Ask whether it is right now", "Ask a day later whether", "Ask a month later whether")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    """A case of Mara's whose plan has three follow-ups, of which the first is late and the second soon due."""
    found = a_delivery(cast, taken=True)
    now = datetime.now(UTC)
    first, second, _third = plan(found, by=SYSTEM, now=now)
    Promise.objects.filter(pk=first).update(due_at=now - DAY, breaks_at=now - DAY, state="broken", next_check_at=None)
    Promise.objects.filter(pk=second).update(due_at=now + timedelta(seconds=30))
    return found


def titles(page: str) -> list[int]:
    return [number for number, title in enumerate(TITLES) if title in page]


def test_mine_are_listed_by_when_they_are_due_one_tap_from_the_case(cast: Cast, case: Case) -> None:
    mara = AtDesk(cast.mara)
    answer = mara.get("/follow-ups/")
    assert titles(text(answer)) == [0, 1, 2]
    assert f'href="/cases/SR-{case.pk}/#follow-ups-h"' in answer.content.decode()
    for due, shown in (("late", [0]), ("today", [1]), ("now", [0, 1]), ("ahead", [2])):
        assert titles(text(mara.get(f"/follow-ups/?due={due}"))) == shown
    assert titles(text(mara.get("/follow-ups/?q=dana"))) == [0, 1, 2]
    assert "No follow-up matches" in text(mara.get("/follow-ups/?q=nobody"))


def test_the_team_and_who_sees_all_see_them_and_a_stranger_none(cast: Cast, case: Case) -> None:
    assert titles(text(AtDesk(cast.tomas).get("/follow-ups/"))) == []
    assert titles(text(AtDesk(cast.tomas).get("/follow-ups/?owner=team"))) == [0, 1, 2]
    assert titles(text(AtDesk(cast.greta).get("/follow-ups/?owner="))) == [0, 1, 2]
    assert titles(text(AtDesk(cast.anil).get("/follow-ups/"))) == [0, 1, 2]
    for address in ("/follow-ups/", "/follow-ups/?owner=", f"/follow-ups/?owner={cast.mara.pk}"):
        assert titles(text(AtDesk(cast.stranger).get(address))) == []


def test_by_api(cast: Cast, case: Case) -> None:
    mara = Api(staff=cast.mara)
    first, *rest = mara.get("/follow-ups").body["items"]
    assert (first["case"], first["state"], first["owner"], first["after"]) == (
        f"SR-{case.pk}", "broken", "Mara Silva", "at once",
    )  # fmt: skip
    assert len(rest) == 2
    page = mara.get("/follow-ups?limit=2")
    assert len(page.body["items"]) == 2
    after = mara.get("/follow-ups", after=page.body["next"], limit=2).body
    assert ([one["after"] for one in after["items"]], after["next"]) == (["1 month"], None)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert [one["after"] for one in mara.get("/follow-ups", due_before=now).body["items"]] == ["at once"]
    assert mara.get("/follow-ups", owner=cast.tomas.pk).body["items"] == []
    assert len(mara.get("/follow-ups", customer=case.customer_id).body["items"]) == 3
    assert mara.get("/follow-ups", wrong=1).status == 422
    assert Api(staff=cast.stranger).get("/follow-ups").body["items"] == []
    assert Api().get("/follow-ups").body["items"]


def test_the_rail_counts_what_is_late_or_due_today(cast: Cast, case: Case) -> None:
    assert "Follow-ups 2 late or due today, yours" in text(AtDesk(cast.mara).get("/cases/"))


def test_a_long_list_asks_no_more(cast: Cast) -> None:
    counts = []
    for many in (2, 9):
        for number in range(many):
            found = a_delivery(cast, taken=True)
            found.customer_id = customers.add(f"No {number}", by=SYSTEM, now=datetime.now(UTC))
            plan(found, by=SYSTEM, now=datetime.now(UTC))
        with CaptureQueriesContext(connection) as asked:
            assert AtDesk(cast.mara).get("/follow-ups/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
