"""Choosing who is drawn in, and making them promise to take it in charge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

from makegood.cases.actions.clocks import TAKE_IN_CHARGE, Clock
from makegood.cases.actions.storing import NewCommitment, NewEscalation, insert_commitments, insert_escalations
from makegood.cases.models import Escalation
from makegood.cases.queries.ladder import ladders
from makegood.cases.rules import Purpose
from makegood.journal.actors import Actor
from makegood.people.ladder import Drawn, Rung, draw_in
from makegood.people.queries import roster
from makegood.platform.among import Among
from makegood.promises.actions import NewPromise, make_many
from makegood.promises.queries import kind_named


class Call(NamedTuple):
    """Somebody drawn into a case. `commitment_id` is what broke, None when the customer was failed again."""

    case_id: int
    customer_id: int
    commitment_id: int | None
    drawn: Drawn
    rung: Rung


class Climber:
    """Who is drawn in next, for as many cases as there are."""

    def __init__(self, now: datetime) -> None:
        self.everybody = roster(now)
        self.ladders = ladders()
        self._above = cache(self._choose)

    def next_for(
        self, owner_id: int, *, severity: int, again: bool, drawn: Mapping[int, int]
    ) -> tuple[Drawn, Rung] | None:
        """See `people.ladder.draw_in`; with the rung as it was set."""
        return self._above(owner_id, severity, again, tuple(sorted(drawn.items())))

    def _choose(
        self, owner_id: int, severity: int, again: bool, drawn: tuple[tuple[int, int], ...]
    ) -> tuple[Drawn, Rung] | None:
        owner = self.everybody.people.get(owner_id)
        rungs = self.ladders.of(owner.team_id if owner else None)
        found = draw_in(rungs, self.everybody, owner_id, severity=severity, again=again, drawn=dict(drawn))
        return (found, rungs[found.rung - 1]) if found else None


def drawn_into(case_ids: Collection[int]) -> dict[int, dict[int, int]]:
    """Per case whoever was drawn in before, and on which rung."""
    drawn: dict[int, dict[int, int]] = defaultdict(dict)
    rows = Escalation.objects.filter(case_id__in=Among(case_ids)).order_by()
    for case_id, rung, person_id in rows.values_list("case_id", "rung", "person_id"):
        drawn[case_id][person_id] = max(rung, drawn[case_id].get(person_id, 0))
    return drawn


def call(calls: Sequence[Call], *, by: Actor, now: datetime) -> None:
    """Each named person is to take the case in charge by a time, which is a promise too."""
    if not calls:
        return
    due = _clocks({one.rung for one in calls}, now)
    wanted = [
        NewPromise(
            customer_id=one.customer_id,
            title=f"{one.drawn.person.name} takes SR-{one.case_id} in charge",
            due_at=due[one.rung].due(),
            owner_id=one.drawn.person.id,
        )
        for one in calls
    ]
    made = make_many(wanted, kind=kind_named(TAKE_IN_CHARGE), by=by, now=now)
    charges = insert_commitments(
        [
            NewCommitment(case_id=one.case_id, promise_id=promise.pk, purpose=Purpose.TAKE_IN_CHARGE)
            for one, promise in zip(calls, made, strict=True)
        ]
    )
    insert_escalations([_escalation(one, pk, now) for one, pk in zip(calls, charges, strict=True)])


def _clocks(rungs: Iterable[Rung], now: datetime) -> dict[Rung, Clock]:
    return {rung: Clock(TAKE_IN_CHARGE, now, minutes=rung.wait_minutes, calendar_id=rung.calendar_id) for rung in rungs}


def _escalation(one: Call, charge_id: int, now: datetime) -> NewEscalation:
    return NewEscalation(
        case_id=one.case_id,
        commitment_id=one.commitment_id,
        charge_id=charge_id,
        rung=one.drawn.rung,
        person_id=one.drawn.person.id,
        at=now,
    )


def called(drawn: Drawn | None) -> dict[str, object]:
    """Who was drawn in, as the journal keeps it; nothing when nobody was left."""
    if drawn is None:
        return {}
    said: dict[str, object] = {"rung": drawn.rung, "person": drawn.person.id, "name": drawn.person.name}
    return said | ({"beyond": True} if drawn.beyond else {})
