"""When we come back to customers, and what ends a case beside what the case itself asks for. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from makegood.cases.rules import Answer, Obstacle, Step
from makegood.people.rules import Ability, Scope
from makegood.remedies.rules.fit import RemedyKind

MONEY = frozenset({RemedyKind.REFUND, RemedyKind.CREDIT})
TREATMENT = (Step.OWN, Step.EMPATHISE, Step.APOLOGISE)
"""What money does not replace: that somebody took it on, saw what it meant, and was sorry."""


def money_alone(given: Collection[RemedyKind], spoken: Collection[Step]) -> Obstacle | None:
    """What stands in the way when money was given and nothing else: no other remedy, and none of `TREATMENT` spoken to
    the customer. Money wins the moment, treatment keeps the customer (Gelbrich & Roschk 2011)."""
    if not given or not MONEY.issuperset(given) or not set(TREATMENT).isdisjoint(spoken):
        return None
    return Obstacle(
        "case.money_alone",
        "Only money was given. Speak to the customer first: take it on, say what it meant to them, apologise.",
    )


@dataclass(frozen=True, slots=True)
class Pending:
    """A follow-up that is still to come: `attempt` counts the tries to reach somebody who keeps silent, None for one of
    the plan; from `opens_at` (aware UTC) on an answer counts for it."""

    promise_id: int
    attempt: int | None
    opens_at: datetime


def heard(pending: Iterable[Pending], now: datetime) -> tuple[int, ...]:
    """The promises that a word of the customer at `now` is the answer to: every try to reach them, and of the plan what
    is at hand. What lies far ahead is still owed."""
    return tuple(one.promise_id for one in pending if one.attempt is not None or one.opens_at <= now)


def openings(begins: datetime, dues: Sequence[datetime], *, at_once: bool) -> list[datetime]:
    """From when on an answer counts for each of a plan: from the middle between the one before, or the beginning, and
    it; for the first from the beginning when it is to be asked `at_once`."""
    middles = [before + (due - before) / 2 for before, due in pairwise([begins, *dues])]
    return [begins, *middles[1:]][: len(dues)] if at_once else middles


def wait_before(attempt: int, wait: timedelta) -> timedelta:
    """How long we wait for a word after the try of that number (from 1): each time twice as long."""
    return wait * (1 << (attempt - 1))


def silent_for(tries: int, wait: timedelta) -> timedelta:
    """How long a customer keeps silent until we give up: all the waits together."""
    return sum((wait_before(attempt, wait) for attempt in range(1, tries + 1)), timedelta(0))


STOPS: Mapping[Answer, str] = {
    Answer.MORE: "The customer wants something more: we come back once it is done.",
    Answer.WILL_NOT_FORGIVE: "The customer will not forgive us, and is left in peace.",
    Answer.UNREACHABLE: "The customer could not be reached.",
}
"""Answers after which we come back no more as planned, and why."""


def may_hear(scope: Scope, *, staff_id: int, team_id: int | None, lead_id: int | None) -> bool:
    """Whether somebody may hear a person: they were named for it, or lead them. Nobody hears themselves."""
    if scope.staff_id is None or scope.staff_id == staff_id:
        return False
    leads = scope.may(Ability.ASSIGN) and (scope.sees_all or (team_id is not None and scope.team_id == team_id))
    return scope.staff_id == lead_id or leads
