"""The plan of a case: what to say, offer and do before the customer is spoken to."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, person
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.heeding import WarningOut
from makegood.cases.queries import case_for, parse_number
from makegood.cases.rules import Step
from makegood.customers.queries import customer_for
from makegood.people.rules import Scope
from makegood.remedies import actions
from makegood.remedies.queries import plan_of

router = Router(tags=["cases"])


class EarlierOut(Schema):
    """A failure of this customer in the year before; `title` is empty where the caller may not look."""

    case: str
    title: str
    opened_at: datetime
    outcome: str


class ApologyOut(Schema):
    """An apology that was made to this customer."""

    case: str
    by: str
    at: datetime


class OpenPromiseOut(Schema):
    """What else the customer was promised and waits for."""

    id: int
    title: str
    due_at: datetime
    due_on: date | None
    state: str


class PlanWordsOut(Schema):
    """What to say at a step. `prepared` are our words; `by` and `at` tell who put others in their place."""

    step: Step
    words: str
    prepared: str
    by: str
    at: datetime | None


class PlanOptionOut(Schema):
    """One of the first three options, named in the customer's language and (`titles`) in others. `decides` is empty
    when it is the caller's own to give, or `nobody` may."""

    title: str
    titles: dict[str, str]
    amount: Decimal
    known: bool
    currency: str
    due_at: datetime
    why: str
    ask_first: list[str]
    decides: str
    nobody: bool


class NeededOut(Schema):
    """Who is needed. `part` is owner, sponsor, approver or kind; `due` that nobody took it yet."""

    part: str
    id: int
    name: str
    due: bool


class PlanOut(Schema):
    """The plan of a case. `kept_at` is null on one prepared now; a kept one is as it stood at the first word."""

    case: str
    language: str
    prepared_at: datetime
    promised: str
    promised_at: datetime | None
    promised_on: date | None
    happened: str
    since: datetime
    foretold: bool
    known_first: str
    harm: str
    needs: str
    earlier: list[EarlierOut]
    earlier_count: int
    apologies: list[ApologyOut]
    open_promises: list[OpenPromiseOut]
    words: list[PlanWordsOut]
    options: list[PlanOptionOut]
    needed: list[NeededOut]
    speak_by: datetime | None
    speak_state: str
    update_minutes: int | None
    warnings: list[WarningOut]
    kept_at: datetime | None
    kept_by: str


class PlanIn(StaffIn):
    """One's own words for a line; without any the prepared ones stand again."""

    step: Step
    words: Annotated[str, Field(max_length=1000)] = ""


@router.get("/cases/{number}/plan", response=PlanOut, summary="Read the plan of a case")
def read_plan(request: ApiRequest, number: str) -> HttpResponse:
    """What to say, offer and do: prepared now, or as it stood when the customer was first spoken to."""
    return told(_plan(request, request.caller.scope, number))


@router.post("/cases/{number}/plan", response=PlanOut, summary="Change a line of a plan")
def change_plan(request: ApiRequest, number: str, body: PlanIn) -> HttpResponse:
    """Put one's own words in the place of a line, before the customer is spoken to."""
    doer = person(request, body.staff)
    found = actions.change_plan(
        parse_number(number), step=body.step, words=body.words, scope=doer.scope, by=doer.by, now=request.now
    )
    plan = _plan(request, doer.scope, number)
    plan["warnings"] += msgspec.to_builtins(found)
    return told(plan)


def _plan(request: ApiRequest, scope: Scope, number: str) -> dict[str, Any]:
    case = case_for(scope, parse_number(number))
    plan = plan_of(case, customer_for(scope, case.customer_id), scope=scope, now=request.now)
    out: dict[str, Any] = msgspec.to_builtins(plan, builtin_types=(datetime, date, Decimal))
    out["warnings"] = out.pop("cautions")
    out["case"] = f"SR-{plan.case}"
    for one in out["apologies"]:
        one["case"] = f"SR-{one['case']}"
    for one in out["earlier"]:
        one["case"] = f"SR-{one.pop('number')}"
    return out
