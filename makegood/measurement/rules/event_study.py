"""Month by month before and after, of those it happened to and of those it did not, whenever it happened to them.

Callaway and Sant'Anna (2021): each cohort, of whom it happened in the same month, is held against those of whom nothing
had failed by a day of that month; cohorts are put together afterwards. One regression over all of them would take those
who were hit early for a measure of those hit late (Goodman-Bacon 2021).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import f

from makegood.measurement.findings import APART
from makegood.measurement.rules.capping import capped
from makegood.measurement.rules.clusters import effective, summed, with_few
from makegood.measurement.rules.estimate import LEVEL, Estimate, Labels, Numbers, Yes, smaller_side
from makegood.measurement.rules.flexible import bent
from makegood.measurement.rules.groups import BEFORE
from makegood.measurement.rules.weighting import difference, score_of

# So many months before have to be known. The last of them is what the others are held against.
FEWEST_BEFORE = 3
# Draws for the band that holds for all months at once.
DRAWS = 20_000


@dataclass(frozen=True, slots=True)
class Study:
    """What came in each month, against the last one before, and in the mean of the months after.

    The intervals of `found` hold for all months at once, that of `after` for itself. `apart` is the chance of such a
    difference in the months before, where there is none.
    """

    months: tuple[int, ...]
    found: tuple[Estimate, ...]
    after: Estimate
    apart: float

    @property
    def trusted(self) -> bool:
        """Whether the two went alike until then, as far as can be seen."""
        return self.apart >= APART


def known_enough(series: Numbers) -> Yes:
    """Of whom the last three months before and all the months after are known."""
    return np.asarray(~np.isnan(series[:, BEFORE - FEWEST_BEFORE :]).any(axis=1))


def event_study(
    series: Numbers, cohort: Labels, group: Yes, known: Numbers, cluster: Labels, *, seed: int, before: int = BEFORE
) -> Study:  # fmt: skip
    """What happened to the group in each month, beyond what happened to people like them of the same cohort.

    A row of `series` is a person's months, of which `before` come first; NaN is unknown. Cohorts without anybody on
    either side are left out. Within a cohort the difference of the two in what changed since the last month before is
    doubly robust at equal `known` (Sant'Anna and Zhao 2020); cohorts count by how many of the group they have.
    """
    places = [at for at in range(series.shape[1]) if at != before - 1]
    used = np.isin(cohort, cohort[group]) & np.isin(cohort, cohort[~group])
    series, known = series[used], known[used]
    cohort, group, cluster = cohort[used], group[used], cluster[used]
    cohorts = [_cohort(np.flatnonzero(cohort == one), group, known) for one in np.unique(cohort)]
    values, pulls = [], []
    for at in places:
        value, pull = _in_month(series[:, at] - series[:, before - 1], cohorts, group, cluster)
        values.append(value)
        pulls.append(pull)
    pull, everybody = np.column_stack(pulls), np.ones(len(group))
    plain = [with_few(one, each, everybody, group, cluster) for one, each in zip(values, pulls, strict=True)]
    spread = summed(pull, cluster)
    earlier = np.array([at < before for at in places])
    later, worth = ~earlier, effective(group.astype(float), cluster)
    return Study(
        months=tuple(at - before if at < before else at - before + 1 for at in places),
        found=tuple(_together(plain, spread, seed)),
        after=with_few(
            float(np.array(values)[later].mean()), pull[:, later].mean(axis=1), everybody, group, cluster
        ),
        apart=_apart(np.array(values)[earlier], spread[np.ix_(earlier, earlier)], worth),
    )  # fmt: skip


def held_in(series: Numbers, group: Yes) -> Numbers:
    """The outermost of all months, of both sides, as if they lay less far out (`capping.capped`)."""
    told = ~np.isnan(series)
    held = series.copy()
    held[told] = capped(series[told], np.broadcast_to(group[:, None], series.shape)[told])
    return held


@dataclass(frozen=True, slots=True)
class _Cohort:
    """The rows of a cohort, what is held equal within it, and how likely each was to be of the group."""

    rows: Labels
    columns: Numbers
    score: Numbers


def _cohort(rows: Labels, group: Yes, known: Numbers) -> _Cohort:
    columns = bent(known[rows], smaller_side(group[rows]))
    return _Cohort(rows, columns, score_of(group[rows], columns))


def _in_month(change: Numbers, cohorts: list[_Cohort], group: Yes, cluster: Labels) -> tuple[float, Numbers]:
    """The cohorts' differences by how many of the group each has, and what every row adds: also to these weights."""
    whole = list(_of_cohorts(change, cohorts, group, cluster))
    many = np.array([float(group[of].sum()) for _value, of, _pull in whole])
    share = many / many.sum()
    value = float(sum(part * one for part, (one, _of, _pull) in zip(share, whole, strict=True)))
    pulls = np.zeros(len(change))
    for part, (one, of, pull) in zip(share, whole, strict=True):
        pulls[of] = part * pull + np.where(group[of], (one - value) / many.sum(), 0.0)
    return value, pulls


def _of_cohorts(
    change: Numbers, cohorts: list[_Cohort], group: Yes, cluster: Labels
) -> Iterator[tuple[float, Labels, Numbers]]:  # fmt: skip
    for one in cohorts:
        told = ~np.isnan(change[one.rows])
        of, columns = one.rows[told], one.columns[told]
        if smaller_side(group[of]) == 0:
            continue
        score = one.score if told.all() else score_of(group[of], columns)
        found = difference(change[of], group[of], columns, score, cluster[of])
        yield found.found.value, of, found.influence


def _together(plain: list[Estimate], spread: Numbers, seed: int) -> Iterator[Estimate]:
    """Intervals that hold for all months at once: as many errors wide as the largest of them seldom exceeds."""
    error = np.sqrt(np.diag(spread))
    alike = spread / np.maximum(np.outer(error, error), 1e-300)
    drawn = np.random.default_rng(seed).multivariate_normal(np.zeros(len(error)), alike, DRAWS, check_valid="ignore")
    reach = float(np.quantile(np.abs(drawn).max(axis=1), LEVEL))
    for one in plain:
        yield Estimate(one.value, one.value - reach * one.error, one.value + reach * one.error, one.n, one.error, one.p)


def _apart(values: Numbers, spread: Numbers, clusters: float) -> float:
    """How likely the months before differ so much by chance (Hotelling's T²)."""
    if not len(values):
        return 1.0
    distance = float(values @ np.linalg.pinv(spread, hermitian=True) @ values)
    return float(f.sf(distance / len(values), len(values), max(clusters - len(values), 1.0)))
