"""Customers kept, and what failing cost: beside the overview, for who sees every team, with nothing invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from makegood.cases import actions as cases
from makegood.cases.models import Case, Failure
from makegood.measurement.actions.costs import enter_rate
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, actor, make_cast, make_customer
from tests.rooms.casework import Hand

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def failed(cast: Cast, many: int, days_ago: int) -> None:
    """So many customers failed so long ago."""
    now = datetime.now(UTC)
    at = now - timedelta(days=days_ago)
    for n in range(many):
        number = cases.report_failure(
            customer_id=make_customer(f"Dana {days_ago} {n}").pk, kind="delivery", what="It is torn",
            **Hand(cast.greta).at(now),
        ).number  # fmt: skip
        Case.objects.filter(pk=number).update(opened_at=at)
        Failure.objects.filter(case=number).update(at=at)


def test_who_stayed_is_told_of_those_long_enough_ago(cast: Cast) -> None:
    failed(cast, 12, 120)
    failed(cast, 5, 10)
    page = text(AtDesk(cast.greta).get("/insights/worth/"))
    assert "Customers kept 100 %" in page
    assert "0 of 12 lost" in page
    assert "of 0 failed 90 days ago or more" in text(AtDesk(cast.greta).get("/insights/worth/", kind="callback"))


def test_no_money_is_invented(cast: Cast) -> None:
    greta = AtDesk(cast.greta)
    assert "Cost of failure not entered" in text(greta.get("/insights/worth/"))
    enter_rate(Decimal(30), source="Payroll", by=actor(cast.anil), now=datetime.now(UTC))
    assert "not entered" not in text(greta.get("/insights/worth/"))


def test_who_sees_one_team_is_told_neither(cast: Cast) -> None:
    mara = AtDesk(cast.mara)
    assert "/insights/worth/" not in mara.get("/insights/").content.decode()
    assert mara.get("/insights/worth/").status_code == 403
