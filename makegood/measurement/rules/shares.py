"""How sure a share is, and a difference of two. Plain Python: pages tell it."""

from __future__ import annotations

from math import hypot, sqrt

ENOUGH = 10
"""Below this many, a share says too little to be shown."""
_Z = 1.959963984540054  # The normal quantile of 97.5 %: what lies between both ends is 95 %.


def interval(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of `part` ÷ `whole` after Wilson (1927); (0, 1) of nothing."""
    if not whole:
        return 0.0, 1.0
    share, square = part / whole, _Z * _Z
    middle = share + square / (2 * whole)
    reach = _Z * sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    scale = 1 + square / whole
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def difference(a: tuple[int, int], b: tuple[int, int]) -> tuple[float, float, float]:
    """Share a − share b, each (part, whole), with its 95 % interval: Newcombe's hybrid (1998b, method 10)."""
    (low_a, high_a), (low_b, high_b) = interval(*a), interval(*b)
    first, second = a[0] / a[1], b[0] / b[1]
    value = first - second
    return (
        value, value - hypot(first - low_a, high_b - second), value + hypot(high_a - first, second - low_b),
    )  # fmt: skip
