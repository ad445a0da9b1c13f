"""Making the others look like the group by weights, and saying whether that went well."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationWarning

from makegood.measurement.rules.clusters import summed
from makegood.measurement.rules.estimate import Estimate, Labels, Numbers, Yes, normal

# Above this, a covariate counts as unbalanced (Austin 2009).
BALANCED = 0.1
# A score nearer to 0 or 1 than this is cut to it, so that nobody stands for a thousand others.
NEAREST = 0.001


def propensity(group: Yes, covariates: Numbers) -> Numbers:
    """How likely each was to be in the group, by its covariates (Rosenbaum and Rubin 1983): logistic, 0 to 1."""
    return np.clip(_fitted(group.astype(float), covariates, np.ones(len(group), dtype=bool)), NEAREST, 1 - NEAREST)


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


def doubly_robust(outcome: Numbers, group: Yes, covariates: Numbers, cluster: Labels) -> Estimate:
    """What the group has over people like it (the effect on the treated), by weights and a model of the outcome.

    Right when either is (Robins, Rotnitzky and Zhao 1994; Moodie, Saarela and Stephens 2018); the error is that of the
    influence function, summed over clusters. In the outcome's own unit; of yes and no the model is logistic.
    """
    weight = weights(group, propensity(group, covariates))
    left = outcome - _fitted(outcome, covariates, ~group)
    n, part = len(outcome), float(group.mean())
    others = weight * ~group
    unexplained = float(np.sum(others * left) / np.sum(others))
    value = float(left[group].mean()) - unexplained
    influence = (group * (left - unexplained - value) - others * (left - unexplained)) / part
    return normal(value, math.sqrt(summed(influence[:, None], cluster)[0, 0]) / n, n)


def _fitted(outcome: Numbers, covariates: Numbers, of: Yes) -> Numbers:
    """What the covariates let one expect of everybody, by the people `of` whom the model is made.

    Where covariates tell yes from no without fail, the slopes have no end; the shares, 0 and 1, are right all the same.
    """
    design = sm.add_constant(covariates, has_constant="add")
    binary = bool(np.all((outcome == 0) | (outcome == 1)))
    family = sm.families.Binomial() if binary else sm.families.Gaussian()
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        return np.asarray(sm.GLM(outcome[of], design[of], family=family).fit().predict(design), dtype=float)


def e_value(ratio: float) -> float:
    """How strong something unseen must be, tied to both sides by this risk ratio, to explain a risk ratio away.

    VanderWeele and Ding 2017. For a difference of d standard deviations, pass exp(0.91 d).
    """
    up = max(ratio, 1 / ratio)
    return up + math.sqrt(up * (up - 1))
