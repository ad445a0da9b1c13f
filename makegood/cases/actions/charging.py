"""What is asked of whoever was drawn in: to take the case in charge, and to speak to the customer themselves."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from makegood.cases.actions.clocks import PERSONAL_CONTACT, Clock
from makegood.cases.actions.holding import hold, person, tell
from makegood.cases.actions.noticing import settle_charge
from makegood.cases.models import Case, Commitment, Escalation
from makegood.cases.queries.ladder import ladders
from makegood.cases.rules import AMONG_US, Purpose
from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal
from makegood.people.ladder import Rung
from makegood.people.rules import Scope
from makegood.promises import actions as promises
from makegood.promises.rules import UNKEPT


class Charge(NamedTuple):
    """Somebody's escalation that waits to be taken in charge, and why they were drawn in (None: failed again)."""

    id: int
    rung: int
    promise_id: int
    because: str | None


@transaction.atomic
def take_in_charge(number: int, *, scope: Scope, by: Actor, now: datetime) -> None:
    """Whoever was drawn in takes the case in charge and becomes its sponsor; that promise is kept with it.

    They promise with it to speak to the customer themselves, unless they are to see only that the cause is found.
    Also of a case that is closed while its cause is being sought. Raises Refusal "case.not_drawn_in" for
    anybody else.
    """
    case = hold(number, scope=scope, closed=None)
    charges = _charges(case, person(by))
    if not charges:
        raise Refusal("case.not_drawn_in", "You have not been drawn into this case, or took it in charge already.")
    _take(case, charges, by=by, now=now)


def note_contact(case: Case, *, by: Actor, now: datetime) -> None:
    """Somebody has spoken to the customer. If they were drawn in, they have with it taken the case in charge, and
    their promise to speak to the customer is kept; nobody else's is. The case must be held."""
    if by.kind is not ActorKind.STAFF or by.id is None:
        return
    charges = _charges(case, by.id)
    if charges:
        _take(case, charges, by=by, now=now)
    for promise_id in _personal(case, by.id):
        promises.keep(promise_id, by=by, now=now)


def promise_contact(case: Case, *, by: Actor, now: datetime, staff_id: int, name: str, due_at: datetime) -> None:
    """Somebody promises to speak to the customer of a case themselves."""
    promise = promises.make(
        customer_id=case.customer_id, kind=PERSONAL_CONTACT,
        title=f"{name} speaks to {case.customer.name} in person"[:300], due_at=due_at, owner_id=staff_id, by=by,
        now=now,
    )  # fmt: skip
    Commitment.objects.create(case=case, promise_id=promise.pk, purpose=Purpose.PERSONAL_CONTACT)


def _charges(case: Case, me: int) -> list[Charge]:
    mine = Escalation.objects.filter(case=case, person_id=me, taken_at__isnull=True, charge__promise__state__in=UNKEPT)
    columns = ("id", "rung", "charge__promise_id", "commitment__purpose")
    return [Charge(*row) for row in mine.order_by("id").values_list(*columns)]


def _personal(case: Case, me: int) -> list[int]:
    """The promises of this person to speak to the customer themselves that are still to be kept."""
    rows = Commitment.objects.filter(case=case, purpose=Purpose.PERSONAL_CONTACT, promise__owner_id=me)
    return list(rows.filter(promise__state__in=UNKEPT, undone_at=None).values_list("promise_id", flat=True))


def _take(case: Case, charges: list[Charge], *, by: Actor, now: datetime) -> None:
    me = person(by)
    Escalation.objects.filter(pk__in=[one.id for one in charges]).update(taken_at=now)
    case.sponsor_id = me
    case.save(update_fields=["sponsor"])
    tell("taken_in_charge", case, by=by, at=now, data={"person": me, "rung": charges[-1].rung})
    settle_charge(case, by=by, now=now)
    for one in charges:
        promises.keep(one.promise_id, by=by, now=now)
    to_speak = [one for one in charges if one.because not in AMONG_US]
    if case.closed_at is None and to_speak and not _personal(case, me):
        due_at = _clock(case, to_speak[-1].rung, now).due()
        promise_contact(case, by=by, now=now, staff_id=me, name=by.name, due_at=due_at)


def _clock(case: Case, number: int, now: datetime) -> Clock:
    """The time that this rung has to speak to the customer, as it is set now."""
    rungs = ladders().of(case.owner.team_id)
    rung = rungs[number - 1] if number <= len(rungs) else Rung()
    return Clock(PERSONAL_CONTACT, now, minutes=rung.contact_minutes, calendar_id=rung.calendar_id)
