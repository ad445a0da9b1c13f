"""Outcomes without bounds, held in so that one customer's fortune is nobody's effect."""

from __future__ import annotations

import math

import numpy as np

from makegood.measurement.rules.estimate import Numbers, Yes

# A scale of so few steps has nobody far out.
STEPS = 15
# So many at each end are held in, times the root of how many there are: what that takes off a mean stays a seventh of
# its error or so, however many there are, whatever they are like.
HELD_IN = 0.15


def capped(outcome: Numbers, group: Yes) -> Numbers:
    """Beyond what all but a few of either side reach, as if it lay there (Winsor's way; Tukey 1962). In the outcome's
    own unit; a scale with few steps, and yes or no, stay as they are.

    Each side is asked by itself, and the wider holds for both. To hold in a share of everybody took hold of a small
    group's own spread where that was wider than the others': its mean moved, and the error told was too small.
    """
    if len(np.unique(outcome[:1000])) <= STEPS or not group.any() or group.all():
        return outcome
    lows, highs = zip(_ends(outcome[group]), _ends(outcome[~group]), strict=True)
    return np.asarray(np.clip(outcome, min(lows), max(highs)))


def _ends(values: Numbers) -> tuple[float, float]:
    """The lowest and the highest that is not held in: one at each end is, at the least, where there are three."""
    many = len(values)
    beyond = min(max(1, int(HELD_IN * math.sqrt(many))), (many - 1) // 2)
    parted = np.partition(values, (beyond, many - 1 - beyond))
    return float(parted[beyond]), float(parted[many - 1 - beyond])
