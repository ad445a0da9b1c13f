"""Approvals: what waits for somebody with more authority, decided in two taps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from makegood.cases.queries import CaseFacts, case_for
from makegood.incidents.queries import Waits, waits_for_decision
from makegood.kernel.money import format_money
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Scope
from makegood.promises.rules import State
from makegood.remedies import actions
from makegood.remedies.queries import (
    ApprovalFacts,
    GrantFacts,
    approval_for,
    approvals_waiting,
    grants_of,
    precedents,
)
from makegood.remedies.rules.granting import GrantState
from makegood.web.answers import done, errors_of
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.remedies.words import kind_name, name_of, per_cent, state_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question in the list."""

    url: str
    customer: str
    what: str
    total: str
    asked_by: str
    asked_of: str
    decide_by: datetime


@dataclass(frozen=True, slots=True)
class Thing:
    """One remedy of a question."""

    title: str
    cost: str
    words: str
    state: str


@at_desk("GET")
def approvals(request: DeskRequest) -> HttpResponse:
    """Questions that wait: those to the reader first, then those of cases the reader sees."""
    desk = request.desk
    waiting = approvals_waiting(desk.scope)
    of_all = waits_for_decision(desk.scope)
    context = {
        "mine": [
            *(_of_incident(one) for one in of_all if one.asked_of_id == desk.staff_id),
            *(_question(one) for one in waiting if one.asked_of_id == desk.staff_id),
        ],
        "others": [
            *(_of_incident(one) for one in of_all if one.asked_of_id != desk.staff_id),
            *(_question(one) for one in waiting if one.asked_of_id != desk.staff_id),
        ],
        "slim": True,
    }  # fmt: skip
    return render(request, "web/remedies/approvals.html", context)


@at_desk("GET", "POST")
def approval(request: DeskRequest, number: int) -> HttpResponse:
    """One question with all that is needed to decide; sent, it is decided."""
    desk, errors = request.desk, {}
    if request.method == "POST":
        approve = request.POST.get("decision") == "approve"
        try:
            actions.decide(
                number, approve=approve, reason=request.POST.get("reason", ""), scope=desk.scope, by=desk.actor,
                now=desk.now,
            )  # fmt: skip
            said = _("Approved. {} tells the customer.") if approve else _("Refused. {} is told why.")
            return done(request, said.format(approval_for(desk.scope, number).asked_by), to="/approvals/")
        except Refusal as no:
            errors = errors_of(no)
    context = _page(approval_for(desk.scope, number), desk) | {"errors": errors, "typed": request.POST}
    return render(request, "web/remedies/approval.html", context, status=422 if errors else 200)


def _question(one: ApprovalFacts) -> Question:
    return Question(
        url=f"/approvals/{one.id}/", customer=one.customer_name, what=", ".join(map(name_of, one.grants)),
        total=format_money(one.total, one.currency), asked_by=one.asked_by, asked_of=one.asked_of,
        decide_by=one.decide_by,
    )  # fmt: skip


def _of_incident(one: Waits) -> Question:
    return Question(
        url=f"/incidents/{one.number}/", customer=one.title, what=_("The same for everybody whom it hit"),
        total=format_money(one.total, one.currency), asked_by=one.asked_by, asked_of=one.asked_of,
        decide_by=one.decide_by,
    )  # fmt: skip


def _page(one: ApprovalFacts, desk: Desk) -> dict[str, Any]:
    alike = precedents(one)
    case = _case(one, desk.scope)
    return {
        "one": one, "total": format_money(one.total, one.currency), "things": [_thing(grant) for grant in one.grants],
        "sums": _sums(one), "said": _said(case), "case": case, "repeat": case is not None and case.ordinal > 1,
        "share": _share(one.grants), "alike": _alike(alike), "may": one.approved is None and desk.may_work,
        "mine": one.asked_of_id == desk.staff_id, "reason": next((g.reason for g in one.grants if g.reason), ""),
        "slim": True, "title": _("Approve {}?").format(format_money(one.total, one.currency)),
    }  # fmt: skip


def _case(one: ApprovalFacts, scope: Scope) -> CaseFacts | None:
    """The case behind it, for those who see it; whoever was asked may be of another team."""
    try:
        return case_for(scope, one.case)
    except Refusal:
        return None


def _said(case: CaseFacts | None) -> str:
    """The customer's latest words."""
    steps = [one for one in case.steps if one.step == "listen" and one.said] if case else []
    return steps[-1].said if steps else ""


def _sums(one: ApprovalFacts) -> list[tuple[str, str, str]]:
    """The three sums, each by itself: what is owed is given already and no part of the question."""
    owed = sum((grant.entitled for grant in grants_of(one.case) if grant.state is GrantState.GIVEN), Decimal(0))
    sums = (
        (_("Owed by a rule"), owed, _("given already; nobody has to allow it")),
        (_("Correction"), sum((grant.correction for grant in one.grants), Decimal(0)), ""),
        (_("Goodwill"), sum((grant.goodwill for grant in one.grants), Decimal(0)), ""),
    )
    return [(name, format_money(amount, one.currency), note if amount else "") for name, amount, note in sums]


def _thing(grant: GrantFacts) -> Thing:
    free = _("free") if not grant.total else ""
    state = str(grant.promise_state or State.OPEN) if grant.given_at else "waits"
    return Thing(name_of(grant), free or format_money(grant.total, grant.currency), kind_name(grant.remedy), state)


def _share(grants: Sequence[GrantFacts]) -> str:
    share = max((grant.share for grant in grants if grant.share is not None), default=Decimal(0))
    return per_cent(share) if share else ""


def _alike(grants: Sequence[GrantFacts]) -> dict[str, Any]:
    """What was given lately for the like, in one line and one by one."""
    if not grants:
        return {}
    sums = ", ".join(format_money(one.total, one.currency) for one in sorted(grants, key=_total))
    words = ngettext("{n} like it: {sums}", "{n} like it: {sums}", len(grants)).format(n=len(grants), sums=sums)
    return {"words": words, "each": [(one, state_words(one), format_money(one.total, one.currency)) for one in grants]}


def _total(grant: GrantFacts) -> Decimal:
    return grant.total
