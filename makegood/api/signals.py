"""What fails beyond chance, as the last look found it, and what becomes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, colleague, person
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import Email, Id, Instant, refuse_unknown
from makegood.learning import actions
from makegood.learning.queries.candidates import CandidateFacts, candidate_for, candidates

router = Router(tags=["improvements"])


class CandidateOut(Schema):
    """A group that fails beyond chance; `case` is where its cause is searched, `improvement` what changes it."""

    id: int
    what: str
    value: str
    due: int
    failed: int
    expected: float
    ratio: float
    share: float
    first_at: datetime
    last_at: datetime
    standing: bool
    dismissed_at: datetime | None
    reason: str
    case: str | None
    improvement: int | None


class CandidatesOut(Schema):
    """Those that stand, with the most failures beyond those expected first; 200 at most."""

    items: list[CandidateOut]
    next: None


class CandidatesQuery(Schema):
    """`dismissed` for those that somebody dismissed instead."""

    dismissed: bool = False


class SetAsideIn(StaffIn):
    """Why it needs nothing."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class SearchIn(StaffIn):
    """Who finds out why (an e-mail), and by when."""

    person: Email
    due_at: Instant


@router.get("/signals", response=CandidatesOut, summary="What fails beyond chance, as found last")
def list_signals(request: ApiRequest, query: Query[CandidatesQuery]) -> HttpResponse:
    """What the daily look found, for whoever sees all; else what touches the process that one answers for, without
    cases."""
    refuse_unknown(request.GET, CandidatesQuery)
    found = candidates(request.caller.scope, dismissed=query.dismissed)
    return told({"items": [_out(one) for one in found], "next": None})


@router.post("/signals/{number}/dismiss", response=CandidateOut, summary="Dismiss a signal")
def dismiss_signal(request: ApiRequest, number: Id, body: SetAsideIn) -> HttpResponse:
    """It needs nothing: it is shown no more for ninety days. Managers."""
    doer = person(request, body.staff)
    actions.dismiss(number, reason=body.reason, scope=doer.scope, by=doer.by, now=request.now)
    return told(_out(candidate_for(doer.scope, number)))


@router.post("/signals/{number}/search", response=CandidateOut, summary="Have the cause of a signal searched")
def search_cause(request: ApiRequest, number: Id, body: SearchIn) -> HttpResponse:
    """Its last open case without a cause is somebody's to find it in, by a date. Managers."""
    doer = person(request, body.staff)
    finder = colleague(body.person, field="person", now=request.now)
    actions.search_cause(number, staff_id=finder.id, due_at=body.due_at, scope=doer.scope, by=doer.by, now=request.now)
    return told(_out(candidate_for(doer.scope, number)))


def _out(one: CandidateFacts) -> dict[str, Any]:
    same = (
        "id", "what", "value", "due", "failed", "expected", "ratio", "share", "first_at", "last_at", "standing",
        "dismissed_at", "reason", "improvement",
    )  # fmt: skip
    return {name: getattr(one, name) for name in same} | {"case": f"SR-{one.case_number}" if one.case_number else None}
