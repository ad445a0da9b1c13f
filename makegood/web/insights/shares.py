"""How sure a share of a number of promises is. Pure."""

from __future__ import annotations

from math import sqrt

ENOUGH = 10
"""Below this many, a share says too little to be shown."""
_Z = 1.959964  # The normal quantile of 97.5 %: what lies between both ends is 95 %.


def interval(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of `part` ÷ `whole` after Wilson (1927); (0, 1) of nothing."""
    if not whole:
        return 0.0, 1.0
    share, square = part / whole, _Z * _Z
    middle = share + square / (2 * whole)
    reach = _Z * sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    scale = 1 + square / whole
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)
