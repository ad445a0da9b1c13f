"""What every method gives back: a figure, how sure it is, and of how many."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Numbers = NDArray[np.float64]
Yes = NDArray[np.bool_]
Labels = NDArray[np.int64]

# Everything is told with the interval that holds the truth in 95 of 100 cases.
LEVEL = 0.95
Z = float(norm.ppf(0.5 + LEVEL / 2))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval; `error` is its standard error, NaN where the method knows none."""

    value: float
    low: float
    high: float
    n: int
    error: float = math.nan
    p: float = math.nan

    def times(self, factor: float) -> Estimate:
        """The same in another unit, such as points instead of shares."""
        low, high = sorted((self.low * factor, self.high * factor))
        return replace(self, value=self.value * factor, low=low, high=high, error=self.error * abs(factor))


def normal(value: float, error: float, n: int) -> Estimate:
    """The interval value ± 1.96 standard errors, and the p-value against zero."""
    p = float(2 * norm.sf(abs(value) / error)) if error > 0 else math.nan
    return Estimate(value, value - Z * error, value + Z * error, n, error, p)


def smaller_side(group: Yes) -> int:
    """How many are on the smaller side: in the group, or not in it."""
    return int(min(group.sum(), (~group).sum()))


def unlike(a: Estimate, b: Estimate) -> Estimate:
    """a − b of two that know nothing of each other."""
    return normal(a.value - b.value, math.hypot(a.error, b.error), a.n + b.n)


def alike(difference: Estimate, margin: float) -> float:
    """The p-value of two one-sided tests that a difference lies within ±`margin` (Schuirmann 1987).

    Below 0.05 means equivalent: the 90 % interval lies within the margin. Raises ValueError for a margin of zero.
    """
    if margin <= 0:
        raise ValueError("A margin of equivalence is above zero.")
    above = norm.sf((difference.value + margin) / difference.error)
    below = norm.cdf((difference.value - margin) / difference.error)
    return float(max(above, below))
