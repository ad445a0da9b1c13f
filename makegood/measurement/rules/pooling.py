"""Several findings made into one: of studies, places or incidents."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from statsmodels.stats.meta_analysis import combine_effects

from makegood.measurement.rules.estimate import Estimate, Numbers, normal


@dataclass(frozen=True, slots=True)
class Pooled:
    """The common effect, how far the true ones scatter (`tau2`), and the percent of scatter that is real (`i2`)."""

    effect: Estimate
    tau2: float
    i2: float
    q: float


def fixed(effects: Numbers, variances: Numbers) -> Pooled:
    """One true effect for all: weights 1 ÷ variance."""
    return _pooled(effects, variances, 0.0)


def dersimonian_laird(effects: Numbers, variances: Numbers) -> Pooled:
    """Random effects by the method of moments (DerSimonian and Laird 1986)."""
    tau2 = max(0.0, float(combine_effects(effects, variances, method_re="dl").tau2))
    return _pooled(effects, variances, tau2)


def restricted_likelihood(effects: Numbers, variances: Numbers) -> Pooled:
    """Random effects by restricted maximum likelihood (Viechtbauer 2005): the root of its score in tau²."""

    def slope(tau2: float) -> float:
        weights = 1 / (variances + tau2)
        around = effects - np.average(effects, weights=weights)
        share = np.sum(weights**2) / np.sum(weights)
        return float(np.sum(weights**2 * around**2) - np.sum(weights) + share)

    most = float(10 * np.var(effects) + 1e-9)
    return _pooled(effects, variances, brentq(slope, 0.0, most) if slope(0.0) > 0 else 0.0)


def _pooled(effects: Numbers, variances: Numbers, tau2: float) -> Pooled:
    weights, within = 1 / (variances + tau2), 1 / variances
    effect = normal(float(np.average(effects, weights=weights)), 1 / math.sqrt(np.sum(weights)), len(effects))
    q = float(np.sum(within * (effects - np.average(effects, weights=within)) ** 2))
    free = len(effects) - 1
    # The variance of a typical study (Higgins and Thompson 2002).
    typical = free * np.sum(within) / (np.sum(within) ** 2 - np.sum(within**2))
    return Pooled(effect, tau2, float(100 * tau2 / (tau2 + typical)), q)
