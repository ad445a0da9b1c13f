"""Means and ranks: what is measured in numbers or in steps."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import binomtest, bootstrap, ttest_ind, wilcoxon
from statsmodels.stats.nonparametric import rank_compare_2indep

from makegood.measurement.rules.estimate import LEVEL, Estimate, Numbers, normal
from makegood.measurement.rules.proportions import share

# The mean of more values than these is normal for all that matters, and drawing them again is idle.
DRAWN = 20_000
DRAWS = 2_000


def mean(values: Numbers, *, seed: int) -> Estimate:
    """The mean with the percentile bootstrap (Efron 1979; 2,000 draws), or ± 1.96 errors above 20,000 values."""
    n, middle = len(values), float(np.mean(values))
    error = float(np.std(values, ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    if n > DRAWN or not error > 0:
        return normal(middle, error, n)
    drawn = bootstrap(
        (values,), np.mean, n_resamples=DRAWS, batch=100, method="percentile", confidence_level=LEVEL,
        rng=np.random.default_rng(seed),
    )  # fmt: skip
    found = drawn.confidence_interval
    return Estimate(middle, float(found.low), float(found.high), n, float(drawn.standard_error))


def mean_difference(a: Numbers, b: Numbers) -> Estimate:
    """Mean a − mean b with Welch's interval (1947)."""
    test = ttest_ind(a, b, equal_var=False)
    found = test.confidence_interval(LEVEL)
    error = math.sqrt(float(np.var(a, ddof=1)) / len(a) + float(np.var(b, ddof=1)) / len(b))
    value = float(np.mean(a) - np.mean(b))
    return Estimate(value, float(found.low), float(found.high), len(a) + len(b), error, float(test.pvalue))


def superiority(a: Numbers, b: Numbers) -> Estimate:
    """P(a > b) + ½ P(a = b): how often one of a lies above one of b; 0.5 is none (Brunner and Munzel 2000).

    Where nobody of one group lies among the other, the method knows no error; then the interval is Wilson's for as
    many pairs as the smaller group has.
    """
    n = len(a) + len(b)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = rank_compare_2indep(a, b)
    value = float(found.prob1)
    if not found.var > 0:
        pairs = min(len(a), len(b))
        beside = share(round(value * pairs), pairs)
        return Estimate(value, beside.low, beside.high, n)
    low, high = found.conf_int(alpha=1 - LEVEL)
    error = float(np.sqrt(found.var / n))
    return Estimate(value, max(0.0, float(low)), min(1.0, float(high)), n, error, float(found.pvalue))


def shift(before: Numbers, after: Numbers) -> Estimate:
    """After − before in the same people: the mean change, ± its error, with Wilcoxon's signed-rank p (1945).

    Ties are kept by Pratt's way (1959), as answers on a scale are mostly ties.
    """
    moved = after - before
    n = len(moved)
    p = float(wilcoxon(moved, zero_method="pratt").pvalue) if np.any(moved) else 1.0
    error = float(np.std(moved, ddof=1)) / math.sqrt(n)
    around = normal(float(np.mean(moved)), error, n)
    return Estimate(around.value, around.low, around.high, n, error, p)


def went_up(before: Numbers, after: Numbers) -> Estimate:
    """Of those who moved, the share that went up; p by the sign test (Arbuthnott 1710). ValueError if none moved."""
    up, down = int(np.sum(after > before)), int(np.sum(after < before))
    found = share(up, up + down)
    return Estimate(found.value, found.low, found.high, up + down, found.error, float(binomtest(up, up + down).pvalue))
