"""What people would have bought had they gone on as before: the BG/NBD model of Fader, Hardie and Lee (2005).

Where no contract says who is still a customer, who has left can only be judged by how they used to buy. Each buys at
random at a rate of their own, and after each purchase may be gone for good, with a chance of their own; rates are
spread over people by a gamma, chances by a beta distribution. Times are in days, and are reckoned in weeks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

from makegood.measurement.rules.adjusted import ancova
from makegood.measurement.rules.estimate import Estimate, Labels, Numbers, Yes, normal

WEEK = 7.0
# The logarithm of each parameter is drawn to 0 by less than one person is worth: it moves nothing, and where people say
# nothing of a parameter it still has an end.
_SPREAD = 10.0
_STEP, _BESIDE = 1e-3, 1e-6


@dataclass(frozen=True, slots=True)
class Bought:
    """How people bought: how often `again` after their first purchase, how many days after it for the `last` time, and
    how many days we watched them since it (0 ≤ last ≤ watched)."""

    again: Numbers
    last: Numbers
    watched: Numbers

    def of(self, some: Yes) -> Bought:
        """The same of some of them."""
        return Bought(self.again[some], self.last[some], self.watched[some])


class Model(NamedTuple):
    """Rates of purchase in a week are gamma(`r`, `alpha`) over people, chances to leave after one beta(`a`, `b`)."""

    r: float
    alpha: float
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class Fitted:
    """The likeliest model of how people bought, and how the logarithms of its four parameters are spread."""

    model: Model
    spread: Numbers


def fit(bought: Bought) -> Fitted:
    """The model by maximum likelihood. Raises ValueError where nothing was bought again: then nothing tells it."""
    if not bought.again.any():
        raise ValueError("Nobody bought again.")
    found = minimize(_cost, np.zeros(4), args=(bought,), method="L-BFGS-B", bounds=[(-12.0, 12.0)] * 4)
    spread = np.linalg.pinv(_curvature(found.x, bought), hermitian=True)
    return Fitted(Model(*np.exp(found.x)), np.asarray(spread))


def log_likelihood(model: Model, bought: Bought) -> Numbers:
    """Of each person, by equation 6 of Fader, Hardie and Lee (2005) in the form of their note on computing it."""
    r, alpha, a, b = model
    x, last, watched = bought.again, bought.last / WEEK, bought.watched / WEEK
    rate = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stays = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + watched)
    again = x > 0
    left = np.full(len(x), -np.inf)
    left[again] = (
        betaln(a + 1, b + x[again] - 1) - betaln(a, b) - (r + x[again]) * np.log(alpha + last[again])
    )  # fmt: skip
    return np.asarray(rate + np.logaddexp(stays, left))


def expected(model: Model, bought: Bought, days: Numbers) -> Numbers:
    """How many purchases each is expected to make in the `days` after they were watched (equation 10, same paper)."""
    r, alpha, a, b = model
    x, last, watched, ahead = bought.again, bought.last / WEEK, bought.watched / WEEK, days / WEEK
    # Where a is 1, or a + b with nobody back, the formula is 0 ÷ 0; beside it, it is what it is there in the limit.
    a = a if abs(a - 1) > _BESIDE else 1 + _BESIDE
    c = a + b + x - 1
    c = np.where(np.abs(c) > _BESIDE, c, _BESIDE)
    since = alpha + watched
    power = hyp2f1(r + x, b + x, c, ahead / (since + ahead))
    many = c / (a - 1) * (1 - (since / (since + ahead)) ** (r + x) * power)
    gone = np.where(x > 0, a / np.maximum(b + x - 1, 1e-9) * (since / (alpha + last)) ** (r + x), 0.0)
    return np.asarray(np.maximum(many, 0.0) / (1 + gone))


def beyond(
    bought: Bought, after: Numbers, group: Yes, cluster: Labels, *, ahead: tuple[float, float]
) -> Estimate:  # fmt: skip
    """How many purchases more than they were headed for the group made, against the others, in the days `ahead`.

    `ahead` are days from the end of watching, and `after` what each bought in them. Each side has a model of its own: a
    side that bought more is drawn to its own mean, and not to that of all. The error is that of the means, over
    clusters, and of both models. Raises ValueError where one of the sides never bought again.
    """
    surplus, spread = after.copy(), 0.0
    for side in (group, ~group):
        own = bought.of(side)
        each, error = headed_for(fit(own), own, *ahead)
        surplus[side] -= each
        spread += error**2
    found = ancova(surplus, group, np.empty((len(group), 0)), cluster)
    return normal(found.value, math.hypot(found.error, math.sqrt(spread)), found.n)


def headed_for(fitted: Fitted, bought: Bought, first: float, until: float) -> tuple[Numbers, float]:
    """What each is expected to buy from `first` to `until` days after they were watched, and the standard error that
    the mean of these has because the model is estimated (delta method)."""
    ends = [np.full(len(bought.again), days) for days in (first, until)]

    def between(logs: Numbers) -> Numbers:
        early, late = (expected(Model(*np.exp(logs)), bought, end) for end in ends)
        return np.asarray(late - early)

    logs, steps = np.log(fitted.model), np.eye(4) * _STEP
    slope = np.array([(between(logs + one).mean() - between(logs - one).mean()) / (2 * _STEP) for one in steps])
    return between(logs), float(np.sqrt(max(slope @ fitted.spread @ slope, 0.0)))


def _cost(logs: Numbers, bought: Bought) -> float:
    return float(-log_likelihood(Model(*np.exp(logs)), bought).sum() + np.sum((logs / _SPREAD) ** 2))


def _curvature(logs: Numbers, bought: Bought) -> Numbers:
    """Second derivatives of the cost, by differences."""
    steps = np.eye(4) * 0.01
    told = np.empty((4, 4))
    for i, one in enumerate(steps):
        for j, other in enumerate(steps):
            ends = [_cost(logs + s * one + t * other, bought) for s in (1, -1) for t in (1, -1)]
            told[i, j] = (ends[0] - ends[1] - ends[2] + ends[3]) / (4 * 0.01**2)
    return told
