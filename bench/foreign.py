"""Worlds that the report was not built on, for `bench.sweep`: each misleads by one thing, and its truth is known.

`effect` is what being put right truly adds on average to those who were, in the outcome's own unit.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import expit

from makegood.measurement.rules.estimate import Numbers
from makegood.measurement.rules.odd_worlds import Trial, alone


def zeros(size: int, *, seed: int, effect: float = 0.0) -> Trial:
    """Orders: most buy nothing more, the others a skewed number; who bought before was failed more."""
    chance = np.random.default_rng(seed)
    before = chance.poisson(np.exp(0.8 * chance.normal(size=size)))
    group = chance.random(size) < expit(-2.2 + 0.35 * np.minimum(before, 6))
    buys = chance.random(size) < expit(-1.2 + 0.3 * np.minimum(before, 8))
    orders = buys * chance.gamma(1.2, 1.0 + 0.2 * np.minimum(before, 8))
    return Trial(orders + effect * group, group, before[:, None].astype(float), alone(size), 0.3)


def wild_tails(size: int, *, seed: int, effect: float = 0.0) -> Trial:
    """Errors of Student's t with 2 degrees of freedom: no variance to speak of."""
    chance = np.random.default_rng(seed)
    use = chance.normal(size=size)
    group = chance.random(size) < expit(-1.8 + 0.7 * use)
    return Trial(use + chance.standard_t(2, size) + effect * group, group, use[:, None], alone(size), 0.35)


# What share of everybody lives where each storm passed. Two are as many witnesses as 7.7 who were hit alone, fewer than
# the ten that a verdict takes; six are as many as 21.
TWO_STORMS, SIX_STORMS = (0.3, 0.2), (0.14, 0.11, 0.09, 0.07, 0.05, 0.04)


def huge_incidents(
    size: int, *, seed: int, effect: float = 0.0, storms: tuple[float, ...] = SIX_STORMS
) -> Trial:  # fmt: skip
    """Storms hit half of the failed, hundreds at once, the others were failed alone; each has a luck of its own."""
    chance = np.random.default_rng(seed)
    use = chance.normal(size=size)
    group = chance.random(size) < expit(-1.8 + 0.5 * use)
    which = np.searchsorted(np.cumsum(storms), chance.random(size), side="right")
    together = group & (which < len(storms))
    luck = np.append(chance.normal(0, 0.35, len(storms)), 0.0)[which] * together
    score = 0.6 * use + luck + chance.normal(size=size) + effect * group
    return Trial(score, group, use[:, None], np.where(together, -1 - which, alone(size)), 0.45)


def seasons(size: int, *, seed: int, effect: float = 0.0) -> Trial:
    """Failures pile up at the end of the year, when everybody buys more anyway, and the firm is growing."""
    chance = np.random.default_rng(seed)
    day = chance.random(size) * 730
    high = np.cos(2 * np.pi * day / 365)
    group = chance.random(size) < expit(-2.2 + 0.9 * high + day / 900)
    score = 0.6 * high + day / 500 + chance.normal(size=size) + effect * group
    return Trial(score, group, day[:, None], alone(size), 0.2)


def complainers(size: int, *, seed: int, effect: float = 0.0) -> Trial:
    """Only who complains is put right: those who buy much and thought little of us, by a product of the two."""
    chance = np.random.default_rng(seed)
    use, before = chance.normal(size=size), chance.normal(size=size)
    group = chance.random(size) < expit(-2.2 + 0.6 * use - 0.5 * before - 0.4 * use * before)
    score = 0.5 * use + 0.6 * before + 0.3 * use * before + chance.normal(size=size) + effect * group
    return Trial(score, group, np.column_stack([use, before]), alone(size), 0.2)


def less_loyal(size: int, *, seed: int, effect: float = 0.0) -> Trial:
    """Who is hard to serve is failed more and stays less: the other way about than in our own world."""
    chance = np.random.default_rng(seed)
    trouble = chance.gamma(2.0, 1.0, size)
    group = chance.random(size) < expit(-2.6 + 0.4 * np.minimum(trouble, 5))
    stays = np.clip(expit(1.8 - 0.4 * np.minimum(trouble, 5)) + effect * group, 0, 1)
    return Trial((chance.random(size) < stays).astype(float), group, trouble[:, None], alone(size), 0.06)


def unequal(size: int, *, seed: int, effect: float = 0.0) -> Trial:
    """The few who were failed differ three times as much among themselves as the others do."""
    chance = np.random.default_rng(seed)
    use = chance.normal(size=size)
    group = chance.random(size) < expit(-2.2 + 0.5 * use)
    score = 0.5 * use + np.where(group, 3.0, 1.0) * chance.normal(size=size) + effect * group
    return Trial(score, group, use[:, None], alone(size), 0.35)


def own_tail(size: int, *, seed: int, effect: float = 0.0) -> Trial:
    """The few who were failed differ three times as much, most a little up and some far down: what is held in of those
    few would be told as a gain."""
    chance = np.random.default_rng(seed)
    use = chance.normal(size=size)
    group = chance.random(size) < expit(-2.2 + 0.5 * use)
    own = np.where(group, 3.0 * (1 - chance.exponential(size=size)), chance.normal(size=size))
    return Trial(0.5 * use + own + effect * group, group, use[:, None], alone(size), 0.35)


def by_value(size: int, *, seed: int, effect: float = 0.0) -> Trial:
    """Being put right helps those worth much and harms those worth little; on average it adds `effect`."""
    chance = np.random.default_rng(seed)
    value = chance.normal(size=size)
    group = chance.random(size) < 0.15
    score = 0.4 * value + chance.normal(size=size) + group * (0.6 * value + effect)
    return Trial(score, group, value[:, None], alone(size), 0.2)


def tiny(size: int, *, seed: int, effect: float = 0.0) -> Trial:
    """Forty people put right, of however many customers: just as many as equality within so wide a margin wants."""
    chance = np.random.default_rng(seed)
    use = chance.normal(size=size)
    group = np.zeros(size, dtype=bool)
    group[np.argsort(-(0.5 * use + chance.logistic(size=size)))[: max(40, size // 4) : max(1, size // 160)]] = True
    return Trial(0.5 * use + chance.normal(size=size) + effect * group, group, use[:, None], alone(size), 0.75)


def ties(size: int, *, seed: int, effect: float = 0.0) -> Trial:
    """Answers of 1 to 5, most of them 5; usage known in whole numbers, and of one in five not at all."""
    chance = np.random.default_rng(seed)
    use = chance.poisson(2.0, size).astype(float)
    group = chance.random(size) < expit(-2.4 + 0.3 * np.minimum(use, 6))
    hidden = 4.6 + 0.15 * np.minimum(use, 6) + chance.normal(size=size) + effect * group
    known = np.where(chance.random(size) < 0.2, np.nan, use)
    return Trial(np.clip(np.round(hidden), 1, 5), group, known[:, None], alone(size), 0.15)


def seldom_asked(size: int, *, seed: int, effect: float = 0.0) -> Trial:
    """What they thought before drives both sides, and of four in five, by lot, nobody had asked it."""
    chance = np.random.default_rng(seed)
    use = chance.normal(size=size)
    before = 0.6 * use + 0.8 * chance.normal(size=size)
    group = chance.random(size) < expit(-1.5 + 0.4 * use + 0.3 * before)
    score = 0.6 * before + 0.3 * use + chance.normal(size=size) + effect * group
    known = np.where(chance.random(size) < 0.8, np.nan, before)
    return Trial(score, group, np.column_stack([use, known]), alone(size), 0.2)


def dropping_out(size: int, *, seed: int, effect: float = 0.0) -> Trial:
    """The discontent fall silent in both groups, among those put right the more.

    Nobody who sees the answers alone can say that they are equal: where the truth is zero *cannot tell* is right, and
    nothing else may be said however many there are. A gain that is larger than what silence can hide has to be found.
    """
    chance = np.random.default_rng(seed)
    use = chance.normal(size=size)
    group = chance.random(size) < expit(-1.5 + 0.5 * use)
    score: Numbers = 0.5 * use + chance.normal(size=size) + effect * group
    answers = chance.random(size) < expit(1.5 + np.where(group, 0.8, 0.3) * score)
    return Trial(np.where(answers, score, np.nan), group, use[:, None], alone(size), 0.2)


# With each the effect whose finding is counted as its power.
FOREIGN: dict[str, tuple[Callable[..., Trial], float]] = {
    "zeros": (zeros, 0.3), "wild_tails": (wild_tails, 0.35), "huge_incidents": (huge_incidents, 0.6),
    "seasons": (seasons, 0.2), "complainers": (complainers, 0.2), "less_loyal": (less_loyal, 0.06),
    "unequal": (unequal, 0.4), "own_tail": (own_tail, 0.4), "by_value": (by_value, 0.2), "tiny": (tiny, 0.75),
    "ties": (ties, 0.2), "seldom_asked": (seldom_asked, 0.3), "dropping_out": (dropping_out, 0.6),
}  # fmt: skip
