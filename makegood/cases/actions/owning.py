"""Who is accountable: taking and handing over."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from makegood.cases.actions.holding import bring_to_desk, check_can_own, hold, person, tell
from makegood.cases.actions.noticing import tell_declined, tell_handed, tell_offered
from makegood.cases.models import Case, Commitment
from makegood.cases.rules import AMONG_US, OF_ONE_PERSON
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, forbidden, invalid
from makegood.people.queries import staff_by_id
from makegood.people.rules import Ability, Scope
from makegood.platform.among import Among
from makegood.promises import actions as promises
from makegood.promises.rules import UNKEPT

_PERSONAL = (*OF_ONE_PERSON, *AMONG_US)


@transaction.atomic
def take(number: int, *, scope: Scope, by: Actor, now: datetime) -> None:
    """Become the owner, or say as its owner that one is on it.

    An agent takes what is theirs, offered to them, or nobody's yet; a lead or manager takes any they can see.
    Raises Refusal "case.owned" when somebody else is at work on it.
    """
    case = hold(number, scope=scope)
    me = person(by)
    if case.owner_id == me and case.taken_at is not None and case.offered_to_id is None:
        raise Refusal("case.yours", "This case is yours already.")
    theirs = case.owner_id != me and case.taken_at is not None and case.offered_to_id != me
    if theirs and not scope.may(Ability.ASSIGN):
        raise Refusal("case.owned", f"{_name(case.owner_id, now)} is at work on it. Ask for a handover.")
    check_can_own(me, now=now)
    _hand_to(case, me, by=by, now=now, verb="taken")


@transaction.atomic
def offer(number: int, *, to: int, note: str = "", scope: Scope, by: Actor, now: datetime) -> None:
    """Offer the case to somebody. The owner stays accountable until they accept.

    Raises Refusal "case.not_yours", "case.offered_to_owner", "case.cannot_own", "case.nobody".
    """
    case = hold(number, scope=scope)
    _must_be_mine(case, scope)
    if to == case.owner_id:
        raise invalid("case.offered_to_owner", "That person owns it already. Choose somebody else.", field="to")
    name = check_can_own(to, now=now)
    before = holders(case)
    case.offered_to_id, case.offered_at, case.offer_note = to, now, note.strip()[:500]
    case.save(update_fields=["offered_to", "offered_at", "offer_note"])
    tell("offered", case, by=by, at=now, data={"to": to, "name": name, "note": case.offer_note, "before": before})
    tell_offered(case, _name(case.owner_id, now), by=by, now=now)


@transaction.atomic
def accept(number: int, *, scope: Scope, by: Actor, now: datetime) -> None:
    """Accept a handover; from now on the one who accepts is accountable. Raises Refusal "case.not_offered"."""
    case = hold(number, scope=scope)
    me = person(by)
    _must_be_offered(case, me)
    check_can_own(me, now=now)
    _hand_to(case, me, by=by, now=now, verb="accepted")


@transaction.atomic
def decline(number: int, *, note: str = "", scope: Scope, by: Actor, now: datetime) -> None:
    """Decline a handover; the owner stays who they were. Raises Refusal "case.not_offered"."""
    case = hold(number, scope=scope)
    _must_be_offered(case, person(by))
    before = holders(case)
    _clear_offer(case)
    case.save(update_fields=["offered_to", "offered_at", "offer_note"])
    tell("declined", case, by=by, at=now, data={"note": note.strip(), "before": before})
    tell_declined(case, by=by, now=now)


@transaction.atomic
def assign(number: int, *, to: int, scope: Scope, by: Actor, now: datetime) -> None:
    """Make somebody the owner at once. For those who may assign; raises Refusal "case.may_not_assign"."""
    case = hold(number, scope=scope)
    if not scope.may(Ability.ASSIGN):
        raise forbidden("case.may_not_assign", "Only a lead or manager can assign. Offer it to them instead.")
    check_can_own(to, now=now)
    if to == case.owner_id:
        raise invalid("case.offered_to_owner", "That person owns it already. Choose somebody else.", field="to")
    _hand_to(case, to, by=by, now=now, verb="assigned", taken=False)


def _hand_to(case: Case, owner_id: int, *, by: Actor, now: datetime, verb: str, taken: bool = True) -> None:
    """Change the owner, and with them who answers for the promises of the case that are still to be kept."""
    before = holders(case)
    case.owner_id = owner_id
    case.taken_at = now if taken else None
    _clear_offer(case)
    case.save(update_fields=["owner", "taken_at", "offered_to", "offered_at", "offer_note"])
    bring_to_desk(case)
    told = {"from": before["owner"], "owner": owner_id, "name": _name(owner_id, now), "before": before}
    tell(verb, case, by=by, at=now, data=told)
    tell_handed(case, before["owner"], by=by, now=now)
    if before["owner"] != owner_id:
        promises.give(unkept([case.pk]), owner_id=owner_id, by=by, now=now)


def holders(case: Case) -> dict[str, Any]:
    """Who holds the case and to whom it is offered, as the journal keeps it, so that a move can be taken back."""
    return {
        "owner": case.owner_id,
        "taken_at": case.taken_at.isoformat() if case.taken_at else None,
        "offered_to": case.offered_to_id,
        "offered_at": case.offered_at.isoformat() if case.offered_at else None,
        "offer_note": case.offer_note,
    }


def unkept(numbers: Collection[int]) -> list[int]:
    """The promises of these cases that are still to be kept and that follow the owner."""
    rows = Commitment.objects.filter(case_id__in=Among(numbers), promise__state__in=UNKEPT)
    return list(rows.exclude(purpose__in=_PERSONAL).values_list("promise_id", flat=True))


def _clear_offer(case: Case) -> None:
    case.offered_to, case.offered_at, case.offer_note = None, None, ""


def _must_be_mine(case: Case, scope: Scope) -> None:
    if case.owner_id != scope.staff_id and not scope.may(Ability.ASSIGN):
        raise forbidden("case.not_yours", "Only its owner or a lead can hand this case over.")


def _must_be_offered(case: Case, me: int) -> None:
    if case.offered_to_id != me:
        raise Refusal("case.not_offered", "This case is not offered to you.")


def _name(staff_id: int, now: datetime) -> str:
    facts = staff_by_id(staff_id, now)
    return facts.name if facts else "Somebody"
