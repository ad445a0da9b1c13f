"""How many customers a question needs, before it is asked: 80 % power, 5 % two-sided, per group, unless said otherwise.

All are the normal approximation n = (z₁₋ₐ⸝₂ + z₁₋ᵦ)² × variance ÷ difference², rounded up.
"""

from __future__ import annotations

import math

from makegood.measurement.rules.looks import errors_at_any_time
from makegood.measurement.rules.shares import NORMAL

POWER = 0.8
ALPHA = 0.05


def _needed(variance: float, difference: float, power: float, alpha: float = ALPHA) -> int:
    if difference == 0:
        raise ValueError("No number of customers tells a difference of zero.")
    reach = NORMAL.inv_cdf(1 - alpha / 2) + NORMAL.inv_cdf(power)
    # A hair less, so that a whole number does not round up on its last digit.
    return math.ceil(reach**2 * variance / difference**2 - 1e-9)


def for_shares(a: float, b: float, *, power: float = POWER, alpha: float = ALPHA) -> int:
    """Per group, to tell share a from share b (Fleiss 1981, without pooling)."""
    return _needed(a * (1 - a) + b * (1 - b), a - b, power, alpha)


def for_shares_at_any_time(a: float, b: float, *, power: float = POWER, alpha: float = ALPHA) -> int:
    """Per group, to tell share a from share b by `shares.difference_at_any_time`, by the last of the looks."""
    reach = errors_at_any_time(1, planned=1, alpha=alpha) + NORMAL.inv_cdf(power)
    return math.ceil(reach**2 * (a * (1 - a) + b * (1 - b)) / (a - b) ** 2 - 1e-9)


def for_means(d: float, *, power: float = POWER) -> int:
    """Per group, to tell means `d` standard deviations apart (Cohen 1988)."""
    return _needed(2.0, d, power)


def for_superiority(probability: float, *, power: float = POWER) -> int:
    """Per group, to tell P(X > Y) from ½ (Noether 1987)."""
    return _needed(1 / 6, probability - 0.5, power)


def for_net_promoters(points: float, *, promoters: float, detractors: float, power: float = POWER) -> int:
    """Per group, to tell net promoter scores `points` apart; shares of promoters and detractors in 0 to 1."""
    return _needed(2 * _promoter_variance(promoters, detractors), points / 100, power)


def promoter_half_width(n: int, *, promoters: float, detractors: float) -> float:
    """Half of the 95 % interval of a net promoter score of `n` answers, in points."""
    return 100 * NORMAL.inv_cdf(1 - ALPHA / 2) * math.sqrt(_promoter_variance(promoters, detractors) / n)


def _promoter_variance(promoters: float, detractors: float) -> float:
    return promoters + detractors - (promoters - detractors) ** 2


def for_all_alike(margin: float) -> int:
    """Per group, where nobody differs from anybody: of fewer, one in `margin` that does might not have been seen (the
    rule of three, 95 % sure: Hanley and Lippman-Hand 1983)."""
    return math.ceil(3 / min(margin, 1.0))


def for_equivalence(spread: float, margin: float, *, power: float = POWER, alpha: float = ALPHA) -> int:
    """Per group, to show two equal means within ±`margin`; `spread` is the standard deviation of one (Julious 2004)."""
    reach = NORMAL.inv_cdf(1 - alpha) + NORMAL.inv_cdf(1 - (1 - power) / 2)
    return math.ceil(2 * reach**2 * spread**2 / margin**2)


def for_equivalence_at_any_time(
    spread: float, margin: float, *, planned: int, power: float = POWER, alpha: float = ALPHA
) -> int:
    """The same where one may look as often as one likes, by intervals that are tightest with `planned` of a group."""

    def reaches(n: int) -> bool:
        errors = errors_at_any_time(n, planned=planned, alpha=alpha) + NORMAL.inv_cdf(1 - (1 - power) / 2)
        return errors * spread * math.sqrt(2 / n) <= margin

    high = 2
    while not reaches(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high


def times_at_any_time(*, alpha: float = ALPHA, power: float = POWER) -> float:
    """How many times as many people equality takes, at best, than in a report that is read once, on its day."""
    beyond = NORMAL.inv_cdf(1 - (1 - power) / 2)
    often = errors_at_any_time(1, planned=1, alpha=alpha) + beyond
    return (often / (NORMAL.inv_cdf(1 - alpha) + beyond)) ** 2


def customers(per_group: int, *, failing: float, recovered: float, answering: float = 1.0) -> int:
    """How many customers it takes for `per_group` of them to be failed, put right and answering (shares 0 to 1)."""
    return math.ceil(per_group / (failing * recovered * answering) - 1e-9)


def worth(n: int, *, each: float, alike: float) -> float:
    """How many independent customers `n` are worth who were failed together, `each` so many in one incident.

    `alike` is the intra-class correlation; the design effect is 1 + (m − 1) ρ (Kish 1965).
    """
    return n / (1 + (each - 1) * alike)
