"""Improvements: what is changed about a cause, by whom, by when, and whether it held."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, colleague, person
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import Email, Id, Instant, Named, named, refuse_unknown, spelled
from makegood.learning import actions
from makegood.learning.actions.improving import CHANGE_LIMIT, MOST_EXPOSURE
from makegood.learning.queries.improvements import ImprovementFacts, improvement_for, improvements
from makegood.learning.rules.recurrence import Count, State, Why

router = Router(tags=["improvements"])


class CountOut(Schema):
    """Promises due, failures by the cause, and these per thousand of those."""

    due: int
    failed: int
    per_thousand: float | None


class RatioOut(Schema):
    """The rate since ÷ before with its exact interval of 95 per cent; `high` null when it has no end."""

    value: float | None
    low: float
    high: float | None


class ImprovementOut(Schema):
    """An improvement; `why` is what the last look found, null before the first."""

    number: int
    cause: str
    cause_name: str
    function: str
    change: str
    owner: Named
    asked_by: str
    kind: str | None
    less_by: int
    exposure: int
    state: Annotated[State, spelled(State)]
    why: Why | None
    looks: int
    more_needed: int
    began_at: datetime
    due_at: datetime
    live_at: datetime | None
    ended_at: datetime | None
    expected_at: datetime | None
    obstacle: str
    before: CountOut
    since: CountOut
    unsolved: int
    ratio: RatioOut | None
    counted_at: datetime | None


class ImprovementsOut(Schema):
    """Improvements, one's own first; 200 at most."""

    items: list[ImprovementOut]
    next: None


class ImprovementsQuery(Schema):
    """`mine` of the person the token stands for alone; `ended` those that were dropped, too."""

    mine: bool = False
    ended: bool = False


class BeginIn(StaffIn):
    """What changes about which cause, who makes it (an e-mail) and by when; how it is measured."""

    cause: Annotated[str, Field(max_length=60)]
    change: Annotated[str, Field(min_length=1, max_length=CHANGE_LIMIT)]
    owner: Email
    due_at: Instant
    kind: Annotated[str, Field(max_length=40)] = ""
    less_by: Annotated[int, Field(ge=1, le=100)] = 50
    exposure: Annotated[int, Field(ge=1, le=MOST_EXPOSURE)] = 200
    signal: Annotated[int, Field(ge=1)] | None = None


class LiveIn(StaffIn):
    """Since when it is live; now unless said."""

    at: Instant | None = None


class LaterIn(StaffIn):
    """What stands in the way, and when it is expected instead."""

    reason: Annotated[str, Field(min_length=1, max_length=CHANGE_LIMIT)]
    expected_at: Instant


class DropIn(StaffIn):
    """Why it is not done after all."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


@router.get("/improvements", response=ImprovementsOut, summary="List improvements")
def list_improvements(request: ApiRequest, query: Query[ImprovementsQuery]) -> HttpResponse:
    """What is being changed, and whether it held."""
    refuse_unknown(request.GET, ImprovementsQuery)
    found = improvements(request.caller.scope, mine=query.mine, ended=query.ended)
    return told({"items": [_out(one) for one in found], "next": None})


@router.post("/improvements", response={201: ImprovementOut}, summary="Begin an improvement")
def begin(request: ApiRequest, body: BeginIn) -> HttpResponse:
    """A change about a cause that a case has: its date is a promise of its owner."""
    doer = person(request, body.staff)
    owner_id = colleague(body.owner, field="owner", now=request.now).id
    number = actions.begin(
        cause=body.cause, change=body.change, owner_id=owner_id, due_at=body.due_at, kind=body.kind,
        less_by=body.less_by, exposure=body.exposure, signal=body.signal, by=doer.by, now=request.now,
    )  # fmt: skip
    return told(_out(improvement_for(doer.scope, number)), status=201)


@router.get("/improvements/{number}", response=ImprovementOut, summary="Read an improvement")
def read_improvement(request: ApiRequest, number: Id) -> HttpResponse:
    """One improvement with its test."""
    return told(_out(improvement_for(request.caller.scope, number)))


@router.post("/improvements/{number}/live", response=ImprovementOut, summary="Say that it is live")
def bring_live(request: ApiRequest, number: Id, body: LiveIn | None = None) -> HttpResponse:
    """What was to change is changed: failures are counted from then on. Its owner, or a lead or manager."""
    doer, at = person(request, body.staff if body else None), body.at if body else None
    actions.bring_live(number, at=at, scope=doer.scope, by=doer.by, now=request.now)
    return told(_out(improvement_for(doer.scope, number)))


@router.post("/improvements/{number}/later", response=ImprovementOut, summary="Say that it will be later")
def say_later(request: ApiRequest, number: Id, body: LaterIn) -> HttpResponse:
    """It cannot be live by its date: why, and when it is expected. Its owner, or a lead or manager."""
    doer = person(request, body.staff)
    actions.say_later(
        number, reason=body.reason, expected_at=body.expected_at, scope=doer.scope, by=doer.by, now=request.now
    )
    return told(_out(improvement_for(doer.scope, number)))


@router.post("/improvements/{number}/drop", response=ImprovementOut, summary="Drop an improvement")
def drop(request: ApiRequest, number: Id, body: DropIn) -> HttpResponse:
    """It is not done after all, or undone. Its owner, or a lead or manager."""
    doer = person(request, body.staff)
    actions.drop(number, reason=body.reason, scope=doer.scope, by=doer.by, now=request.now)
    return told(_out(improvement_for(doer.scope, number)))


def _out(one: ImprovementFacts) -> dict[str, Any]:
    same = (
        "number", "cause", "cause_name", "function", "change", "asked_by", "less_by", "exposure", "state", "looks",
        "more_needed", "began_at", "due_at", "live_at", "ended_at", "expected_at", "obstacle", "unsolved", "counted_at",
    )  # fmt: skip
    ratio = one.ratio and {
        "value": one.ratio.value, "low": one.ratio.low, "high": None if math.isinf(one.ratio.high) else one.ratio.high
    }  # fmt: skip
    return {name: getattr(one, name) for name in same} | {
        "owner": named(one.owner_id, one.owner), "kind": one.kind or None, "ratio": ratio,
        "why": one.judged.why if one.judged else None, "before": _count(one.before), "since": _count(one.since),
    }  # fmt: skip


def _count(one: Count) -> dict[str, Any]:
    return {"due": one.due, "failed": one.failed, "per_thousand": one.per_thousand}
