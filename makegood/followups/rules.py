"""What ends a case beside what the case itself asks for. Pure."""

from __future__ import annotations

from collections.abc import Collection

from makegood.cases.rules import Obstacle, Step
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
