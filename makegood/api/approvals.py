"""Approvals: asking somebody who may give more, and deciding."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router, Schema

from makegood.api.caller import ApiRequest, person
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import Id, Named, named
from makegood.api.remedies import GrantIn, GrantOut, Short, check_seen, choices_of, grant_out
from makegood.cases.queries import parse_number
from makegood.remedies import actions
from makegood.remedies.queries import ApprovalFacts, approval_for, approvals_waiting, precedents

router = Router(tags=["remedies"])


class ApprovalOut(Schema):
    """A question to somebody who may give more; `precedents` are what was given lately for the like.

    Where `to_choose`, the customer chooses one of the `grants`, and `total` is the dearest.
    """

    id: int
    case: str
    title: str
    customer: str
    harm: str
    needs: str
    asked_by: str
    asked_of: Named
    asked_at: datetime
    decide_by: datetime
    note: str
    total: Decimal
    currency: str
    approved: bool | None
    decided_by: str
    decided_at: datetime | None
    reason: str
    to_choose: bool
    grants: list[GrantOut]
    precedents: list[GrantOut] = []


class ApprovalsOut(Schema):
    """Questions that wait, those to the caller first."""

    items: list[ApprovalOut]
    next: None


class AskApprovalIn(GrantIn):
    """What is asked for, with a `note` for whoever decides."""

    note: Short = ""


class DecideIn(StaffIn):
    """Yes or no; a no needs a reason."""

    decision: Literal["approve", "refuse"]
    reason: Short = ""


@router.post("/cases/{number}/approvals", response={201: ApprovalOut}, summary="Ask for an approval")
def ask_approval(request: ApiRequest, number: str, body: AskApprovalIn) -> HttpResponse:
    """Ask the nearest person who is there and may give all this; by when they decide is a promise."""
    doer, case = person(request, body.staff), parse_number(number)
    check_seen(doer, case, body.seen)
    choices = choices_of(body)
    made = actions.ask_approval(
        case, choices, currency=body.currency, reason=body.reason, note=body.note,
        scope=doer.scope, by=doer.by, now=request.now,
    )  # fmt: skip
    return told(_approval_out(approval_for(doer.scope, made)), status=201)


@router.get("/approvals", response=ApprovalsOut, summary="List questions that wait for a decision")
def list_approvals(request: ApiRequest) -> HttpResponse:
    """Questions that wait: those to the caller first, then those of cases the caller sees."""
    return told({"items": [_approval_out(one) for one in approvals_waiting(request.caller.scope)], "next": None})


@router.get("/approvals/{approval_id}", response=ApprovalOut, summary="Read an approval")
def read_approval(request: ApiRequest, approval_id: Id) -> HttpResponse:
    """One question, whole, with what was given lately for the like."""
    found = approval_for(request.caller.scope, approval_id)
    return told(_approval_out(found) | {"precedents": [grant_out(one) for one in precedents(found)]})


@router.post("/approvals/{approval_id}/decide", response=ApprovalOut, summary="Decide")
def decide(request: ApiRequest, approval_id: Id, body: DecideIn) -> HttpResponse:
    """Approve, which gives it on one's own authority, or refuse with a reason."""
    doer = person(request, body.staff)
    actions.decide(
        approval_id, approve=body.decision == "approve", reason=body.reason, scope=doer.scope, by=doer.by,
        now=request.now,
    )  # fmt: skip
    return told(_approval_out(approval_for(doer.scope, approval_id)))


def _approval_out(approval: ApprovalFacts) -> dict[str, Any]:
    same = (
        "id",
        "harm",
        "needs",
        "asked_by",
        "asked_at",
        "decide_by",
        "note",
        "total",
        "currency",
        "approved",
        "to_choose",
    )
    return {
        **{name: getattr(approval, name) for name in (*same, "decided_by", "decided_at", "reason")},
        "case": f"SR-{approval.case}", "title": approval.case_title, "customer": approval.customer_name,
        "asked_of": named(approval.asked_of_id, approval.asked_of), "precedents": [],
        "grants": [grant_out(one) for one in approval.grants],
    }  # fmt: skip
