"""Differences between groups, after what else sets them apart; people of one incident count as alike.

`covariates` has a row for each person and no column of ones; `cluster` numbers what happened to them together.
"""

from __future__ import annotations

import math

import numpy as np
import statsmodels.api as sm
from scipy.special import expit
from statsmodels.miscmodels.ordinal_model import OrderedModel

from makegood.measurement.rules.clusters import summed
from makegood.measurement.rules.estimate import Estimate, Labels, Numbers, Yes, normal
from makegood.measurement.rules.power import worth


def ancova(outcome: Numbers, group: Yes, covariates: Numbers, cluster: Labels) -> Estimate:
    """How much higher the outcome is in the group, at equal covariates: least squares (Fisher 1932; Lin 2013 on bias).

    The error is the sandwich over clusters (Liang and Zeger 1986). In the outcome's own unit.
    """
    fit = sm.OLS(outcome, _design(group, covariates)).fit(cov_type="cluster", cov_kwds={"groups": cluster})
    return normal(float(fit.params[0]), float(fit.bse[0]), len(outcome))


def logistic(outcome: Yes, group: Yes, covariates: Numbers, cluster: Labels) -> Estimate:
    """How much larger the share of yes is in the group: logistic regression, then averaged over the group's own people.

    Each of the group is reckoned with and without belonging to it (standardisation; Robins 1986); the error is by the
    delta method from the sandwich over clusters. In shares of 0 to 1.
    """
    design = _design(group, covariates)
    fit = sm.GLM(outcome.astype(float), design, family=sm.families.Binomial()).fit(
        cov_type="cluster", cov_kwds={"groups": cluster}
    )
    inside, outside = design[group].copy(), design[group].copy()
    outside[:, 0] = 0.0
    with_it, without = expit(inside @ fit.params), expit(outside @ fit.params)
    slope = (with_it * (1 - with_it)) @ inside - (without * (1 - without)) @ outside
    slope /= len(inside)
    error = math.sqrt(float(slope @ fit.cov_params() @ slope))
    return normal(float(np.mean(with_it - without)), error, len(outcome))


def ordered_logit(steps: Labels, group: Yes, covariates: Numbers, cluster: Labels) -> Estimate:
    """The log odds of a higher step in the group, at equal covariates (proportional odds; McCullagh 1980).

    The error is the sandwich over clusters (Liang and Zeger 1986).
    """
    model = OrderedModel(steps, np.column_stack([group.astype(float), covariates]), distr="logit")
    fit = model.fit(method="bfgs", disp=False)
    bread = np.asarray(fit.cov_params())
    spread = bread @ summed(np.asarray(model.score_obs(fit.params)), cluster) @ bread
    return normal(float(fit.params[0]), math.sqrt(float(spread[0, 0])), len(steps))


def steps_of(values: Numbers, most: int) -> Labels:
    """Values as steps from 0 on, neighbours taken together where there are more than `most` different ones, so that
    each holds about as many people. The odds of a higher step are meant to be the same at every one of them (McCullagh
    1980), so that taking some together changes what is found by chance alone."""
    levels, steps = np.unique(values, return_inverse=True)
    if len(levels) <= most:
        return np.asarray(steps)
    edges = np.unique(np.quantile(values, np.arange(1, most) / most))
    return np.asarray(np.unique(np.searchsorted(edges, values, side="right"), return_inverse=True)[1])


def intraclass(values: Numbers, cluster: Labels) -> float:
    """How alike people of one cluster are, 0 to 1 (one-way analysis of variance; Donner 1986)."""
    _names, member = np.unique(cluster, return_inverse=True)
    sizes = np.bincount(member)
    groups, n = len(sizes), len(values)
    if groups < 2 or groups == n:
        return 0.0
    means = np.bincount(member, weights=values) / sizes
    between = float(np.sum(sizes * (means - values.mean()) ** 2)) / (groups - 1)
    within = float(np.sum((values - means[member]) ** 2)) / (n - groups)
    typical = (n - float(np.sum(sizes.astype(float) ** 2)) / n) / (groups - 1)
    whole = between + (typical - 1) * within
    return float(np.clip((between - within) / whole, 0.0, 1.0)) if whole > 0 else 0.0


def independent(values: Numbers, cluster: Labels) -> float:
    """How many independent people these are worth, as people of one incident are alike (Kish 1965)."""
    sizes = np.unique(cluster, return_counts=True)[1].astype(float)
    each = float(np.sum(sizes**2) / np.sum(sizes))
    return worth(len(values), each=each, alike=intraclass(values, cluster))


def _design(group: Yes, covariates: Numbers) -> Numbers:
    """The group first, then a column of ones, then the covariates."""
    return np.column_stack([group.astype(float), np.ones(len(group)), covariates])
