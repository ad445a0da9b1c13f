"""People to whom the same thing happened together: they are fewer witnesses than they are people."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import t

from makegood.measurement.rules.estimate import LEVEL, Estimate, Labels, Numbers, Yes


def summed(influence: Numbers, cluster: Labels) -> Numbers:
    """The spread of what each row adds, rows of one cluster added up first: the middle of a sandwich.

    `influence` has a row for each person and a column for each figure (Liang and Zeger 1986).
    """
    _names, member = np.unique(cluster, return_inverse=True)
    sums = np.column_stack([np.bincount(member, weights=one) for one in influence.T])
    return np.asarray(len(sums) / (len(sums) - 1) * (sums - sums.mean(axis=0)).T @ (sums - sums.mean(axis=0)))


def effective(weight: Numbers, cluster: Labels) -> float:
    """How many equal clusters these are worth (Kish 1965; Carter, Schnepel and Steigerwald 2017)."""
    _names, member = np.unique(cluster, return_inverse=True)
    each = np.bincount(member, weights=weight)
    return float(each.sum() ** 2 / np.sum(each**2)) if each.sum() > 0 else 0.0


def with_few(value: float, influence: Numbers, weight: Numbers, group: Yes, cluster: Labels) -> Estimate:
    """An estimate that holds with few or unequal clusters. `influence` is what each row adds to `value`, summing to 0.

    Each cluster's sum is raised as if it had been left out (1 ÷ (1 − its share of its side); the jackknife: Bell and
    McCaffrey 2002, CR3), and the interval is that of t with as many degrees of freedom as the sums have among them
    (Satterthwaite 1946, with the fourth moment of a normal), set right for what leans to one side (`student`).
    """
    names, member = np.unique(cluster, return_inverse=True)
    sides = np.zeros((2, len(names)))
    for at, side in enumerate((group, ~group)):
        share = np.bincount(member, weights=weight * side)
        own = np.bincount(member, weights=influence * side)
        sides[at] = own / np.maximum(1 - share / max(share.sum(), 1e-12), 0.05)
    each = sides[0] + sides[1]
    whole, fourth = float(np.sum(each**2)), float(np.sum(each**4))
    free = float(np.clip(3 * whole**2 / fourth - 2, 1.0, len(names) - 1)) if fourth > 0 else 1.0
    return student(value, math.sqrt(whole), free, len(influence), lean=_lean(each, whole))


def _lean(each: Numbers, whole: float) -> float:
    """How far the sums lean to one side together: their third powers, shrunk by what each by itself brings, as few or
    unequal ones always seem to lean (James and Stein 1961, the positive part)."""
    third, sixth = float(np.sum(each**3)), float(np.sum(each**6))
    return third / whole**1.5 * (1 - sixth / third**2) if third**2 > sixth else 0.0


def student(value: float, error: float, free: float, n: int, *, lean: float = 0.0) -> Estimate:
    """The interval and p-value by t with `free` degrees of freedom. `error` is told as that of a normal that is as
    wide, so that whatever is reckoned from it is as careful.

    Where most lie a little to one side and some far to the other, a mean is told too near to most: `lean`, the sum of
    the third powers over the error's, sets that right (Hall 1992, the monotone transformation of T).
    """
    if not error > 0:
        return Estimate(value, value, value, n, 0.0)
    reach = float(t.ppf(0.5 + LEVEL / 2, free))
    low, high = (value - error * _back(end, lean) for end in (reach, -reach))
    p = float(2 * t.sf(abs(_straight(value / error, lean)), free))
    return Estimate(value, low, high, n, reach * error / 1.959964, p)


def _straight(one: float, lean: float) -> float:
    """T as if nothing leant to a side."""
    return one + lean * one**2 / 3 + lean**2 * one**3 / 27 + lean / 6


def _back(one: float, lean: float) -> float:
    """The T that is straightened to this."""
    if abs(lean) < 1e-6:
        return one
    return 3 / lean * (float(np.cbrt(1 + lean * (one - lean / 6))) - 1)
