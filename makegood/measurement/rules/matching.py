"""Pairs: each of the group beside the one of the others who is most like them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from makegood.measurement.rules.clusters import with_few
from makegood.measurement.rules.estimate import Estimate, Labels, Numbers, Yes

# In standard deviations of the logit of the propensity score (Austin 2011).
CALIPER = 0.2
# Beyond so many in the group, as many by chance say as much.
MOST = 50_000


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows of the group and the row that each is beside; who has nobody near enough has no pair."""

    group: Labels
    others: Labels
    unmatched: int


def pairs(group: Yes, score: Numbers, *, seed: int) -> Pairs:
    """One to one, without putting back, nearest on the logit of the score within 0.2 standard deviations (Austin 2011).

    The group is taken in an order by lot. Where the nearest is taken, the next nearest of eight on either side is.
    """
    logit = np.log(score / (1 - score))
    reach = CALIPER * float(np.std(logit))
    inside, outside = np.flatnonzero(group), np.flatnonzero(~group)
    chosen = np.random.default_rng(seed).permutation(inside)[:MOST]
    outside = outside[np.argsort(logit[outside], kind="stable")]
    places = np.searchsorted(logit[outside], logit[chosen])
    near = places[:, None] + np.arange(-8, 8)
    away = np.abs(logit[outside[np.clip(near, 0, len(outside) - 1)]] - logit[chosen][:, None])
    away[(near < 0) | (near >= len(outside))] = np.inf
    order = np.take_along_axis(near, np.argsort(away, axis=1, kind="stable"), axis=1).tolist()
    free, found = np.ones(len(outside), dtype=bool), []
    for row, candidates, distances in zip(chosen.tolist(), order, np.sort(away, axis=1).tolist(), strict=True):
        for place, distance in zip(candidates, distances, strict=True):
            if distance > reach:
                break
            if free[place]:
                free[place] = False
                found.append((row, int(outside[place])))
                break
    both = np.array(found, dtype=np.int64).reshape(-1, 2)
    return Pairs(both[:, 0], both[:, 1], len(chosen) - len(both))


def matched_difference(outcome: Numbers, matched: Pairs, cluster: Labels) -> Estimate:
    """The mean difference of pairs, pairs of one incident counting as alike (Austin 2011). ValueError without pairs."""
    if not len(matched.group):
        raise ValueError("Nobody of the group has anybody like them among the others.")
    apart = outcome[matched.group] - outcome[matched.others]
    n, value = len(apart), float(apart.mean())
    ones = np.ones(n)
    return with_few(value, (apart - value) / n, ones, ones.astype(bool), cluster[matched.group])
