"""Cases: read, opened, worked to their end. Each move answers with the case as it is then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpResponse
from ninja import Query, Router, Schema

from makegood.api import case_parts as parts
from makegood.api.caller import Acting, ApiRequest, acting, colleague, person, prove
from makegood.api.case_parts import CaseOut, case_out, line_out
from makegood.api.customers import CustomerIn, family_of, id_of, in_body, time_zone_of
from makegood.api.door import told
from makegood.api.due import due_of, kind_in_use
from makegood.api.forms import Id, refuse_unknown
from makegood.api.heeding import warnings_of
from makegood.api.ledger import EntryOut
from makegood.cases import actions, queries
from makegood.cases.queries import CaseFilter, parse_number
from makegood.cases.rules import obstacles_to_closing
from makegood.followups import actions as followups
from makegood.followups.queries import obstacles
from makegood.kernel.refusals import Refusal, invalid
from makegood.people.rules import READS_ALL
from makegood.platform.installation import organisation
from makegood.remedies import actions as remedies
from makegood.remedies.queries import blame_in, owing
from makegood.remedies.rules.plan import Caution

router = Router(tags=["cases"])


class TimelineOut(Schema):
    """What was recorded of a case and its promises, oldest first."""

    items: list[EntryOut]
    next: None


@router.get("/cases", response=parts.CasesOut, summary="List cases")
def list_cases(request: ApiRequest, query: Query[parts.CasesQuery]) -> HttpResponse:
    """Cases, the newest first unless told otherwise; only open ones unless `state` says otherwise."""
    refuse_unknown(request.GET, parts.CasesQuery)
    narrow = CaseFilter(
        state="" if query.state == "all" else query.state,
        owner_id=query.owner,
        team_id=query.team,
        kind=query.kind,
        severity=query.severity,
        repeat=query.repeat,
        detected_by=query.detected_by or "",
        customer_ids=family_of(query.customer),
        q=query.q,
        oldest_first=query.oldest_first,
    )
    page = queries.cases_list(request.caller.scope, narrow, after=query.after, limit=query.limit)
    return told({"items": [line_out(line) for line in page.rows], "next": page.next or None})


@router.post("/cases", response={200: CaseOut, 201: CaseOut}, summary="Report a failure")
def open_case(request: ApiRequest, body: parts.CaseIn) -> HttpResponse:
    """Open a case for a harm that was reported (201), or add it to the customer's open one of the kind (200)."""
    if body.staff is None:
        prove(request)
    doer = acting(request, body.staff)
    # A customer who is described is added only together with the case; one who is named needs no such care.
    with transaction.atomic() if isinstance(body.customer, CustomerIn) else nullcontext():
        try:
            reported = actions.report_failure(
                customer_id=id_of(request, body.customer, doer.by), kind=body.kind, what=body.what,
                harm=body.harm, needs=body.needs, failure_class=body.failure_class, detected_by=body.detected_by,
                severity=body.severity,
                criticality=body.criticality, promise_id=body.promise, scope=doer.scope, by=doer.by, now=request.now,
            )  # fmt: skip
        except Refusal as no:
            if no.code == "kind.unknown":
                kind_in_use(body.kind)
            raise in_body(no) from None
    if reported.opened is not None:
        # The zone of its promise is known: their own, or else ours. Nothing was given in it so far.
        zone = reported.opened.commitments[0].promise.customer_time_zone
        return told(case_out(reported.opened, obstacles_to_closing(reported.opened.story), ZoneInfo(zone)), status=201)
    case = _seen(doer, reported.number, request.now)
    return told(case, status=201 if case["opened_at"] == request.now else 200)


@router.get("/cases/{number}", response=CaseOut, summary="Read a case")
def read_case(request: ApiRequest, number: str) -> HttpResponse:
    """One case, whole. `number` is SR-1001 or 1001."""
    case = queries.case_for(request.caller.scope, parse_number(number))
    return told(case_out(case, obstacles(case, owing(case, now=request.now)), organisation().zone))


@router.get("/cases/{number}/timeline", response=TimelineOut, summary="Read what happened in a case")
def read_timeline(request: ApiRequest, number: str) -> Any:
    """What was recorded of a case and its promises: the newest 500 entries, oldest first."""
    case = queries.case_for(request.caller.scope, parse_number(number))
    return {"items": queries.timeline(case), "next": None}


# Whose it is


@router.post("/cases/{number}/take", response=CaseOut, summary="Take a case")
def take(request: ApiRequest, number: str, body: parts.StaffIn | None = None) -> HttpResponse:
    """Become the owner, or say as the owner that you are on it."""
    return do(request, number, body, actions.take)


@router.post("/cases/{number}/handover", response=CaseOut, summary="Offer a case to somebody")
def hand_over(request: ApiRequest, number: str, body: parts.HandoverIn) -> HttpResponse:
    """Offer the case to somebody. The owner stays accountable until they accept."""
    to = colleague(body.to, field="to", now=request.now).id
    return do(request, number, body, actions.offer, to=to, note=body.note)


@router.post("/cases/{number}/accept", response=CaseOut, summary="Accept a case")
def accept(request: ApiRequest, number: str, body: parts.StaffIn | None = None) -> HttpResponse:
    """Accept a handover, and be accountable from now on."""
    return do(request, number, body, actions.accept)


@router.post("/cases/{number}/decline", response=CaseOut, summary="Decline a case")
def decline(request: ApiRequest, number: str, body: parts.DeclineIn | None = None) -> HttpResponse:
    """Decline a handover. The owner stays who they were."""
    return do(request, number, body, actions.decline, note=body.note if body else "")


@router.post("/cases/{number}/assign", response=CaseOut, summary="Give a case to somebody")
def assign(request: ApiRequest, number: str, body: parts.AssignIn) -> HttpResponse:
    """Make somebody the owner at once; for leads and managers."""
    to = colleague(body.to, field="to", now=request.now).id
    return do(request, number, body, actions.assign, to=to)


@router.post("/cases/{number}/charge", response=CaseOut, summary="Take a case in charge")
def take_in_charge(request: ApiRequest, number: str, body: parts.StaffIn | None = None) -> HttpResponse:
    """Whoever was drawn in takes the case in charge and becomes its sponsor."""
    return do(request, number, body, actions.take_in_charge)


# Working it


@router.post("/cases/{number}/steps", response=parts.HeededOut, summary="Record a step")
def record_step(request: ApiRequest, number: str, body: parts.StepIn) -> HttpResponse:
    """Record a step of the recovery. Any step may be recorded at any time, and again. `warnings` stop nothing."""
    doer, case = person(request, body.staff), parse_number(number)
    heeded = remedies.take_step(
        case, step=body.step, words=body.words, channel=body.channel, harm=body.harm, needs=body.needs,
        scope=doer.scope, by=doer.by, now=request.now,
    )  # fmt: skip
    return told(_seen(doer, case, request.now) | {"warnings": warnings_of(heeded)})


@router.post("/cases/{number}/note", response=CaseOut, summary="Write a note")
def write_note(request: ApiRequest, number: str, body: parts.NoteIn) -> HttpResponse:
    """Write a note for colleagues."""
    return do(request, number, body, actions.note, text=body.text)


@router.post("/cases/{number}/commitments", response={201: CaseOut}, summary="Make a promise in a case")
def commit(request: ApiRequest, number: str, body: parts.CommitmentIn) -> HttpResponse:
    """Promise the customer something by a time. Its clock runs in the ledger."""
    case = queries.case_for(person(request, body.staff).scope, parse_number(number))
    kind = "commitment" if body.purpose == "commitment" else "progress-update"
    due = due_of(body, kind=kind, zone=lambda: time_zone_of(request, case.customer_id), now=request.now)
    return do(
        request,
        number,
        body,
        actions.commit,
        status=201,
        title=body.title,
        purpose=body.purpose,
        due_at=due.at,
        due_on=due.on,
    )


@router.post("/cases/{number}/commitments/{promise_id}/keep", response=CaseOut, summary="Keep a promise of a case")
def keep_commitment(request: ApiRequest, number: str, promise_id: Id, body: parts.KeptIn | None = None) -> HttpResponse:
    """A promise of the case was kept."""
    return do(
        request, number, body, actions.keep_commitment, promise_id=promise_id, at=body.at if body else None
    )  # fmt: skip


@router.post(
    "/cases/{number}/commitments/{promise_id}/replace",
    response={201: CaseOut},
    summary="Replace a promise of a case",
)
def replace_commitment(request: ApiRequest, number: str, promise_id: Id, body: parts.RenewIn) -> HttpResponse:
    """The customer agreed to another time before this one broke."""
    case = queries.case_for(person(request, body.staff).scope, parse_number(number))
    due = due_of(body, kind="commitment", zone=lambda: time_zone_of(request, case.customer_id), now=request.now)
    return do(
        request, number, body, remedies.replace_commitment, status=201,
        promise_id=promise_id, due_at=due.at, due_on=due.on, title=body.title,
    )  # fmt: skip


@router.post(
    "/cases/{number}/commitments/{promise_id}/release", response=CaseOut, summary="Be let off a promise of a case"
)
def release_commitment(request: ApiRequest, number: str, promise_id: Id, body: parts.ReleaseIn) -> HttpResponse:
    """The customer lets us off a promise of the case, broken or not."""
    return do(request, number, body, remedies.release_commitment, promise_id=promise_id, reason=body.reason)


# Ending it


@router.post("/cases/{number}/ask", response=CaseOut, summary="Ask the customer")
def ask(request: ApiRequest, number: str, body: parts.AskIn | None = None) -> HttpResponse:
    """The customer was asked, or with `send` is asked by a message: are you satisfied, or is there something more?"""
    asking = followups.send_question if body and body.send else followups.ask
    return do(request, number, body, asking, channel=body.channel if body else "")


@router.post("/cases/{number}/answer", response=CaseOut, summary="Record the customer's answer")
def answer(request: ApiRequest, number: str, body: parts.AnswerIn) -> HttpResponse:
    """What the customer said, or that they could not be reached."""
    return do(request, number, body, followups.answer, answer=body.answer, words=body.words)


@router.post("/cases/{number}/cause", response=CaseOut, summary="Record the cause")
def record_cause(request: ApiRequest, number: str, body: parts.CauseIn) -> HttpResponse:
    """Why it happened: a cause of the tree, or who finds out and by when."""
    if (body.cause is None) == (body.finder is None):
        raise invalid("case.one_cause", "Send cause (see /causes), or finder and due_at.", field="cause")
    if body.cause is not None:
        heeded = blame_in([body.note, *body.whys], "en", now=request.now)
        return do(
            request, number, body, actions.record_cause, cause=body.cause, note=body.note, whys=body.whys,
            heeded=heeded,
        )  # fmt: skip
    if body.due_at is None:
        raise invalid("promise.no_due", "Say by when it will be found out: due_at.", field="due_at")
    finder = colleague(body.finder or "", field="finder", now=request.now).id
    return do(request, number, body, actions.name_cause_finder, staff_id=finder, due_at=body.due_at)


@router.post("/cases/{number}/close", response=CaseOut, summary="Close a case")
def close(request: ApiRequest, number: str, body: parts.StaffIn | None = None) -> HttpResponse:
    """Close the case. Refused with the first of its `obstacles`, if there are any."""
    return do(request, number, body, followups.close)


@router.post("/cases/{number}/reopen", response=CaseOut, summary="Open a case again")
def reopen(request: ApiRequest, number: str, body: parts.ReopenIn) -> HttpResponse:
    """Open a closed case again, for its owner."""
    return do(request, number, body, followups.reopen, reason=body.reason)


@router.post("/cases/{number}/undo", response=CaseOut, summary="Take a move back")
def undo(request: ApiRequest, number: str, body: parts.UndoIn) -> HttpResponse:
    """Take back what was recorded by mistake, while nothing stands on it. The timeline keeps both."""
    return do(request, number, body, followups.undo, entry=body.entry)


def do(
    request: ApiRequest,
    number: str,
    body: parts.StaffIn | None,
    action: Callable[..., object],
    *,
    status: int = 200,
    heeded: Sequence[Caution] | None = None,
    **said: Any,
) -> HttpResponse:
    """Have a person do something to a case, and answer with the case, and with what there was to heed if it says."""
    doer = person(request, body.staff if body else None)
    action(parse_number(number), **said, scope=doer.scope, by=doer.by, now=request.now)
    warnings = {} if heeded is None else {"warnings": warnings_of(heeded)}
    return told(_seen(doer, parse_number(number), request.now) | warnings, status=status)


def _seen(doer: Acting, number: int, now: datetime) -> dict[str, Any]:
    """The case as whoever acted sees it. What they did may have taken it out of their sight; this once they see it."""
    try:
        case = queries.case_for(doer.scope, number)
    except Refusal:
        case = queries.case_for(READS_ALL, number)
    return case_out(case, obstacles(case, owing(case, now=now)), organisation().zone)
