"""The three closures: what is left once the customer says it is right."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from ninja import Query, Router, Schema

from makegood.api.caller import ApiRequest, colleague, person
from makegood.api.case_parts import StaffIn, Words
from makegood.api.door import told
from makegood.api.forms import Email, Instant, Named, named, refuse_unknown
from makegood.cases.queries import parse_number
from makegood.followups import actions
from makegood.followups.queries import ClosureFacts, HearingFacts, closure_for, closures
from makegood.promises.rules import State

router = Router(tags=["closures"])


class HearingOut(Schema):
    """Somebody who carried the case. What they and their lead said is for these two alone, and "" for anybody else."""

    staff: Named
    lead: str
    heard_at: datetime | None
    heard_by: str
    is_well: bool | None
    word: str
    cost: str
    helped: str


class ChangeOut(Schema):
    """What is promised to change, by whom and by when."""

    by: str
    due_at: datetime
    state: State


class ClosureOut(Schema):
    """The closures of a closed case: how many of the three are `made`, and what is left of the others."""

    number: int
    ref: str
    title: str
    kind_name: str
    harm: str
    outcome: str
    cause: str | None
    cause_name: str
    cause_note: str
    made: int
    customer_at: datetime
    owner: Named | None
    process_at: datetime | None
    process_by: str
    words: str
    change: ChangeOut | None
    employee_at: datetime | None
    hearings: list[HearingOut]


class ClosuresOut(Schema):
    """Cases in which something is left to be made good, the longest closed first; a hundred at most."""

    items: list[ClosureOut]
    next: None


class ClosuresQuery(Schema):
    """Whose: `me` of the person the token stands for, `all` of everybody, for those who see all."""

    who: str = "me"


class ProcessIn(StaffIn):
    """What was or will be changed; with `due_at` it is a promise, of `who` (an e-mail; oneself unless told)."""

    words: Words
    who: Email | None = None
    due_at: Instant | None = None


class CarrierIn(StaffIn):
    """Who carried it too: an e-mail."""

    who: Email


class SaidIn(StaffIn):
    """What it cost whoever carried it, and what would have helped."""

    cost: Words = ""
    helped: Words = ""


class HeardIn(StaffIn):
    """Who was heard (an e-mail), the word to them, and whether they are all right."""

    who: Email
    word: Words
    is_well: bool


@router.get("/closures", response=ClosuresOut, summary="List what is left to be made good")
def list_closures(request: ApiRequest, query: Query[ClosuresQuery]) -> HttpResponse:
    """Closed cases whose process is not changed, or in which somebody was not heard."""
    refuse_unknown(request.GET, ClosuresQuery)
    found = closures(request.caller.scope, every=query.who == "all")
    return told({"items": [_out(one) for one in found], "next": None})


@router.get("/cases/{number}/closures", response=ClosureOut, summary="Read the closures of a case")
def read_closures(request: ApiRequest, number: str) -> HttpResponse:
    """The three closures of a closed case, for whoever sees it or has a part in it."""
    return told(_out(closure_for(request.caller.scope, parse_number(number))))


@router.post("/cases/{number}/closures/process", response=ClosureOut, summary="Say what changes")
def close_process(request: ApiRequest, number: str, body: ProcessIn) -> HttpResponse:
    """The owner of the process says what was changed, or what will be by a time."""
    who = colleague(body.who, field="who", now=request.now).id if body.who else None
    return _do(request, number, body, actions.close_process, words=body.words, who=who, due_at=body.due_at)


@router.post("/cases/{number}/closures/change", response=ClosureOut, summary="Say that it is changed")
def keep_change(request: ApiRequest, number: str, body: StaffIn | None = None) -> HttpResponse:
    """What was promised to change is changed."""
    return _do(request, number, body, actions.keep_change)


@router.post("/cases/{number}/closures/carriers", response=ClosureOut, summary="Name who carried it too")
def name_carrier(request: ApiRequest, number: str, body: CarrierIn) -> HttpResponse:
    """Somebody was blamed or shouted at: they are to be heard, too."""
    staff_id = colleague(body.who, field="who", now=request.now).id
    return _do(request, number, body, actions.name_carrier, staff_id=staff_id)


@router.post("/cases/{number}/closures/said", response=ClosureOut, summary="Say how it was")
def say_how_it_was(request: ApiRequest, number: str, body: SaidIn) -> HttpResponse:
    """Whoever carried the case says what it cost them, to their lead alone."""
    return _do(request, number, body, actions.say_how_it_was, cost=body.cost, helped=body.helped)


@router.post("/cases/{number}/closures/heard", response=ClosureOut, summary="Hear who carried it")
def hear_carrier(request: ApiRequest, number: str, body: HeardIn) -> HttpResponse:
    """A lead heard somebody who carried the case."""
    staff_id = colleague(body.who, field="who", now=request.now).id
    return _do(
        request, number, body, actions.hear_carrier, staff_id=staff_id, word=body.word, is_well=body.is_well
    )  # fmt: skip


def _do(request: ApiRequest, number: str, body: StaffIn | None, action: Any, **said: Any) -> HttpResponse:
    doer = person(request, body.staff if body else None)
    action(parse_number(number), **said, scope=doer.scope, by=doer.by, now=request.now)
    return told(_out(closure_for(doer.scope, parse_number(number))))


def _out(one: ClosureFacts) -> dict[str, Any]:
    same = (
        "number", "ref", "title", "kind_name", "harm", "outcome", "cause_name", "cause_note", "made", "customer_at",
        "process_at", "process_by", "words", "employee_at",
    )  # fmt: skip
    change = {"by": one.change_by, "due_at": one.change_due_at, "state": one.change_state} if one.change_state else None
    return {name: getattr(one, name) for name in same} | {
        "cause": one.cause or None, "owner": named(one.owner_id, one.owner), "change": change,
        "hearings": [_hearing(each) for each in one.hearings],
    }  # fmt: skip


def _hearing(one: HearingFacts) -> dict[str, Any]:
    same = ("lead", "heard_at", "heard_by", "is_well", "word", "cost", "helped")
    return {name: getattr(one, name) for name in same} | {"staff": named(one.staff_id, one.staff)}
