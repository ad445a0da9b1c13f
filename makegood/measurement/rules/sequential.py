"""Intervals that hold at every look, however often one looks (confidence sequences)."""

from __future__ import annotations

import math

from scipy.optimize import brentq
from scipy.special import betaln, xlog1py, xlogy

from makegood.measurement.rules.estimate import LEVEL, Estimate
from makegood.measurement.rules.looks import errors_at_any_time

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


def at_any_time(found: Estimate, *, planned: int) -> Estimate:
    """An estimate's interval widened so that it holds at all looks, narrowest when `planned` people are in.

    See `looks.errors_at_any_time`.
    """
    reach = found.error * errors_at_any_time(found.n, planned=planned, alpha=1 - LEVEL)
    return Estimate(found.value, found.value - reach, found.value + reach, found.n, found.error)
