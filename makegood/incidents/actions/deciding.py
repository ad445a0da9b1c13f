"""One decision for a whole incident: asked of somebody who may give it all, never of its owner."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from makegood.cases.actions.holding import person
from makegood.incidents.actions.giving import approver_of, giver_of, why_not
from makegood.incidents.actions.holding import hold, tell, waiting_in
from makegood.incidents.models import Approval, Incident, Member
from makegood.incidents.queries.members import tally_of
from makegood.incidents.queries.seeing import visible
from makegood.incidents.rules.plan import plan_of
from makegood.incidents.rules.standing import Deed
from makegood.journal.actors import SYSTEM, Actor
from makegood.kernel.refusals import Refusal, forbidden, invalid, missing
from makegood.notices import actions as notices
from makegood.people.queries import roster
from makegood.people.rules import Ability, Scope
from makegood.promises.queries import kind_named
from makegood.remedies.actions.approving import DECIDE, UNLESS_TOLD
from makegood.remedies.actions.weighing import hold_budget


@transaction.atomic
def ask_approval(number: int, *, note: str = "", scope: Scope, by: Actor, now: datetime) -> int:
    """Ask the nearest person who is there and may give it to all. Returns the approval's id.

    Raises Refusal "incident.no_gift", "incident.nobody", "approval.not_needed", "approval.waiting",
    "approval.nobody".
    """
    row = hold(number, Deed.PLAN, scope=scope)
    me = person(by)
    gift = plan_of(row.plan).gift
    if gift is None:
        raise Refusal("incident.no_gift", "Nothing is given, so there is nothing to approve.")
    if Approval.objects.filter(incident=row, decided_at=None).exists():
        raise Refusal("approval.waiting", "This waits for a decision already.")
    tally = tally_of(row, now=now)
    if not tally.told:
        raise Refusal("incident.nobody", "Nobody waits to be told.")
    everybody = roster(now)
    if giver_of(row, gift, tally.told, everybody, in_case=tally.in_case, now=now) is not None:
        raise Refusal("approval.not_needed", "This may be given as it is: no need to ask.")
    approver = approver_of(row, gift, tally.told, everybody, now=now)
    if approver is None or approver.id == me:
        raise Refusal("approval.nobody", "Nobody who is there may give this much. Give less, or ask later.")
    given = Member.objects.filter(incident=row).exclude(told_at=None).count()
    above = gift.sums(now).above
    approval = Approval.objects.create(
        incident=row, asked_by_id=me, asked_of_id=approver.id, asked_at=now, note=note.strip()[:500], each=above,
        total=above * (tally.told + given), currency=gift.currency,
    )  # fmt: skip
    told = {"of": approver.id, "name": approver.name, "total": str(approval.total), "currency": gift.currency}
    tell("approval_asked", row, by=by, at=now, data=told)
    _say(row, approver.id, "asked", f"Incident {row.pk} waits for you to decide what everybody is given.", by, now)
    return approval.pk


@transaction.atomic
def decide(number: int, *, approve: bool, reason: str = "", scope: Scope, by: Actor, now: datetime) -> None:
    """Say yes or no for everybody. A no needs a reason; a yes gives it on one's own authority.

    Whoever was asked decides, or anybody else who sees the incident and may give it all alone; never the owner, nor
    the one who asked. Raises Refusal "approval.unknown", "approval.own", "approval.no_reason", "authority.over",
    "case.may_not_work".
    """
    if not visible(scope).filter(pk=number).exists():
        raise _unknown()
    row = Incident.objects.select_for_update().get(pk=number)
    approval = Approval.objects.select_for_update().filter(incident=row, decided_at=None).first()
    gift = plan_of(row.plan).gift
    if approval is None or gift is None:
        raise _unknown()
    me = person(by)
    _check_decider(row, approval, me, scope)
    many = waiting_in(row).count()
    hold_budget(me)
    sentences = why_not(me, gift, many, roster(now), in_case=Decimal(0), now=now)
    if sentences and (approve or me != approval.asked_of_id):
        raise Refusal("authority.over", " ".join(sentences), status=403)
    if not approve and not reason.strip():
        raise invalid("approval.no_reason", "Say why not: whoever asked has to plan anew.", field="reason")
    approval.approved, approval.decided_by_id, approval.decided_at = approve, me, now
    approval.reason = reason.strip()[:500]
    approval.save()
    tell("approved" if approve else "approval_refused", row, by=by, at=now, data={"reason": approval.reason})
    came = "approved" if approve else "refused"
    _say(row, approval.asked_by_id, "decided", f"What incident {row.pk} gives was {came}.", by, now)


def follow_silence(*, now: datetime) -> None:
    """Whoever has not decided in the time that decisions are given is passed over: the next nearest person is asked.
    When nobody is left the question stays where it is."""
    patience = kind_named(DECIDE).allowance or UNLESS_TOLD
    late = Approval.objects.filter(decided_at=None, asked_at__lt=now - patience).order_by("pk")
    for number in late.values_list("incident_id", flat=True):
        _ask_next(number, patience, now)


@transaction.atomic
def _ask_next(number: int, patience: timedelta, now: datetime) -> None:
    row = Incident.objects.select_for_update().get(pk=number)
    approval = Approval.objects.select_for_update().filter(incident=row, decided_at=None).first()
    gift = plan_of(row.plan).gift
    if approval is None or gift is None or approval.asked_at >= now - patience:
        return
    silent = [*approval.silent, approval.asked_of_id]
    many, passed_over = waiting_in(row).count(), [*silent, approval.asked_by_id]
    following = approver_of(row, gift, many, roster(now), now=now, silent=passed_over)
    if following is None:
        return
    approval.asked_of_id, approval.silent, approval.asked_at = following.id, silent, now
    approval.save(update_fields=["asked_of", "silent", "asked_at"])
    told = {"silent": silent[-1], "of": following.id, "name": following.name}
    tell("approval_climbed", row, by=SYSTEM, at=now, data=told)
    words = f"Incident {row.pk} waits for you to decide: somebody else has not."
    _say(row, following.id, "asked", words, SYSTEM, now)


def _check_decider(row: Incident, approval: Approval, me: int, scope: Scope) -> None:
    if not scope.may(Ability.WORK):
        raise forbidden("case.may_not_work", "Your role may look at incidents but not decide.")
    if me in (row.owner_id, approval.asked_by_id):
        raise forbidden("approval.own", "You asked for this yourself. Somebody else decides.")


def _say(row: Incident, staff_id: int, what: str, words: str, by: Actor, now: datetime) -> None:
    """Tell somebody whom a question concerns; no name and no word of a customer is in it."""
    notices.tell(
        staff_id, about=("incident", row.pk), topic=f"incident.{what}", words=words, link=f"/incidents/{row.pk}/",
        urgent=what == "asked", occasion=now.isoformat(), by=by, now=now,
    )  # fmt: skip


def _unknown() -> Refusal:
    return missing("approval.unknown", "There is no such question.")
