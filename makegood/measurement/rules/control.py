"""Limits of chance on a chart of what is measured again and again (Shewhart 1931)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from makegood.measurement.rules.estimate import Labels, Numbers, Yes

# 3 ÷ 1.128: three standard deviations, told from the mean distance of neighbours (Wheeler 1993).
PER_RANGE = 2.66
RUN = 8


@dataclass(frozen=True, slots=True)
class Chart:
    """The middle, the limits of each point, and which points chance does not explain."""

    middle: float
    low: Numbers
    high: Numbers
    beyond: Yes


def xmr(values: Numbers) -> Chart:
    """Limits for single values: mean ± 2.66 mean moving ranges (Wheeler 1993). Raises ValueError for fewer than two."""
    if len(values) < 2:
        raise ValueError("Limits need at least two values.")
    reach = np.full(len(values), PER_RANGE * float(np.mean(np.abs(np.diff(values)))))
    return _chart(values, float(np.mean(values)), reach)


def p_chart(yes: Labels, n: Labels) -> Chart:
    """Limits for shares of different n: p ± 3 √(p(1 − p) ÷ n), within 0 and 1. Raises ValueError where n is zero."""
    if len(n) == 0 or np.any(n < 1):
        raise ValueError("A share needs at least one of each.")
    middle = float(yes.sum() / n.sum())
    chart = _chart(yes / n, middle, 3 * np.sqrt(middle * (1 - middle) / n))
    return Chart(middle, np.clip(chart.low, 0, 1), np.clip(chart.high, 0, 1), chart.beyond)


def _chart(values: Numbers, middle: float, reach: Numbers) -> Chart:
    beyond = (np.abs(values - middle) > reach) | _in_a_run(values > middle) | _in_a_run(values < middle)
    return Chart(middle, middle - reach, middle + reach, beyond)


def _in_a_run(side: Yes) -> Yes:
    """Points that are the eighth or later in a row on one side of the middle (Western Electric 1956)."""
    found, length = np.zeros(len(side), dtype=bool), 0
    for index, here in enumerate(side):
        length = length + 1 if here else 0
        found[index] = length >= RUN
    return found
