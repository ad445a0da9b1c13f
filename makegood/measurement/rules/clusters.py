"""People to whom the same thing happened together: they are fewer witnesses than they are people."""

from __future__ import annotations

import numpy as np

from makegood.measurement.rules.estimate import Labels, Numbers


def summed(influence: Numbers, cluster: Labels) -> Numbers:
    """The spread of what each row adds, rows of one cluster added up first: the middle of a sandwich.

    `influence` has a row for each person and a column for each figure (Liang and Zeger 1986).
    """
    _names, member = np.unique(cluster, return_inverse=True)
    sums = np.column_stack([np.bincount(member, weights=one) for one in influence.T])
    return np.asarray(len(sums) / (len(sums) - 1) * (sums - sums.mean(axis=0)).T @ (sums - sums.mean(axis=0)))
