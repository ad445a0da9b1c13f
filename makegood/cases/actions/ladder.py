"""The ladder: when a promise of a case breaks, somebody with more authority is drawn in, by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from makegood.cases.actions.holding import hold, person, tell
from makegood.cases.models import Case, Commitment, Escalation
from makegood.cases.rules import Purpose
from makegood.journal.actions import NewEntry, record_many
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal
from makegood.people.queries import StaffFacts, roster
from makegood.people.rules import Scope
from makegood.promises import actions as promises
from makegood.promises.actions import NewPromise, make_many
from makegood.promises.queries import kind_named, promises_by_id
from makegood.promises.rules import LIVE, Moved, State

TAKE_IN_CHARGE = "take-in-charge"
_DEFAULT_ALLOWANCE = timedelta(minutes=30)
_TOP = 2
_GRAVEST = 4


def climb(moved: Sequence[Moved], *, by: Actor, now: datetime) -> None:
    """A second failure: each broken promise of a case draws in the next person up.

    Whoever was drawn in before on the same case is not drawn in twice; when nobody is left above, the journal
    says so and the case stays with those it has. Breaking the promise to take it in charge climbs further.
    """
    if not moved:
        return
    broken = (
        Commitment.objects.select_related("case")
        .filter(
            promise_id__in=[move.promise_id for move in moved], escalation__isnull=True, case__closed_at__isnull=True
        )
        .order_by("case_id", "id")
    )
    titles = {move.promise_id: move.title for move in moved}
    commitments = list(broken)
    # Held in the order of their numbers, as everywhere: two watches never wait for each other in a circle.
    list(Case.objects.select_for_update().filter(pk__in={one.case_id for one in commitments}).order_by("pk"))
    rungs = _choose(commitments, now)
    record_many(_entry(one, titles[one.promise_id], rungs, by, now) for one in commitments)
    _worsen({one.case_id for one in commitments})
    _draw_in([one for one in commitments if one.pk in rungs], rungs, by=by, now=now)


def _choose(commitments: Sequence[Commitment], now: datetime) -> dict[int, tuple[int, StaffFacts]]:
    """Per commitment the rung and the person drawn in; those for whom nobody is left are missing."""
    everybody = roster(now)
    drawn: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for case_id, rung, person_id in Escalation.objects.filter(
        case_id__in={one.case_id for one in commitments}
    ).values_list("case_id", "rung", "person_id"):
        drawn[case_id].append((rung, person_id))
    chosen = {}
    for one in commitments:
        already = drawn[one.case_id]
        start = max((rung for rung, _ in already), default=0) + 1
        for rung in range(min(start, _TOP), _TOP + 1):
            person_up = everybody.next_rung(one.case.owner_id, rung, {person_id for _, person_id in already})
            if person_up is not None:
                chosen[one.pk] = (rung, person_up)
                already.append((rung, person_up.id))
                break
    return chosen


def _entry(one: Commitment, title: str, rungs: dict[int, tuple[int, StaffFacts]], by: Actor, now: datetime) -> NewEntry:
    drawn = rungs.get(one.pk)
    data: dict[str, object] = {"title": title, "purpose": one.purpose, "promise": one.promise_id}
    if drawn is not None:
        data |= {"rung": drawn[0], "person": drawn[1].id, "name": drawn[1].name}
    return NewEntry(
        verb="case.escalated",
        by=by,
        at=now,
        subject=("case", one.case_id),
        customer_id=one.case.customer_id,
        case_id=one.case_id,
        data=data,
    )


def _worsen(case_ids: set[int]) -> None:
    cases = list(Case.objects.filter(pk__in=case_ids, severity__lt=_GRAVEST))
    for case in cases:
        case.severity += 1
    Case.objects.bulk_update(cases, ["severity"], batch_size=1_000)


def _draw_in(
    commitments: Sequence[Commitment], rungs: dict[int, tuple[int, StaffFacts]], *, by: Actor, now: datetime
) -> None:
    allowance = kind_named(TAKE_IN_CHARGE).allowance or _DEFAULT_ALLOWANCE
    ids = make_many(
        [
            NewPromise(
                customer_id=one.case.customer_id,
                kind=TAKE_IN_CHARGE,
                title=f"{rungs[one.pk][1].name} takes SR-{one.case_id} in charge",
                due_at=now + allowance,
                owner_id=rungs[one.pk][1].id,
            )
            for one in commitments
        ],
        by=by,
        now=now,
    )
    charges = Commitment.objects.bulk_create(
        [
            Commitment(case_id=one.case_id, promise_id=promise_id, purpose=Purpose.TAKE_IN_CHARGE)
            for one, promise_id in zip(commitments, ids, strict=True)
        ]
    )
    Escalation.objects.bulk_create(
        [
            Escalation(
                case_id=one.case_id,
                commitment=one,
                charge=charge,
                rung=rungs[one.pk][0],
                person_id=rungs[one.pk][1].id,
                at=now,
            )
            for one, charge in zip(commitments, charges, strict=True)
        ]
    )


@transaction.atomic
def take_in_charge(number: int, *, scope: Scope, by: Actor, now: datetime) -> None:
    """Whoever was drawn in takes the case in charge and becomes its sponsor; that promise is kept with it.

    Raises Refusal "case.not_drawn_in" for anybody else.
    """
    case = hold(number, scope=scope)
    me = person(by)
    mine = list(Escalation.objects.select_related("charge").filter(case=case, person_id=me, taken_at__isnull=True))
    if not mine:
        raise Refusal("case.not_drawn_in", "You have not been drawn into this case, or took it in charge already.")
    for escalation in mine:
        escalation.taken_at = now
        escalation.save(update_fields=["taken_at"])
    case.sponsor_id = me
    case.save(update_fields=["sponsor"])
    tell("taken_in_charge", case, by=by, at=now, data={"person": me, "rung": mine[-1].rung})
    for promise in promises_by_id([one.charge.promise_id for one in mine if one.charge]).values():
        if promise.state in LIVE or promise.state is State.BROKEN:
            promises.keep(promise.id, by=by, now=now)
