"""Asking somebody who may give more, deciding, and what happens when nobody does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from makegood.cases.actions.holding import hold_promises, person, tell
from makegood.cases.models import Case
from makegood.cases.queries.seeing import visible
from makegood.journal.actors import SYSTEM, Actor
from makegood.kernel.refusals import Refusal, forbidden, invalid, missing
from makegood.notices import actions as notices
from makegood.people.queries import StaffFacts
from makegood.people.rules import Ability, Scope
from makegood.promises import actions as promises
from makegood.promises.queries import kind_named
from makegood.promises.rules import UNKEPT, Moved, State
from makegood.remedies.actions.granting import check_not_own, give, give_with, new_rows, over_authority, put_aside
from makegood.remedies.actions.offered import open_offer
from makegood.remedies.actions.weighing import Weighed, hold_budget, weigh, weigh_again
from makegood.remedies.models import Approval, Grant, Offer
from makegood.remedies.rules.granting import Choice, GrantState, moved_on
from makegood.remedies.rules.offering import OfferState

DECIDE = "decide"
UNLESS_TOLD = timedelta(minutes=15)


@transaction.atomic
def ask_approval(
    number: int,
    choices: Sequence[Choice],
    *,
    currency: str = "",
    reason: str = "",
    note: str = "",
    scope: Scope,
    by: Actor,
    now: datetime,
) -> int:
    """Ask the nearest person who is there and may give all this. Returns the approval's id.

    Nothing of it is given yet; what is owed, where a choice says so, is given at once and waits for nobody. By when
    it is decided is a promise in the ledger. Raises Refusal "approval.not_needed" for one's own authority,
    "approval.waiting" when the case waits for a decision already, "approval.nobody", and what `weigh` raises.
    """
    _owed, choices = give_with(number, choices, scope=scope, by=by, now=now)
    weighed = weigh(number, choices, currency=currency, reason=reason, scope=scope, now=now)
    me = person(by)
    if not weighed.is_barred(me) and weighed.ruling_for(me, now).fits:
        raise Refusal("approval.not_needed", "You may give this yourself: no need to ask.")
    rows = new_rows(weighed, choices, reason, me, now)
    return put_question(weighed, rows, note=note, by=by, now=now)


def put_question(weighed: Weighed, rows: Sequence[Grant], *, note: str, by: Actor, now: datetime) -> int:
    """Put what somebody may not give alone to the nearest person who may. Returns the approval's id.

    Raises Refusal "approval.waiting", "approval.nobody".
    """
    me = person(by)
    if Approval.objects.filter(case=weighed.case, decided_at__isnull=True).exists():
        raise Refusal("approval.waiting", "This case waits for a decision already. Wait for it, or take it back.")
    approver = weighed.approver(me, now)
    if approver is None:
        raise Refusal("approval.nobody", "Nobody who is there may give this much. Give less, or ask later.")
    approval = Approval.objects.create(
        case=weighed.case, asked_by_id=me, asked_of_id=approver.id, asked_at=now, note=note.strip()[:500],
        promise_id=_clock(weighed.case, approver, by, now),
    )  # fmt: skip
    for row in rows:
        row.approval, row.state = approval, GrantState.ASKED
    put_aside(rows)
    tell(
        "approval_asked", weighed.case, by=by, at=now,
        data={
            "approval": approval.pk, "of": approver.id, "name": approver.name, "total": str(weighed.total),
            "currency": weighed.currency, "titles": [row.title for row in rows], "note": approval.note,
        },
    )  # fmt: skip
    _say(approval, approver.id, "asked", f"SR-{weighed.case.pk} waits for you to decide about a remedy.", by, now)
    return approval.pk


@transaction.atomic
def decide(approval_id: int, *, approve: bool, reason: str = "", scope: Scope, by: Actor, now: datetime) -> None:
    """Say yes or no to what somebody asked for. A no needs a reason; a yes gives it on one's own authority.

    Whoever was asked decides, or anybody else who sees the case and may give it alone; never the asker, never
    the customer. Raises Refusal "approval.unknown", "approval.decided", "approval.own", "approval.no_reason",
    "case.may_not_work", "authority.own_case", "authority.over".
    """
    me = person(by)
    approval, case = _held(approval_id)
    if me != approval.asked_of_id and not visible(scope).filter(pk=case.pk).exists():
        raise _unknown()
    if not scope.may(Ability.WORK):
        raise forbidden("case.may_not_work", "Your role may look at cases but not work them.")
    rows = list(approval.grants.select_related("offer").order_by("id"))
    if approval.asked_by_id == me:
        raise forbidden("approval.own", "You asked for this yourself. Somebody else decides.")
    weighed = weigh_again(case, rows, now=now)
    hold_budget(me)
    check_not_own(weighed.hands.barred, me)
    ruling = weighed.ruling_for(me, now)
    if not ruling.fits and (approve or me != approval.asked_of_id):
        raise over_authority(ruling, weighed, me, now)
    if not approve and not reason.strip():
        raise invalid(
            "approval.no_reason", "Say why not: whoever asked has to tell the customer something.", field="reason"
        )
    _settle(approval, approve=approve, reason=reason.strip()[:500], by_id=me, now=now)
    tell(
        "approved" if approve else "approval_refused", case, by=by, at=now,
        data={"approval": approval.pk, "reason": approval.reason, "titles": [row.title for row in rows]},
    )  # fmt: skip
    came = "approved" if approve else "refused"
    _say(approval, approval.asked_by_id, "decided", f"What you asked for in SR-{case.pk} was {came}.", by, now)
    if approve:
        _carry_out(rows, approval, case, by=by, now=now)
    else:
        _drop(rows)
    _end_clock(approval, by, now)


def _carry_out(rows: Sequence[Grant], approval: Approval, case: Case, *, by: Actor, now: datetime) -> None:
    """Give what was approved, or let the customer choose of it. Whoever was asked may not see the case otherwise;
    what they were asked they may do. Raises Refusal "case.closed"."""
    if case.closed_at is not None:
        raise Refusal("case.closed", "This case is closed. Reopen it to go on.")
    me, offer = person(by), rows[0].offer
    if offer is not None:
        open_offer(offer, case, decided_by=me, by=by, now=now)
        return
    for row in rows:
        row.due_at = moved_on(row.due_at, asked_at=approval.asked_at, now=now)
        give(row, case, decided_by=me, by=by, now=now)


def _drop(rows: Sequence[Grant]) -> None:
    """What was refused is not given, and no choice is put to the customer."""
    for row in rows:
        row.state = GrantState.REFUSED
    Grant.objects.bulk_update(rows, ["state"])
    Offer.objects.filter(options__in=rows).update(state=OfferState.REFUSED)


@transaction.atomic
def follow_silence(moved: Sequence[Moved], *, now: datetime) -> None:
    """Whoever let a decision's clock run out is passed over: the next nearest person is asked.

    When nobody is left the question stays where it is, and the record says so.
    """
    broken = [move.promise_id for move in moved if move.inside_case and move.after is State.BROKEN]
    if not broken:
        return
    waiting = Approval.objects.filter(promise_id__in=broken, decided_at__isnull=True).order_by("case_id")
    for approval_id in waiting.values_list("pk", flat=True):
        approval, case = _held(approval_id)
        silent = [*approval.silent, approval.asked_of_id]
        weighed = weigh_again(case, list(approval.grants.all()), now=now)
        person_next = weighed.approver(approval.asked_by_id, now, silent=silent)
        data: dict[str, Any] = {"approval": approval.pk, "silent": approval.asked_of_id}
        if person_next is not None:
            promises.let_go([approval.promise_id], reason="Somebody else was asked", by=SYSTEM, now=now)
            approval.asked_of_id, approval.silent = person_next.id, silent
            approval.promise_id = _clock(case, person_next, SYSTEM, now)
            approval.save(update_fields=["asked_of", "silent", "promise"])
            data |= {"of": person_next.id, "name": person_next.name}
            words = f"SR-{case.pk} waits for you to decide: somebody else has not."
            _say(approval, person_next.id, "asked", words, SYSTEM, now)
        tell("approval_climbed", case, by=SYSTEM, at=now, data=data)


def _held(approval_id: int) -> tuple[Approval, Case]:
    """An approval that waits, with its promises, its case and itself locked in that order."""
    number = Approval.objects.filter(pk=approval_id).values_list("case_id", flat=True).first()
    if number is None:
        raise _unknown()
    hold_promises([number])
    case = Case.objects.select_for_update().get(pk=number)
    approval = Approval.objects.select_for_update().get(pk=approval_id)
    if approval.decided_at is not None:
        raise Refusal("approval.decided", "This was decided already.")
    return approval, case


def _clock(case: Case, approver: StaffFacts, by: Actor, now: datetime) -> int:
    """The promise by which somebody decides."""
    made = promises.make(
        customer_id=case.customer_id, kind=DECIDE, title=f"{approver.name} decides about SR-{case.pk}",
        due_at=now + (kind_named(DECIDE).allowance or UNLESS_TOLD), owner_id=approver.id, by=by, now=now,
    )  # fmt: skip
    return made.pk


def _settle(approval: Approval, *, approve: bool, reason: str, by_id: int, now: datetime) -> None:
    approval.approved, approval.decided_by_id, approval.decided_at, approval.reason = approve, by_id, now, reason
    approval.save(update_fields=["approved", "decided_by", "decided_at", "reason"])


def _end_clock(approval: Approval, by: Actor, now: datetime) -> None:
    if State(approval.promise.state) in UNKEPT:
        promises.keep(approval.promise_id, by=by, now=now)


def _say(approval: Approval, staff_id: int, what: str, words: str, by: Actor, now: datetime) -> None:
    """Tell somebody whom a question concerns; no name and no word of a customer is in it."""
    notices.tell(
        staff_id, about=("approval", approval.pk), topic=f"approval_{what}", words=words,
        link=f"/approvals/{approval.pk}/", urgent=what == "asked", by=by, now=now,
    )  # fmt: skip


def _unknown() -> Refusal:
    """The same words whether there is none or none that may be seen."""
    return missing("approval.unknown", "There is no such question.")
