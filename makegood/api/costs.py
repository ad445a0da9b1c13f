"""What failing and preventing cost, and what became of those who were failed."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, person
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import Day, Id, Instant, Money, refuse_unknown
from makegood.measurement.actions.costs import add_cost, enter_rate
from makegood.measurement.queries.costs import CostReport, Rate, cost_report, staff_rate

router = Router(tags=["report"])


class GivenOut(Schema):
    """What customers were given in one currency; `again` is what of it went into second failures."""

    name: str
    currency: str
    owed: str
    correction: str
    goodwill: str
    total: str
    again: str
    remedies: int


class TalkedOut(Schema):
    """Minutes of calls whose length was recorded."""

    name: str
    minutes: int
    calls: int


class PeopleOut(Schema):
    """Customers who were failed, and what became of them."""

    name: str
    failed: int
    kept: int
    lost: int
    early: int


class PreventedOut(Schema):
    """What changes about causes cost, in one currency."""

    currency: str
    amount: str
    changes: int


class RateOut(Schema):
    """What an hour of staff costs, as it was entered; `amount` null while it is not."""

    amount: str | None
    currency: str
    source: str
    by: str
    at: datetime


class CostOut(Schema):
    """All of it; `staff_cost` is null while nobody entered what an hour costs."""

    given: list[GivenOut]
    talked: list[TalkedOut]
    people: list[PeopleOut]
    prevented: list[PreventedOut]
    rate: RateOut | None
    staff_cost: str | None
    at_risk: int


class CostQuery(Schema):
    """How to group, of which kind of promise, and in which half-open time."""

    by: Literal["", "kind", "team"] = ""
    kind: Annotated[str, Field(max_length=40)] = ""
    since: Instant | None = None
    before: Instant | None = None


class RateIn(StaffIn):
    """What an hour costs, null to take it back, and where the figure comes from."""

    amount: Money | None
    source: Annotated[str, Field(min_length=1, max_length=300)]


class SpentIn(StaffIn):
    """What a change cost, for what, on which day; below nothing sets an earlier sum right."""

    amount: Money
    words: Annotated[str, Field(min_length=1, max_length=300)]
    spent_on: Day


@router.get("/report/cost", response=CostOut, summary="What failing and preventing cost")
def report_cost(request: ApiRequest, query: Query[CostQuery]) -> HttpResponse:
    """Remedies, minutes of calls and changes in a time, and the customers who were failed in it."""
    refuse_unknown(request.GET, CostQuery)
    found = cost_report(
        request.caller.scope, since=query.since, before=query.before or request.now, by=query.by, kind=query.kind,
        now=request.now,
    )  # fmt: skip
    return told(plain(found))


@router.post("/report/cost/rate", response={201: RateOut}, summary="Enter what an hour of staff costs")
def enter(request: ApiRequest, body: RateIn) -> HttpResponse:
    """Kept with who said it, and when. Analysts and administrators."""
    doer = person(request, body.staff)
    enter_rate(body.amount, source=body.source, by=doer.by, now=request.now)
    return told(_rate(staff_rate()), status=201)


@router.post("/improvements/{number}/costs", response={201: CostOut}, summary="Enter what a change cost")
def spend(request: ApiRequest, number: Id, body: SpentIn) -> HttpResponse:
    """Answers with all costs until now. Analysts and administrators."""
    doer = person(request, body.staff)
    add_cost(number, amount=body.amount, words=body.words, spent_on=body.spent_on, by=doer.by, now=request.now)
    return told(plain(cost_report(doer.scope, since=None, before=request.now, now=request.now)), status=201)


def plain(found: CostReport) -> dict[str, Any]:
    """All of it as JSON holds it: sums as text."""
    minutes = sum(one.minutes for one in found.talked)
    spent = found.rate.of(minutes) if found.rate else None
    return {
        "given": [_texts(one) | {"total": str(one.total)} for one in found.given],
        "talked": [_texts(one) for one in found.talked], "people": [_texts(one) for one in found.people],
        "prevented": [_texts(one) for one in found.prevented], "rate": _rate(found.rate),
        "staff_cost": None if spent is None else str(spent), "at_risk": found.at_risk,
    }  # fmt: skip


def _rate(rate: Rate | None) -> dict[str, Any] | None:
    return None if rate is None else _texts(rate)


def _texts(one: Any) -> dict[str, Any]:
    told_of = dataclasses.asdict(one)
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in told_of.items()}
