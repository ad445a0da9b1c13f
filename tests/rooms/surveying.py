"""What the tests of surveys share: asking turned on, customers who can be reached, cases that were closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from makegood.cases.models import Case
from makegood.cases.rules import DetectedBy
from makegood.customers.models import Customer
from makegood.measurement.actions import set_asking
from makegood.measurement.actions.planning import plan_for
from makegood.measurement.asking import AskingFacts
from makegood.measurement.models import Asking, Survey
from makegood.promises.models import Kind
from tests.factories import NOW, Cast, actor, make_customer

DAY = timedelta(days=1)
NOON = datetime(2026, 11, 23, 17, tzinfo=NOW.tzinfo)
"""Noon in New York, five in the afternoon in London."""


def turn_on(cast: Cast, *, now: datetime = NOW, **wanted: Any) -> Asking:
    """Asking turned on by the administrator, as it is usual but for what is wanted."""
    set_asking(replace(AskingFacts(is_on=True), **wanted), by=actor(cast.ada), now=now)
    return Asking.objects.get()


def closed_case(
    customer: Customer, cast: Cast, *, at: datetime, repeat_of: Case | None = None, outcome: str = "satisfied"
) -> Case:
    """A case of theirs that was closed at that instant."""
    return Case.objects.create(
        customer=customer, kind=Kind.objects.get(slug="delivery"), title="The parcel", severity=2,
        detected_by=DetectedBy.WATCH, opened_at=at - DAY, owner=cast.mara, outcome=outcome, closed_at=at,
        repeat_of=repeat_of, ordinal=2 if repeat_of else 1,
    )  # fmt: skip


def survey_after(case: Case, *, now: datetime) -> Survey:
    """The survey that is planned after a case was closed."""
    plan_for(Asking.objects.get(), [case.pk], now=now)
    return Survey.objects.get(case=case)


def pulse_of(customer: Customer, *, due_at: datetime, reminds: bool = False) -> Survey:
    """A pulse that the lot planned."""
    return Survey.objects.create(
        customer=customer, occasion="pulse", scales=["csat"], reminds=reminds, planned_at=due_at, due_at=due_at
    )


def reachable(name: str = "Dana Okafor", **fields: Any) -> Customer:
    """A customer with an address."""
    return make_customer(name, email=f"{name.split()[0].lower()}@home.example", **fields)
