"""Promises: read, made, moved."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, acting, colleague, prove
from makegood.api.customers import CustomerIn, Whom, family_of, id_of, in_body, zone_of_new
from makegood.api.door import told
from makegood.api.due import due_of, working_out
from makegood.api.forms import (
    Attributes,
    Currency,
    Day,
    Email,
    Form,
    Id,
    Instant,
    Limit,
    Line,
    Money,
    Named,
    Text,
    named,
    refuse_unknown,
)
from makegood.cases.actions import forecast_promise as forecast
from makegood.cases.actions import keep_promise as keep
from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal
from makegood.platform.installation import organisation
from makegood.promises import actions
from makegood.promises.queries import LedgerFilter, PromiseFacts, ledger, promise_for
from makegood.promises.rules import Move, State
from makegood.remedies import actions as remedies

router = Router(tags=["promises"])


class PromiseOut(Schema):
    """A promise. Instants are UTC; `due_local` is when it is due where the customer is.

    `breaks_at` is when unkept means broken, `settled_at` when it ended. `allowed` are the moves that are
    legal now. `working` tells how a deadline in working time came about: `steps`, and `lines` for people.
    """

    id: int
    source: str
    reference: str | None
    customer: Named
    kind: str
    kind_name: str
    inside_case: bool
    severity: int
    title: str
    state: State
    owner: Named | None
    made_by: str
    made_at: datetime
    due_at: datetime
    due_on: date | None
    due_local: str
    warn_at: datetime
    breaks_at: datetime
    forecast_at: datetime | None
    kept_at: datetime | None
    withdrawn_at: datetime | None
    replaced_at: datetime | None
    settled_at: datetime | None
    next_check_at: datetime | None
    replaces: int | None
    amount: Decimal | None
    currency: str
    attributes: dict[str, Any]
    working: dict[str, Any] | None
    allowed: list[Move]


class PromisesOut(Schema):
    """A page of promises in the order of due dates; `next` goes on from here, null at the end."""

    items: list[PromiseOut]
    next: str | None


class PromiseIn(Form):
    """A new promise: to whom, what, by when.

    `customer` is an id, a key of your own, or a description by which the customer is found or added. Say when
    by one of `due_at` (an instant), `due_on` (a day) or `when` (words: "in 30 min", "tomorrow 10:00", "Fri");
    none of them leaves it to what the kind usually allows.
    """

    customer: Whom
    kind: Annotated[str, Field(min_length=1, max_length=40)]
    title: Line
    due_at: Instant | None = None
    due_on: Day | None = None
    when: Annotated[str, Field(max_length=100)] | None = None
    made_at: Instant | None = None
    owner: Email | None = None
    amount: Money | None = None
    currency: Currency = ""
    attributes: Attributes = {}
    staff: Email | None = None


class KeepIn(Form):
    """When it was kept; now unless said."""

    at: Instant | None = None
    staff: Email | None = None


class ForecastIn(Form):
    """The latest estimate."""

    forecast_at: Instant
    staff: Email | None = None


class ReplaceIn(Form):
    """The new word to which the customer agreed: by when (as for a new promise) and, if it changed, what."""

    due_at: Instant | None = None
    due_on: Day | None = None
    when: Annotated[str, Field(max_length=100)] | None = None
    title: Line | None = None
    staff: Email | None = None


class ReasonIn(Form):
    """Why, in the customer's words if you can."""

    reason: Text
    staff: Email | None = None


class PromisesQuery(Schema):
    """What the list is narrowed to."""

    after: str = ""
    limit: Limit = 50
    state: State | None = None
    kind: str = ""
    customer: Id | None = None
    owner: Id | None = None
    team: Id | None = None
    source: str = ""
    reference: str = ""
    due_from: Instant | None = None
    due_before: Instant | None = None
    newest_first: bool = False


@router.get("/promises", response=PromisesOut, summary="List promises")
def list_promises(request: ApiRequest, query: Query[PromisesQuery]) -> HttpResponse:
    """Promises in the order of their due dates. `reference` may be the beginning of one."""
    refuse_unknown(request.GET, PromisesQuery)
    narrow = LedgerFilter(
        states=(query.state,) if query.state else (),
        kind=query.kind,
        owner_id=query.owner,
        team_id=query.team,
        customer_ids=family_of(query.customer),
        source=query.source,
        reference=query.reference,
        due_from=query.due_from,
        due_before=query.due_before,
        newest_first=query.newest_first,
    )
    page = ledger(request.caller.scope, narrow, after=query.after, limit=query.limit)
    zone = organisation().zone
    return told({"items": [promise_out(row, zone) for row in page.rows], "next": page.next or None})


@router.post("/promises", response={201: PromiseOut}, summary="Make a promise")
def make_promise(request: ApiRequest, body: PromiseIn) -> HttpResponse:
    """Record a promise made to a customer."""
    if not (isinstance(body.customer, int) and body.due_at and body.owner is None and body.staff is None):
        # Something is looked up before it is written.
        prove(request)
    by = acting(request, body.staff).by
    owner = _owner(request, body.owner, by)
    # A customer who is described is added only together with the promise; one who is named needs no such care.
    with transaction.atomic() if isinstance(body.customer, CustomerIn) else nullcontext():
        number = id_of(request, body.customer, by)
        due = due_of(body, kind=body.kind, zone=lambda: zone_of_new(number), now=request.now)
        try:
            made = actions.make(
                customer_id=number, kind=body.kind, title=body.title, due_at=due.at, due_on=due.on,
                working=due.working, made_at=body.made_at, owner_id=owner[0], amount=body.amount,
                currency=body.currency, attributes=body.attributes,
                proof=request.proof, by=by, now=request.now,
            )  # fmt: skip
        except Refusal as no:
            raise in_body(no) from None
    facts = made.facts(made.customer, owner_name=owner[1])
    return told(promise_out(facts, ZoneInfo(facts.customer_time_zone)), status=201)


@router.get("/promises/{promise_id}", response=PromiseOut, summary="Read a promise")
def read_promise(request: ApiRequest, promise_id: Id) -> HttpResponse:
    """One promise, whole."""
    return _shown(request, promise_id)


@router.post("/promises/{promise_id}/keep", response=PromiseOut, summary="Keep a promise")
def keep_promise(request: ApiRequest, promise_id: Id, body: KeepIn | None = None) -> HttpResponse:
    """It was kept. Kept in time but told late sets a broken promise right, and its case with it."""
    said = body or KeepIn()
    doer = acting(request, said.staff)
    keep(promise_id, at=said.at, scope=doer.scope, by=doer.by, now=request.now)
    return _shown(request, promise_id)


@router.post("/promises/{promise_id}/forecast", response=PromiseOut, summary="Say when it will be kept")
def forecast_promise(request: ApiRequest, promise_id: Id, body: ForecastIn) -> HttpResponse:
    """The latest estimate. One that comes too late puts the promise at risk and opens a case, to speak first."""
    doer = acting(request, body.staff)
    forecast(promise_id, forecast_at=body.forecast_at, scope=doer.scope, by=doer.by, now=request.now)
    return _shown(request, promise_id)


@router.post("/promises/{promise_id}/withdraw", response=PromiseOut, summary="Withdraw a promise")
def withdraw_promise(request: ApiRequest, promise_id: Id, body: ReasonIn) -> HttpResponse:
    """The customer no longer wants it, and it has not broken."""
    _let_off(request, promise_id, Move.WITHDRAW, body)
    return _shown(request, promise_id)


@router.post("/promises/{promise_id}/release", response=PromiseOut, summary="Release a broken promise")
def release_promise(request: ApiRequest, promise_id: Id, body: ReasonIn) -> HttpResponse:
    """The customer lets us off a promise that broke."""
    _let_off(request, promise_id, Move.RELEASE, body)
    return _shown(request, promise_id)


@router.post("/promises/{promise_id}/replace", response={201: PromiseOut}, summary="Replace a promise")
def replace_promise(request: ApiRequest, promise_id: Id, body: ReplaceIn) -> HttpResponse:
    """The customer agreed to a new promise before this one broke. The answer is the new one."""
    doer = acting(request, body.staff)
    old = promise_for(doer.scope, promise_id)
    due = due_of(body, kind=old.kind, zone=lambda: _zone(old.customer_time_zone), now=request.now)
    new = remedies.replace_promise(
        promise_id, due_at=due.at, due_on=due.on, title=body.title, scope=doer.scope, by=doer.by, now=request.now
    )
    return _shown(request, new, status=201)


def _let_off(request: ApiRequest, promise_id: int, move: Move, body: ReasonIn) -> None:
    doer = acting(request, body.staff)
    remedies.let_off_promise(promise_id, move, reason=body.reason, scope=doer.scope, by=doer.by, now=request.now)


def _owner(request: ApiRequest, email: str | None, by: Actor) -> tuple[int | None, str]:
    """Who answers for a new promise, and their name."""
    if email is not None:
        named = colleague(email, field="owner", now=request.now)
        return named.id, named.name
    return (by.id, by.name) if by.kind is ActorKind.STAFF else (None, "")


def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name) if name else organisation().zone


def _shown(request: ApiRequest, promise_id: int, *, status: int = 200) -> HttpResponse:
    promise = promise_for(request.caller.scope, promise_id)
    return told(promise_out(promise, _zone(promise.customer_time_zone)), status=status)


def promise_out(promise: PromiseFacts, zone: ZoneInfo) -> dict[str, Any]:
    """A promise as callers get it; `zone` is the organisation's, for customers whose own is not known."""
    local = ZoneInfo(promise.customer_time_zone) if promise.customer_time_zone else zone
    return {
        **{name: getattr(promise, name) for name in _SAME},
        "customer": named(promise.customer_id, promise.customer_name),
        "owner": named(promise.owner_id, promise.owner_name),
        "due_local": promise.due_at.astimezone(local).isoformat(timespec="seconds"),
        "replaces": promise.replaces_id,
        "working": working_out(promise.working),
        "allowed": promise.moves,
    }


_MADE_HERE = {"customer", "owner", "due_local", "replaces", "working", "allowed"}
_SAME = [name for name in PromiseOut.model_fields if name not in _MADE_HERE]
