"""How often something happens for what could have gone wrong, and whether that changed."""

from __future__ import annotations

import math

from scipy.stats import binomtest
from statsmodels.stats.proportion import proportion_confint

from makegood.measurement.rules.estimate import LEVEL, Estimate


def rate_ratio(a: tuple[int, float], b: tuple[int, float]) -> Estimate:
    """Rate a ÷ rate b, each (events, exposure in the same unit): exact, given how many there were in both.

    Given the sum, the events of a are binomial (Przyborowski and Wilenski 1940); the interval is Clopper and Pearson's
    (1934), turned into a ratio; `high` is infinite when b had none. Raises ValueError without exposure or events.
    """
    events = a[0] + b[0]
    if min(a[1], b[1]) <= 0 or events == 0:
        raise ValueError("A ratio of rates needs exposure on both sides and at least one event.")
    part = a[1] / (a[1] + b[1])
    low, high = proportion_confint(a[0], events, alpha=1 - LEVEL, method="beta")
    value, low, high = (_odds(float(share)) * b[1] / a[1] for share in (a[0] / events, low, high))
    return Estimate(value, low, high, events, p=float(binomtest(a[0], events, part).pvalue))


def _odds(part: float) -> float:
    return part / (1 - part) if part < 1 else math.inf
