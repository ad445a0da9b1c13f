"""Worlds unlike the one of `worlds`: each has one thing that misleads an analysis, and a truth that is known.

`effect` is what being put right truly adds to the outcome, in its own unit; with 0 nobody is better or worse off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from makegood.measurement.findings import Outcome
from makegood.measurement.rules.estimate import Labels, Numbers, Yes
from makegood.measurement.rules.groups import SAME
from makegood.measurement.rules.history import Asked, Cases, Events, Failures, History


@dataclass(frozen=True, slots=True)
class Trial:
    """What `verdict.compare` takes: NaN in `outcome` is somebody who did not answer."""

    outcome: Numbers
    group: Yes
    covariates: Numbers
    cluster: Labels
    margin: float


def alone(size: int) -> Labels:
    """Nobody was failed together with anybody else."""
    return np.arange(size, dtype=np.int64)


def yes_no(size: int, *, seed: int, effect: float = 0.0) -> Trial:
    """Staying, and use that is skewed: who uses three times as much is failed far more often, and stays."""
    chance = np.random.default_rng(seed)
    loyalty = chance.normal(size=size)
    use = np.exp(0.6 * loyalty + 0.5 * chance.normal(size=size))
    group = chance.random(size) < expit(-3 + 1.2 * np.minimum(use, 3))
    stays = chance.random(size) < np.clip(0.6 + 0.25 * np.tanh(use - 1) + effect * group, 0, 1)
    return Trial(stays.astype(float), group, use[:, None], alone(size), 0.05)


def incidents(size: int, *, seed: int, effect: float = 0.0) -> Trial:
    """Some forty incidents of very unequal size, each with a luck of its own for all whom it hit."""
    chance = np.random.default_rng(seed)
    use = chance.normal(size=size)
    group = chance.random(size) < expit(-2.5 + 0.8 * use)
    which = np.minimum(chance.geometric(1 / 13, size) - 1, 39)
    luck = 0.3 * chance.normal(size=40)
    score = use + 0.5 * use**2 + chance.normal(size=size) + group * (luck[which] + effect)
    return Trial(score, group, use[:, None], np.where(group, which, 1000 + np.arange(size)), 0.25)


def bent_use(size: int, *, seed: int, effect: float = 0.0) -> Trial:
    """Those who use little and those who use much are failed more, and think more of us: no straight line tells it."""
    chance = np.random.default_rng(seed)
    use = chance.normal(size=size)
    group = chance.random(size) < expit(-2.8 + 0.6 * np.minimum(use**2, 4))
    score = 0.7 * np.minimum(use**2, 6) + chance.normal(size=size) + effect * group
    return Trial(score, group, use[:, None], alone(size), 0.15)


def steps(size: int, *, seed: int, effect: float = 0.0) -> Trial:
    """Three tariffs with jumps between them, in what fails and in what people think."""
    chance = np.random.default_rng(seed)
    use = chance.normal(size=size)
    group = chance.random(size) < np.where(use > 0.7, 0.3, np.where(use < -1, 0.2, 0.05))
    score = np.where(use > 0.7, 1.0, np.where(use < -1, 0.8, 0.0)) + chance.normal(size=size) + effect * group
    return Trial(score, group, use[:, None], alone(size), 0.12)


def heavy_tails(size: int, *, seed: int, effect: float = 0.0) -> Trial:
    """Spend: a few customers spend more than all the others together."""
    chance = np.random.default_rng(seed)
    use = chance.normal(size=size)
    group = chance.random(size) < expit(-2 + use)
    spend = np.exp(0.8 * use + 1.5 * chance.normal(size=size)) + chance.pareto(1.5, size) + effect * group
    return Trial(spend, group, use[:, None], alone(size), 1.5)


def silence(size: int, *, seed: int, effect: float = 0.0) -> Trial:
    """The failed answer the more readily the more content they are; the others by lot."""
    chance = np.random.default_rng(seed)
    loyalty = chance.normal(size=size)
    use = 0.6 * loyalty + 0.8 * chance.normal(size=size)
    group = chance.random(size) < expit(-1.5 + 0.9 * use)
    score = loyalty + 0.5 * chance.normal(size=size) + effect * group
    answers = np.where(group, chance.random(size) < expit(score), chance.random(size) < 0.5)
    known = np.column_stack([use, loyalty + 0.5 * chance.normal(size=size)])
    return Trial(np.where(answers, score, np.nan), group, known, alone(size), 0.1)


def few_leave(size: int, *, seed: int, effect: float = 0.0) -> Trial:
    """Nearly everybody stays, and few were failed: in many a sample not one of them left."""
    chance = np.random.default_rng(seed)
    use = chance.normal(size=size)
    group = chance.random(size) < 0.1
    return Trial((chance.random(size) < 0.97 + effect * group).astype(float), group, use[:, None], alone(size), 0.03)


TRIALS: dict[str, Callable[..., Trial]] = {
    "yes_no": yes_no, "incidents": incidents, "bent_use": bent_use, "steps": steps, "heavy_tails": heavy_tails,
    "silence": silence, "few_leave": few_leave,
}  # fmt: skip

DAYS, KNOWN_DAYS = 540.0, 365.0


def loyalty(size: int, *, seed: int) -> Numbers:
    """What drives everything in `histories`, and what no report sees: normal, of each customer."""
    return np.random.default_rng([seed, 1]).normal(size=size)


def histories(size: int, *, seed: int, effect: float = 0.0, fails: float = 0.06) -> History:
    """A year and a half of an installation: promises, failures, recoveries, orders, and people who leave.

    Who is more loyal is promised more and leaves later; each promise fails alike, whatever was before, but for those of
    the day after a failure, which are one with it. Six in ten failures are put right, by lot, after ten days on
    average, if they are still there. From the first that is not put right on a customer leaves twice as readily; from
    the first that is, by the share `effect` (below 1) more rarely.

    What is to be found: of those put right at their first failure and there at the landmark, how many more stay than of
    people as loyal at a promise kept. Both may fail later, as likely and with the same in store, so that with an
    `effect` of zero the truth is zero for every outcome at every horizon (tests/rules/test_stats_worlds.py).
    """
    chance = np.random.default_rng([seed, 2])
    loyal = loyalty(size, seed=seed)
    whose = np.repeat(np.arange(size), chance.poisson(np.exp(0.5 * loyal) / 30 * DAYS))
    at = chance.random(len(whose)) * DAYS
    order = np.lexsort((at, whose))
    at, spend = at[order], np.exp(chance.normal(size=len(at)))
    broke = (chance.random(len(at)) < fails) & (at > KNOWN_DAYS)
    broke[broke] = ~_soon_after(whose[broke], at[broke])
    right = chance.random(len(at)) < 0.6
    left = _leaving(
        chance.exponential(400 * np.exp(0.5 * loyal)),
        _first(size, whose, at, broke & ~right), 2.0,
        _first(size, whose, at, broke & right), 1 - effect,
    )  # fmt: skip
    going = at < left[whose]
    whose, at, spend, broke, right = whose[going], at[going], spend[going], broke[going], right[going]
    failed, when, gone = whose[broke], at[broke], np.flatnonzero(left < DAYS)
    righted = when + chance.exponential(10.0, len(when))
    done = np.where(right[broke] & (righted < left[failed]), righted, np.nan)
    never, numbers = np.full(len(done), np.nan), np.arange(len(done))
    nobody = Events(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))
    return History(
        known_from=np.zeros(size), due=Events(whose, at, np.zeros(len(at))),
        failures=Failures(failed, when, numbers, np.full(len(when), -1), np.zeros(len(when), dtype=bool), never),
        cases=Cases(spoken=when + 1, owned=done, apology=done, fulfilled=done, let_down=never),
        orders=Events(whose, at, spend), left=Events(gone, left[gone], np.zeros(len(gone))), lost=nobody,
        scores=dict[Outcome, Asked](), until=DAYS, numbers=numbers,
    )  # fmt: skip


def _soon_after(whose: Labels, at: Numbers) -> Yes:
    """Which of the sorted failures follow one of the same customer within its day."""
    return np.append(False, (np.diff(whose) == 0) & (np.diff(at) <= SAME))[: len(whose)]


def _first(size: int, whose: Labels, at: Numbers, of: Yes) -> Numbers:
    """When the first of some promises is, of each customer; long after everything if never."""
    first = np.full(size, 1e9)
    np.minimum.at(first, whose[of], at[of])
    return first


def _leaving(plain: Numbers, one: Numbers, speed: float, other: Numbers, pace: float) -> Numbers:
    """When somebody leaves who would at `plain`, had it not begun to go `speed` times as fast at `one`, and `pace`
    times at `other`."""
    early, late = np.minimum(one, other), np.maximum(one, other)
    between = np.where(one < other, speed, pace)
    sooner = np.where(plain > early, early + (plain - early) / between, plain)
    return np.where(sooner > late, late + (sooner - late) * between / (speed * pace), sooner)
