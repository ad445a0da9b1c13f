"""Intervals that hold at every look, however often one looks (confidence sequences)."""

from __future__ import annotations

import math

from scipy.optimize import brentq
from scipy.special import betaln, xlog1py, xlogy

from makegood.measurement.rules.estimate import LEVEL, Estimate, Numbers, Yes
from makegood.measurement.rules.looks import errors_at_any_time, p_at_any_time

# Jeffreys' prior: the mixture pays least for shares near 0 and 1, where keeping customers is.
PRIOR = 0.5


def share_at_any_time(yes: int, n: int, *, alpha: float = 1 - LEVEL) -> Estimate:
    """A share whose interval holds the truth at all looks at once with chance 1 − alpha (Robbins 1970; Ville 1939).

    It keeps every share against which the beta-binomial mixture of likelihoods has not yet reached 1 ÷ alpha.
    """
    if n < 1:
        return Estimate(math.nan, 0.0, 1.0, 0)
    value, mixture = yes / n, betaln(PRIOR + yes, PRIOR + n - yes) - betaln(PRIOR, PRIOR) + math.log(alpha)

    def over(share: float) -> float:
        return float(mixture - xlogy(yes, share) - xlog1py(n - yes, -share))

    tiny = 1e-12
    low = brentq(over, tiny, value) if yes > 0 and over(tiny) > 0 else 0.0
    high = brentq(over, value, 1 - tiny) if yes < n and over(1 - tiny) > 0 else 1.0
    return Estimate(value, low, high, n, math.sqrt(value * (1 - value) / n))


def share_difference_at_any_time(a: tuple[int, int], b: tuple[int, int]) -> Estimate:
    """Share a − share b, each (yes, n), at any time: each side may be wrong with half of the chance (Bonferroni)."""
    half = (1 - LEVEL) / 2
    first, second = share_at_any_time(*a, alpha=half), share_at_any_time(*b, alpha=half)
    error, n = math.hypot(first.error, second.error), first.n + second.n
    return Estimate(first.value - second.value, first.low - second.high, first.high - second.low, n, error)


def at_any_time(found: Estimate, *, planned: float, n: float | None = None) -> Estimate:
    """An estimate's interval and p-value widened so that they hold at all looks, narrowest when `planned` are in.

    `n` is how many are in, counted as `planned` is (all people unless said). See `looks.errors_at_any_time`.
    """
    many = found.n if n is None else n
    reach = found.error * errors_at_any_time(many, planned=planned, alpha=1 - LEVEL)
    p = p_at_any_time(abs(found.value) / found.error, many, planned=planned) if found.error > 0 else math.nan
    return Estimate(found.value, found.value - reach, found.value + reach, found.n, found.error, p)


def alike_at_any_time(found: Estimate, margin: float, *, planned: float, n: float) -> float:
    """The p-value, at whichever look, that a difference lies within ±`margin`: both ends are left out."""
    if abs(found.value) >= margin or not found.error > 0:
        return 1.0
    nearest = (margin - abs(found.value)) / found.error
    return p_at_any_time(nearest, n, planned=planned)


def counted_for(found: Estimate, outcome: Numbers, group: Yes) -> float:
    """How many of the smaller group would make an estimate as sure, were nobody alike and nothing known before.

    That is the clock of the sequence: it follows what is truly known, also where one incident hits thousands.
    """
    sizes = int(group.sum()), int((~group).sum())
    if not found.error > 0:
        return float(min(sizes))
    plain = float(outcome.var()) * (1 / sizes[0] + 1 / sizes[1])
    return min(sizes) * plain / found.error**2
