"""Limits of chance on a chart of what is measured again and again (Shewhart 1931). Plain Python: pages draw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

# 3 ÷ 1.128: three standard deviations, told from the mean distance of neighbours (Wheeler 1993).
PER_RANGE = 2.66
RUN = 8


@dataclass(frozen=True, slots=True)
class Chart:
    """The middle, the limits of each point, and which points chance does not explain."""

    middle: float
    low: tuple[float, ...]
    high: tuple[float, ...]
    beyond: tuple[bool, ...]


def xmr(values: Sequence[float]) -> Chart:
    """Limits for single values: mean ± 2.66 mean moving ranges (Wheeler 1993). Raises ValueError for fewer than two."""
    if len(values) < 2:
        raise ValueError("Limits need at least two values.")
    ranges = [abs(after - before) for before, after in pairwise(values)]
    reach = PER_RANGE * float(sum(ranges)) / len(ranges)
    return _chart(values, float(sum(values)) / len(values), [reach] * len(values))


def p_chart(yes: Sequence[int], n: Sequence[int]) -> Chart:
    """Limits for shares of different n: p ± 3 √(p(1 − p) ÷ n), within 0 and 1. Raises ValueError where n is zero."""
    if len(n) == 0 or any(many < 1 for many in n):
        raise ValueError("A share needs at least one of each.")
    middle = float(sum(yes)) / float(sum(n))
    reach = [3 * sqrt(middle * (1 - middle) / many) for many in n]
    return _within(_chart([part / many for part, many in zip(yes, n, strict=True)], middle, reach))


def share_chart(yes: Sequence[int], n: Sequence[int]) -> Chart:
    """Limits for shares that vary more than chance alone lets them: of `p_chart` and `xmr`, at each point the wider.

    Of very many a share has next to no chance in it, and a p-chart calls every week a signal; of few, the distance of
    neighbours is mostly chance. Raises ValueError where n is zero, or for fewer than two.
    """
    by_chance, middle = p_chart(yes, n), float(sum(yes)) / float(sum(n))
    shares = [part / many for part, many in zip(yes, n, strict=True)]
    ranges = xmr(shares)
    reach = [
        max(high - middle, middle - low, (ranges.high[0] - ranges.low[0]) / 2)
        for low, high in zip(by_chance.low, by_chance.high, strict=True)
    ]
    return _within(_chart(shares, middle, reach))


def _within(chart: Chart) -> Chart:
    return Chart(
        chart.middle, tuple(max(0.0, one) for one in chart.low), tuple(min(1.0, one) for one in chart.high),
        chart.beyond,
    )  # fmt: skip


def _chart(values: Sequence[float], middle: float, reach: Sequence[float]) -> Chart:
    above, below = _in_a_run([one > middle for one in values]), _in_a_run([one < middle for one in values])
    far = [abs(one - middle) > limit for one, limit in zip(values, reach, strict=True)]
    return Chart(
        middle, tuple(middle - limit for limit in reach), tuple(middle + limit for limit in reach),
        tuple(map(any, zip(far, above, below, strict=True))),
    )  # fmt: skip


def _in_a_run(side: Sequence[bool]) -> list[bool]:
    """Points that are the eighth or later in a row on one side of the middle (Western Electric 1956)."""
    found, length = [], 0
    for here in side:
        length = length + 1 if here else 0
        found.append(length >= RUN)
    return found
