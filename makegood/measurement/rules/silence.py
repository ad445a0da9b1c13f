"""Those who did not answer: what could change if they differ from those who did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from makegood.measurement.rules.estimate import Numbers, Yes
from makegood.measurement.rules.flexible import fitted

# Of two people alike in all that was known before, the one who is a standard deviation more content may be up to
# e^1.5 = 4.5 times as likely to answer, or as unlikely: in either group, in either direction.
TILT = 1.5


@dataclass(frozen=True, slots=True)
class Shift:
    """By how much a group's mean could lie lower (negative) or higher once those who kept silent are counted."""

    down: float
    up: float


def shift(left: Numbers, weight: Numbers, silent: float) -> Shift:
    """What silence could hide in a group (exponential tilting: Scharfstein, Rotnitzky and Robins 1999).

    `left` is what the answers have beyond what covariates explain, `weight` how much each counts, `silent` the share of
    those asked who did not answer.
    """
    spread = float(np.sqrt(np.average((left - np.average(left, weights=weight)) ** 2, weights=weight)))
    if silent <= 0 or spread <= 0:
        return Shift(0.0, 0.0)
    middle = float(np.average(left, weights=weight))
    ends = [silent * (float(np.average(left, weights=weight * _tilt(left, spread, way))) - middle) for way in (-1, 1)]
    return Shift(min(ends), max(ends))


def _tilt(left: Numbers, spread: float, way: int) -> Numbers:
    odds = way * TILT * left / spread
    return np.asarray(np.exp(odds - odds.max()))


def reply_weights(answered: Yes, columns: Numbers) -> Numbers:
    """For each who answered, how many people like them were asked (response propensity; Little 1986).

    No answer weighs more than ten times the mean.
    """
    chance = np.clip(fitted(answered.astype(float), columns, np.ones(len(answered), dtype=bool)), 0.01, 1.0)
    weight = 1 / chance[answered]
    return np.asarray(np.minimum(weight, 10 * weight.mean()))
