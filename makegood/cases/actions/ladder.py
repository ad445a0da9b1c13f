"""The ladder: when a promise of a case breaks, somebody with more authority is drawn in, by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from makegood.cases.actions.clocks import TAKE_IN_CHARGE, Clock
from makegood.cases.actions.holding import entry, hold, person, tell
from makegood.cases.actions.noticing import Climbed, settle_charge, tell_climbed
from makegood.cases.actions.storing import (
    NewCommitment,
    NewEscalation,
    insert_commitments,
    insert_escalations,
    set_severities,
)
from makegood.cases.models import Commitment, Escalation
from makegood.cases.rules import FOR_THE_CUSTOMER, GRAVEST, Purpose
from makegood.journal.actions import NewEntry, record_many
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal
from makegood.people.queries import StaffFacts, roster
from makegood.people.rules import Scope
from makegood.platform.among import Among
from makegood.promises import actions as promises
from makegood.promises.actions import NewPromise, make_many
from makegood.promises.rules import UNKEPT, Moved

_TOP = 2
# A case may be closed while a named person finds the cause: that promise, and the rungs it climbs, live on.
_AFTER_THE_CLOSE = (Purpose.FIND_CAUSE, Purpose.TAKE_IN_CHARGE)


class Broken(NamedTuple):
    """A promise of a case that broke."""

    id: int
    case_id: int
    promise_id: int
    purpose: str
    customer_id: int
    owner_id: int
    severity: int


class Rung(NamedTuple):
    """How far up, and who is drawn in there."""

    number: int
    person: StaffFacts


def climb(moved: Sequence[Moved], *, by: Actor, now: datetime) -> None:
    """A second failure: each broken promise of a case draws in the next person up.

    Whoever was drawn in before on the same case is not drawn in twice; when nobody is left above, the journal
    says so and the case stays with those it has. Breaking the promise to take it in charge climbs further. The
    cases must be held.
    """
    if not moved:
        return
    titles = {move.promise_id: move.title for move in moved}
    broken = _broken(list(titles))
    rungs = _choose(broken, now)
    record_many(_entry(one, titles[one.promise_id], rungs.get(one.id), by, now) for one in broken)
    worse = {one.case_id: one.severity for one in broken if one.purpose in FOR_THE_CUSTOMER}
    set_severities({case_id: min(GRAVEST, severity + 1) for case_id, severity in worse.items()})
    _draw_in([(one, rungs[one.id]) for one in broken if one.id in rungs], by=by, now=now)
    tell_climbed([_climbed(one, rungs.get(one.id)) for one in broken], by=by, now=now)


def _broken(promise_ids: Sequence[int]) -> list[Broken]:
    lives = Q(case__closed_at__isnull=True) | Q(purpose__in=_AFTER_THE_CLOSE)
    rows = Commitment.objects.filter(lives, promise_id__in=Among(promise_ids), escalation__isnull=True)
    columns = ("id", "case_id", "promise_id", "purpose", "case__customer_id", "case__owner_id", "case__severity")
    return [Broken(*row) for row in rows.order_by("case_id", "id").values_list(*columns)]


def _choose(broken: Sequence[Broken], now: datetime) -> dict[int, Rung]:
    """Per broken commitment the person drawn in; those for whom nobody is left are missing."""
    above = cache(roster(now).next_rung)
    drawn: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = Escalation.objects.filter(case_id__in=Among({one.case_id for one in broken})).order_by()
    for case_id, rung, person_id in rows.values_list("case_id", "rung", "person_id"):
        drawn[case_id].append((rung, person_id))
    chosen = {}
    for one in broken:
        already = drawn[one.case_id]
        start = max((rung for rung, _ in already), default=0) + 1
        barred = frozenset(person_id for _, person_id in already)
        for rung in range(min(start, _TOP), _TOP + 1):
            person_up = above(one.owner_id, rung, barred)
            if person_up is not None:
                chosen[one.id] = Rung(rung, person_up)
                already.append((rung, person_up.id))
                break
    return chosen


def _entry(one: Broken, title: str, rung: Rung | None, by: Actor, now: datetime) -> NewEntry:
    data: dict[str, object] = {"title": title, "purpose": one.purpose, "promise": one.promise_id}
    if rung is not None:
        data |= {"rung": rung.number, "person": rung.person.id, "name": rung.person.name}
    return entry("escalated", one.case_id, one.customer_id, by=by, at=now, data=data)


def _climbed(one: Broken, rung: Rung | None) -> Climbed:
    person_id, name = (rung.person.id, rung.person.name) if rung else (None, "")
    return Climbed(one.case_id, one.id, one.owner_id, person_id, name)


def _draw_in(drawn: Sequence[tuple[Broken, Rung]], *, by: Actor, now: datetime) -> None:
    """Each named person is to take the case in charge by a time, which is a promise too."""
    if not drawn:
        return
    due_at = Clock(TAKE_IN_CHARGE, now).due()
    wanted = [
        NewPromise(
            customer_id=one.customer_id,
            title=f"{rung.person.name} takes SR-{one.case_id} in charge",
            due_at=due_at,
            owner_id=rung.person.id,
        )
        for one, rung in drawn
    ]
    made = make_many(wanted, kind=TAKE_IN_CHARGE, by=by, now=now)
    charges = insert_commitments(
        [
            NewCommitment(case_id=one.case_id, promise_id=promise.pk, purpose=Purpose.TAKE_IN_CHARGE)
            for (one, _), promise in zip(drawn, made, strict=True)
        ]
    )
    insert_escalations(
        [
            NewEscalation(
                case_id=one.case_id,
                commitment_id=one.id,
                charge_id=charge_id,
                rung=rung.number,
                person_id=rung.person.id,
                at=now,
            )
            for (one, rung), charge_id in zip(drawn, charges, strict=True)
        ]
    )


@transaction.atomic
def take_in_charge(number: int, *, scope: Scope, by: Actor, now: datetime) -> None:
    """Whoever was drawn in takes the case in charge and becomes its sponsor; that promise is kept with it.

    Also of a case that is closed while its cause is being sought. Raises Refusal "case.not_drawn_in" for
    anybody else.
    """
    case = hold(number, scope=scope, closed=None)
    me = person(by)
    mine = Escalation.objects.filter(case=case, person_id=me, taken_at__isnull=True, charge__promise__state__in=UNKEPT)
    charges = list(mine.order_by("id").values_list("id", "rung", "charge__promise_id"))
    if not charges:
        raise Refusal("case.not_drawn_in", "You have not been drawn into this case, or took it in charge already.")
    Escalation.objects.filter(pk__in=[pk for pk, _, _ in charges]).update(taken_at=now)
    case.sponsor_id = me
    case.save(update_fields=["sponsor"])
    tell("taken_in_charge", case, by=by, at=now, data={"person": me, "rung": charges[-1][1]})
    settle_charge(case, by=by, now=now)
    for _, _, promise_id in charges:
        promises.keep(promise_id, by=by, now=now)
