"""How sure a share is, and a difference of two. Plain Python: pages tell it."""

from __future__ import annotations

from math import hypot, sqrt
from statistics import NormalDist

ENOUGH = 10
"""Below this many, a share says too little to be shown."""
NORMAL = NormalDist()


def interval(part: float, whole: int, *, alpha: float = 0.05) -> tuple[float, float]:
    """The 95 % interval (1 − `alpha`) of `part` ÷ `whole` after Wilson (1927); (0, 1) of nothing. `part` may be a sum
    of shares: those of several people who count as one."""
    if not whole:
        return 0.0, 1.0
    z = NORMAL.inv_cdf(1 - alpha / 2)
    share, square = part / whole, z * z
    middle = share + square / (2 * whole)
    reach = z * sqrt(max(0.0, share * (1 - share)) / whole + square / (4 * whole * whole))
    scale = 1 + square / whole
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def difference(a: tuple[float, int], b: tuple[float, int], *, alpha: float = 0.05) -> tuple[float, float, float]:
    """Share a − share b, each (part, whole), with its 95 % interval: Newcombe's hybrid (1998b, method 10)."""
    (low_a, high_a), (low_b, high_b) = interval(*a, alpha=alpha), interval(*b, alpha=alpha)
    first, second = a[0] / a[1], b[0] / b[1]
    value = first - second
    return (
        value, value - hypot(first - low_a, high_b - second), value + hypot(high_a - first, second - low_b),
    )  # fmt: skip
