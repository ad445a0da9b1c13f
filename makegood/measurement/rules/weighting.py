"""Making the others look like the group by weights, and saying whether that went well."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from makegood.measurement.rules.clusters import with_few
from makegood.measurement.rules.estimate import Estimate, Labels, Numbers, Yes, normal
from makegood.measurement.rules.flexible import bent, fitted, with_jumps

# Above this, a covariate counts as unbalanced (Austin 2009).
BALANCED = 0.1
# A score nearer to 0 or 1 than this is cut to it, so that nobody stands for a thousand others.
NEAREST = 0.001


def propensity(group: Yes, covariates: Numbers) -> Numbers:
    """How likely each was to be in the group, by straight covariates (Rosenbaum and Rubin 1983): logistic, 0 to 1."""
    return score_of(group, bent(covariates, 0))


def score_of(group: Yes, columns: Numbers) -> Numbers:
    """The same by columns that are bent and stepped (`flexible.with_jumps`)."""
    everybody = np.ones(len(group), dtype=bool)
    return np.clip(fitted(group.astype(float), columns, everybody), NEAREST, 1 - NEAREST)


def weights(group: Yes, score: Numbers) -> Numbers:
    """1 for the group, the odds of belonging to it for the others: these then look like it (Hirano et al. 2003)."""
    return np.where(group, 1.0, score / (1 - score))


@dataclass(frozen=True, slots=True)
class Balance:
    """How far apart a covariate is, in standard deviations of the group, before and after weighting."""

    name: str
    group: float
    others: float
    before: float
    after: float

    @property
    def balanced(self) -> bool:
        return abs(self.after) < BALANCED


def balance(names: Sequence[str], group: Yes, covariates: Numbers, weight: Numbers) -> tuple[Balance, ...]:
    """The standardised mean difference of each covariate (Austin 2009)."""
    return tuple(_balance(name, group, covariates[:, at], weight) for at, name in enumerate(names))


def _balance(name: str, group: Yes, values: Numbers, weight: Numbers) -> Balance:
    inside, outside = float(values[group].mean()), float(values[~group].mean())
    weighted = float(np.average(values[~group], weights=weight[~group]))
    spread = float(np.std(values[group])) or float(np.std(values)) or 1.0
    return Balance(name, inside, weighted, (inside - outside) / spread, (inside - weighted) / spread)


@dataclass(frozen=True, slots=True)
class Overlap:
    """What part of the group has people like it among the others, and how many of those there are in effect."""

    share: float
    effective: float


def overlap(group: Yes, score: Numbers, weight: Numbers) -> Overlap:
    """Members whose score lies within the 0.1 to 99.9 percentiles of the others'; Kish's (1965) size of the others."""
    low, high = np.quantile(score[~group], (0.001, 0.999))
    inside, other = score[group], weight[~group]
    return Overlap(float(np.mean((inside >= low) & (inside <= high))), float(other.sum() ** 2 / np.sum(other**2)))


@dataclass(frozen=True, slots=True)
class Difference:
    """What the group has over people like it, what each adds to that, and what of each outcome the covariates leave
    unexplained."""

    found: Estimate
    left: Numbers
    weight: Numbers
    influence: Numbers


def doubly_robust(outcome: Numbers, group: Yes, covariates: Numbers, cluster: Labels) -> Estimate:
    """What the group has over people like it (the effect on the treated), by weights and a model of the outcome.

    Right when either is (Robins, Rotnitzky and Zhao 1994; Moodie, Saarela and Stephens 2018); the error is that of the
    influence function by clusters, held up where these are few. In the outcome's own unit; of yes and no the model is
    logistic.
    """
    columns = with_jumps(outcome, group, covariates)
    return difference(outcome, group, columns, score_of(group, columns), cluster).found


def difference(outcome: Numbers, group: Yes, columns: Numbers, score: Numbers, cluster: Labels) -> Difference:
    """The same by columns that are bent and a score that is known already."""
    weight = weights(group, score)
    expected = fitted(outcome, columns, ~group)
    left = outcome - expected
    inside, whole = int(group.sum()), float(weight[~group].sum())
    own = float(left[group].mean())
    unexplained = float(np.sum(weight[~group] * left[~group]) / whole)
    influence = np.where(group, (left - own) / inside, -weight * (left - unexplained) / whole)
    found = with_few(own - unexplained, influence, weight, group, cluster)
    if bool(np.all((outcome == 0) | (outcome == 1))):
        found = _not_surer_than_a_share(found, expected[group], influence[group])
    return Difference(found, left, weight, influence)


def _not_surer_than_a_share(found: Estimate, expected: Numbers, influence: Numbers) -> Estimate:
    """Where nearly all of the group say the same, its own spread is too little: then that of the people like them
    counts, as in a score test (Wilson 1927)."""
    chance = np.clip(expected, 0.0, 1.0)
    more = float(np.sum(chance * (1 - chance))) / len(expected) ** 2 - float(np.sum(influence**2))
    if more <= 0 or not found.error >= 0:
        return found
    return normal(found.value, math.sqrt(found.error**2 + more), found.n)


def e_value(ratio: float) -> float:
    """How strong something unseen must be, tied to both sides by this risk ratio, to explain a risk ratio away.

    VanderWeele and Ding 2017. For a difference of d standard deviations, pass exp(0.91 d).
    """
    up = max(ratio, 1 / ratio)
    return up + math.sqrt(up * (up - 1))
