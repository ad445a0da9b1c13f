"""Outcomes without bounds, held in so that one customer's fortune is nobody's effect."""

from __future__ import annotations

import math

import numpy as np

from makegood.measurement.rules.estimate import Numbers, Yes

# A scale of so few steps has nobody far out.
STEPS = 15
# Far out is whoever lies so many times as far from the middle as all but a few do; few are so many times the root of
# how many there are, and a quarter of those on that side of the middle at most.
TIMES, FEW, QUARTER = 2.0, 0.3, 4


def capped(outcome: Numbers, group: Yes) -> Numbers:
    """What lies far out, as if it lay less far (Winsor's way; Tukey 1962). In the outcome's own unit; a scale with few
    steps, and yes or no, stay as they are.

    Each side is asked by itself what is far, and the wider holds for both. To hold in a share of everybody took hold of
    a small group's own spread where that was wider than the others': its mean moved, and the error told was too small.
    """
    if len(np.unique(outcome[:1000])) <= STEPS or not group.any() or group.all():
        return outcome
    lows, highs = zip(_ends(outcome[group]), _ends(outcome[~group]), strict=True)
    return np.asarray(np.clip(outcome, min(lows), max(highs)))


def _ends(values: Numbers) -> tuple[float, float]:
    """From where on values lie far out, below and above."""
    middle, few = float(np.median(values)), int(FEW * math.sqrt(len(values)))
    return middle - _far(middle - values[values < middle], few), middle + _far(values[values > middle] - middle, few)


def _far(distances: Numbers, few: int) -> float:
    """Which distance from the middle is far, on one side of it. Of one alone nobody knows whether it is."""
    if len(distances) < 2:
        return 0.0
    last = len(distances) - 1 - max(1, min(few, len(distances) // QUARTER))
    return TIMES * float(np.partition(distances, last)[last])
