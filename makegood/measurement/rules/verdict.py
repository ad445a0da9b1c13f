"""The only five things that may be said about customers who were put right and those who were never failed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from makegood.measurement.rules.estimate import Estimate, Labels, Numbers, Yes, alike
from makegood.measurement.rules.power import for_equivalence
from makegood.measurement.rules.weighting import (
    balance,
    doubly_robust,
    overlap,
    propensity,
    weights,
)

# Less of the group than this has people like it among the others: then nobody can be compared.
SHARED = 0.95


class Said(StrEnum):
    """The verdicts, and nothing between them."""

    TOO_FEW = "not enough data"
    BELOW = "below never-failed"
    EQUIVALENT = "equivalent"
    ABOVE = "above"
    CANNOT_TELL = "cannot tell: groups not comparable"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be said. `found` is None where no figure may be shown; the smaller group needs `missing` more."""

    said: Said
    found: Estimate | None = None
    missing: int = 0

    def sentence(self, *, margin: float) -> str:
        """The verdict in words, with its figure and interval, in the outcome's own unit."""
        if self.said is Said.TOO_FEW:
            return f"Not enough data: about {self.missing:,} more needed."
        if self.found is None:
            return "Cannot tell: groups not comparable."
        found = self.found
        figure = f"{abs(found.value):.3g} (95 % interval {found.low:.3g} to {found.high:.3g})"
        words = {
            Said.BELOW: f"Below never-failed by {figure}.",
            Said.ABOVE: f"Above by {figure}.",
            Said.EQUIVALENT: f"Equivalent within ±{margin:g}.",
        }
        return words[self.said]


def compare(
    outcome: Numbers, group: Yes, covariates: Numbers, cluster: Labels, *, margin: float, comparisons: int = 1
) -> Verdict:
    """The group against the others, at equal covariates known before; within ±`margin` counts as equivalent.

    In this order: are there enough, are they comparable, is it beyond chance. `comparisons` is how many outcomes or
    strata are asked about at once: each then has to be that much surer (Bonferroni). An estimate that is neither
    beyond chance nor surely within the margin is not enough data.
    """
    smaller = int(min(group.sum(), (~group).sum()))
    needed = for_equivalence(float(np.std(outcome)), margin) if np.std(outcome) > 0 else 2
    if smaller < needed:
        return Verdict(Said.TOO_FEW, missing=needed - smaller)
    score = propensity(group, covariates)
    weight = weights(group, score)
    names = [str(at) for at in range(covariates.shape[1])]
    balanced = all(one.balanced for one in balance(names, group, covariates, weight))
    if not balanced or overlap(group, score, weight).share < SHARED:
        return Verdict(Said.CANNOT_TELL)
    return _judge(doubly_robust(outcome, group, covariates, cluster), margin, 0.05 / comparisons, smaller)


def _judge(found: Estimate, margin: float, alpha: float, smaller: int) -> Verdict:
    if found.p < alpha:
        return Verdict(Said.ABOVE if found.value > 0 else Said.BELOW, found)
    if alike(found, margin) < alpha:
        return Verdict(Said.EQUIVALENT, found)
    # The error shrinks with the root of how many there are; it has to be a third of the margin to show equality.
    factor = max(1.1, (3 * found.error / margin) ** 2)
    return Verdict(Said.TOO_FEW, missing=math.ceil(smaller * (factor - 1)))
