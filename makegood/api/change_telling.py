"""Telling the customers whom a cause failed that it is changed."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, person
from makegood.api.case_parts import StaffIn
from makegood.api.coach import FindingOut
from makegood.api.door import told
from makegood.api.forms import Id, Limit, refuse_unknown
from makegood.learning import actions
from makegood.learning.actions.telling import LONGEST_EVERY, MOST_AT_ONCE
from makegood.learning.queries.affected import Prepared
from makegood.learning.queries.telling import rehearse, telling_of
from makegood.learning.rules.telling import LONGEST, Left

router = Router(tags=["improvements"])


class TellingOut(Schema):
    """How telling stands. `words` are what was changed, by language; `left` counts those left out, by reason."""

    words: dict[str, str]
    began_at: datetime | None
    under_way: bool
    stopped_at: datetime | None
    stopped_why: str
    ended_at: datetime | None
    batch_size: int
    every: int
    waiting: int
    told: int
    to_send: int
    red: int
    left: dict[Left, int]


class TellingMessageOut(Schema):
    """What one customer would be told, or why they are left out. `sends` is what goes by this channel."""

    customer: int
    name: str
    case: str
    language: str
    left: Left | None
    channel: Literal["email", "sms", "chat"] | None
    address: str | None
    message: str
    sends: str


class RehearsalOut(Schema):
    """A page of the dry run; the first one also counts everybody, and says what the coach finds."""

    items: list[TellingMessageOut]
    next: str | None
    told: int
    left: dict[Left, int]
    findings: list[FindingOut]


class TellingRehearsalQuery(Schema):
    """Where the page begins."""

    after: Annotated[int, Field(ge=0)] = 0
    limit: Limit = 50


class TellingWordsIn(StaffIn):
    """What was changed, in one language; "" takes it away."""

    language: Annotated[str, Field(max_length=12)]
    changed: Annotated[str, Field(max_length=LONGEST)]


class TellingPaceIn(StaffIn):
    """How many at a time, and how many seconds between two batches."""

    batch_size: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 100
    every: Annotated[int, Field(ge=0, le=LONGEST_EVERY)] = 60


class TellingStopIn(StaffIn):
    """Why, for the record."""

    reason: Annotated[str, Field(max_length=500)] = ""


@router.get("/improvements/{number}/telling", response=TellingOut, summary="Read how telling customers stands")
def read_telling(request: ApiRequest, number: Id) -> HttpResponse:
    """Who was told that it is changed, who waits, and who is left out."""
    return _answer(request.caller.scope, number)


@router.get("/improvements/{number}/telling/dry-run", response=RehearsalOut, summary="See what customers would be told")
def dry_run(request: ApiRequest, number: Id, query: Query[TellingRehearsalQuery]) -> HttpResponse:
    """Every message and its recipient, and who is left out; nothing is sent or kept."""
    refuse_unknown(request.GET, TellingRehearsalQuery)
    found = rehearse(request.caller.scope, number, after=query.after, limit=query.limit, now=request.now)
    return told({
        "items": [_message(one) for one in found.rows], "next": str(found.next) if found.next else None,
        "told": found.many, "left": found.left, "findings": [asdict(one) for one in found.heard],
    })  # fmt: skip


@router.post("/improvements/{number}/telling/words", response=TellingOut, summary="Say what was changed")
def say_changed(request: ApiRequest, number: Id, body: TellingWordsIn) -> HttpResponse:
    """What customers of one language are told was changed. A manager, or the owner of the change."""
    doer = person(request, body.staff)
    actions.say_changed(
        number, language=body.language, changed=body.changed, scope=doer.scope, by=doer.by, now=request.now
    )
    return _answer(doer.scope, number)


@router.post("/improvements/{number}/telling/begin", response=TellingOut, summary="Tell the customers it failed")
def begin_telling(request: ApiRequest, number: Id, body: TellingPaceIn | None = None) -> HttpResponse:
    """Begin, or go on after a stop: each is told once. A manager, or the owner of the change."""
    pace = body or TellingPaceIn()
    doer = person(request, pace.staff)
    actions.begin_telling(
        number, batch_size=pace.batch_size, every=pace.every, scope=doer.scope, by=doer.by, now=request.now
    )
    return _answer(doer.scope, number)


@router.post("/improvements/{number}/telling/stop", response=TellingOut, summary="Stop telling them")
def stop_telling(request: ApiRequest, number: Id, body: TellingStopIn | None = None) -> HttpResponse:
    """Nobody more is told, and what has not left is taken back. A manager, or the owner of the change."""
    asked = body or TellingStopIn()
    doer = person(request, asked.staff)
    actions.stop_telling(number, reason=asked.reason, scope=doer.scope, by=doer.by, now=request.now)
    return _answer(doer.scope, number)


def _answer(scope: Any, number: int) -> HttpResponse:
    facts = telling_of(scope, number)
    return told({name: getattr(facts, name) for name in TellingOut.model_fields})


def _message(one: Prepared) -> dict[str, Any]:
    return {
        "customer": one.customer_id, "name": one.customer_name, "case": one.ref, "language": one.language,
        "left": one.left, "channel": one.way.channel if one.way else None,
        "address": one.way.address if one.way else None, "message": one.message, "sends": one.sends,
    }  # fmt: skip
