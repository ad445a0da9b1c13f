"""A world in which the truth is known, to try an analysis on: where recovered customers seem better off and are not.

Loyalty is hidden and normal. Heavier users are more loyal and are failed more often. A failure takes 0.30 from what a
customer thinks, a recovery, given to 60 % by lot, returns 0.30 and `effect` on top: with an effect of zero the
recovered are as well off as if nothing had happened. Leaving has nothing to do with any of it: a mean of 50 weeks.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from scipy.special import expit

from makegood.measurement.findings import Group
from makegood.measurement.rules.estimate import Numbers, Yes

FAILURE = 0.30
RECOVERED = 0.6
WEEKS_STAYING = 50.0
WEEKS_TO_RECOVERY = 4.0
# A case is opened for whoever answers less than this, in the world's own unit.
LOW = -1.0


@dataclass(frozen=True, slots=True)
class World:
    """A row for each customer. Scores have a spread of about 1.1; weeks count from the failure, or from a like day."""

    usage: Numbers
    """How much they use: known before."""
    baseline: Numbers
    """A score given before, to a survey of everybody."""
    failed: Yes
    recovered: Yes
    """The lot said so. In a world of people who leave, it is delivered only to those still there."""
    recovery_week: Numbers
    left_week: Numbers
    trigger: Numbers
    """A score in between; whoever answers low has a case opened, for which nothing is done."""
    opened: Yes
    score: Numbers
    """What they think at the end."""
    satisfied: Yes
    """Asked after the recovery, which the failed alone are."""
    answered: Yes
    """Still there and answering: the failed who are unhappy seldom do."""


def false_paradox(size: int, *, seed: int, effect: float = 0.0) -> World:
    """`size` customers by chance of `seed`; `effect` is what a recovery truly adds, in the world's own unit."""
    chance = np.random.default_rng(seed)
    loyalty = chance.normal(size=size)
    usage = 0.6 * loyalty + 0.8 * chance.normal(size=size)
    failed = chance.random(size) < expit(-1.5 + 0.9 * usage)
    recovered = failed & (chance.random(size) < RECOVERED)
    trigger = loyalty + chance.normal(scale=0.5, size=size)
    score = loyalty - FAILURE * failed + (FAILURE + effect) * recovered + chance.normal(scale=0.5, size=size)
    return World(
        usage=usage,
        baseline=loyalty + chance.normal(scale=0.5, size=size),
        failed=failed,
        recovered=recovered,
        recovery_week=np.where(recovered, chance.exponential(WEEKS_TO_RECOVERY, size), np.nan),
        left_week=chance.exponential(WEEKS_STAYING, size),
        trigger=trigger,
        opened=~failed & (trigger < LOW),
        score=score,
        satisfied=failed & (score + chance.normal(scale=0.5, size=size) > 0),
        answered=np.where(failed, chance.random(size) < expit(score), chance.random(size) < 0.5),
    )


def columns(world: World) -> dict[str, Numbers | Yes]:
    """The world by column, in the order in which they are told."""
    return {field.name: getattr(world, field.name) for field in fields(world)}


def groups(world: World) -> list[Group]:
    """Which group of the report each customer is in."""
    failed = np.where(world.recovered, Group.PUT_RIGHT.value, Group.NOT_PUT_RIGHT.value)
    return [Group(name) for name in np.where(world.failed, failed, Group.NEVER.value)]
