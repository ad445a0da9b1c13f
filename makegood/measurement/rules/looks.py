"""Differences of shares that may be looked at as often as one likes. Plain Python: pages tell it."""

from __future__ import annotations

import math

# How wide the mixture is taken: so much of it is in when the interval at 0.05 is tightest.
TIGHTEST = -2 * math.log(0.05) + math.log(1 - 2 * math.log(0.05))


def errors_at_any_time(n: float, *, planned: float, alpha: float = 0.05) -> float:
    """So many standard errors an interval reaches that holds at all looks, narrowest when `planned` of `n` are in.

    The normal mixture of Robbins (1970), valid for large n (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024).
    """
    seen = n / planned * (-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha)))
    return math.sqrt(2 * (seen + 1) / seen * math.log(math.sqrt(seen + 1) / alpha))


def p_at_any_time(errors: float, n: float, *, planned: float) -> float:
    """How readily chance alone would ever show something so many standard errors away, at whichever look.

    Below alpha exactly where the interval of `errors_at_any_time` at 0.05, or its like at another alpha, leaves it out.
    """
    seen = n / planned * TIGHTEST
    return min(1.0, math.sqrt(seen + 1) * math.exp(-(errors**2) * seen / (2 * (seen + 1))))


def difference_at_any_time(
    a: tuple[float, int], b: tuple[float, int], *, planned: int, alpha: float = 0.05
) -> tuple[float, float, float]:
    """Share a − share b, each (part, whole), with the interval of every look; narrowest when `planned` of each are in.

    The spread is that of a yes and a no more in each, so that shares of 0 and 1 are not taken for certain.
    """
    value = a[0] / a[1] - b[0] / b[1]
    error = math.sqrt(sum(_spread(*one) for one in (a, b)))
    reach = error * errors_at_any_time(a[1] + b[1], planned=2 * planned, alpha=alpha)
    return value, max(-1.0, value - reach), min(1.0, value + reach)


def _spread(part: float, whole: int) -> float:
    share = (part + 1) / (whole + 2)
    return share * (1 - share) / whole
