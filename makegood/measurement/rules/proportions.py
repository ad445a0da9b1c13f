"""Shares of yes: their intervals, differences, promoters, and what those who did not answer could change."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm
from statsmodels.stats.contingency_tables import StratifiedTable, mcnemar

from makegood.measurement.rules.estimate import LEVEL, Estimate, Numbers, Yes, Z, normal
from makegood.measurement.rules.shares import difference, interval

# A table of paired answers with fewer changes than this is tested exactly, as McNemar's approximation wants.
FEW_CHANGES = 25


def share(yes: int, n: int) -> Estimate:
    """The share of `yes` among `n` with Wilson's interval (1927; Newcombe 1998a, method 3). ValueError for n = 0."""
    if n < 1 or not 0 <= yes <= n:
        raise ValueError(f"A share needs 0 ≤ yes ≤ n and n ≥ 1; this is {yes} of {n}.")
    low, high = interval(yes, n)
    value = yes / n
    return Estimate(value, low, high, n, math.sqrt(value * (1 - value) / n))


def share_difference(a: tuple[int, int], b: tuple[int, int]) -> Estimate:
    """Share a − share b, each (yes, n), with Newcombe's hybrid interval (1998b, method 10) and a pooled z-test."""
    first, second = share(*a), share(*b)
    value, low, high = difference(a, b)
    error = math.hypot(first.error, second.error)
    pooled = (a[0] + b[0]) / (a[1] + b[1])
    spread = math.sqrt(pooled * (1 - pooled) * (1 / a[1] + 1 / b[1]))
    p = float(2 * norm.sf(abs(value) / spread)) if spread > 0 else math.nan
    return Estimate(value, low, high, a[1] + b[1], error, p)


def change(before: Yes, after: Yes) -> Estimate:
    """The share of yes after − before in the same people: McNemar's test (1947; exact below 25 changes).

    The interval is that of Agresti and Min (2005): half a person more in each cell of the table.
    """
    cells = np.array([[np.sum(before & after), np.sum(before & ~after)], [np.sum(~before & after), 0]], dtype=float)
    n, lost, won = len(before), float(cells[0, 1]), float(cells[1, 0])
    test = mcnemar(cells, exact=bool(lost + won < FEW_CHANGES))
    more, middle = n + 2, (won - lost) / (n + 2)
    error = math.sqrt(((won + lost + 1) / more - middle**2) / more)
    low, high = max(-1.0, middle - Z * error), min(1.0, middle + Z * error)
    return Estimate((won - lost) / n, low, high, n, error, float(test.pvalue))


def net_promoters(scores: Numbers) -> Estimate:
    """Promoters (9, 10) − detractors (0 to 6) in points of −100 to 100.

    It is a difference of two shares of the same people, so its variance is (p + d − (p − d)²) ÷ n, in [0, 1] units.
    """
    promoters, detractors = float(np.mean(scores >= 9)), float(np.mean(scores <= 6))
    value, n = promoters - detractors, len(scores)
    return normal(value, math.sqrt((promoters + detractors - value**2) / n), n).times(100)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a share could be, whatever those who did not answer would have said. `high − low` is their share."""

    low: float
    high: float
    answered: float


def worst_case(yes: int, answered: int, asked: int) -> Bounds:
    """Manski's bounds (1990): everyone silent said no, or everyone silent said yes."""
    if not 0 <= yes <= answered <= asked or asked < 1:
        raise ValueError(f"Bounds need yes ≤ answered ≤ asked; this is {yes}, {answered}, {asked}.")
    return Bounds(yes / asked, (yes + asked - answered) / asked, answered / asked)


def worst_case_difference(a: Bounds, b: Bounds) -> Bounds:
    """What share a − share b could be when silence is read against either (Manski 1990)."""
    return Bounds(a.low - b.high, a.high - b.low, min(a.answered, b.answered))


@dataclass(frozen=True, slots=True)
class Stratified:
    """An odds ratio of one for all strata, and the test that it is 1."""

    odds_ratio: Estimate
    chi_square: float
    chi_square_corrected: float


def odds_across(tables: Numbers) -> Stratified:
    """Mantel and Haenszel's odds ratio (1959) of k tables 2 × 2 (shape 2, 2, k), interval by Robins et al. (1986).

    The p-value is that with the continuity correction.
    """
    table = StratifiedTable(tables)
    low, high = table.oddsratio_pooled_confint(alpha=1 - LEVEL)
    corrected = table.test_null_odds(correction=True)
    n = int(tables.sum())
    ratio = Estimate(float(table.oddsratio_pooled), float(low), float(high), n, p=float(corrected.pvalue))
    return Stratified(ratio, float(table.test_null_odds().statistic), float(corrected.statistic))
