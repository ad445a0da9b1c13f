"""Those of whom something is unknown that sets the groups apart: what that adds to a difference, taken off again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from makegood.measurement.rules.clusters import with_few
from makegood.measurement.rules.estimate import Labels, Numbers, Yes, normal
from makegood.measurement.rules.flexible import with_jumps
from makegood.measurement.rules.weighting import Difference, difference, score_of

# Of fewer in either group of whom it is known nothing can be learnt from them.
FEWEST = 30
# What is unknown together counts together; of so many such sets at most, the commonest.
MOST_SETS = 8


def set_right(found: Difference, outcome: Numbers, group: Yes, covariates: Numbers, cluster: Labels) -> Difference:
    """The same without what covariates add where they are unknown (NaN), with the error of having learnt that.

    Those of whom something is unknown cannot be held equal in it. How far that misleads shows where it is known: the
    difference without it minus the difference with it; so much is taken off for the share of the group of whom it is
    unknown, for each set of covariates that are unknown together. It takes for granted that it would mislead as much
    where it is unknown. The influence of both is added up person by person, because they are the same people (control
    variates: Chen and Chen 2000; Yang and Ding 2020).
    """
    value, influence = found.found.value, found.influence.copy()
    for missing, share in _sets(np.isnan(covariates[group])):
        known = ~np.isnan(covariates[:, missing]).any(axis=1)
        if min((known & group).sum(), (known & ~group).sum()) < FEWEST:
            continue
        of = outcome[known], group[known], covariates[known], cluster[known]
        more, less = _by(*of), _by(*of[:2], of[2][:, ~missing], of[3])
        value += share * (more.found.value - less.found.value)
        influence[known] += share * (more.influence - less.influence)
    if value == found.found.value:
        return found
    told = with_few(value, influence, found.weight, group, cluster)
    if not told.error >= found.found.error:
        told = normal(value, found.found.error, found.found.n)
    return replace(found, found=told, influence=influence)


def _sets(gaps: Yes) -> Iterator[tuple[Yes, float]]:
    """Which covariates are unknown together, and of what share of the people; the commonest first."""
    sets, many = np.unique(gaps, axis=0, return_counts=True)
    some = [at for at in np.argsort(-many, kind="stable") if sets[at].any()]
    return ((sets[at], float(many[at] / len(gaps))) for at in some[:MOST_SETS])


def _by(outcome: Numbers, group: Yes, covariates: Numbers, cluster: Labels) -> Difference:
    columns = with_jumps(outcome, group, covariates)
    return difference(outcome, group, columns, score_of(group, columns), cluster)
