"""The same people before and after: beside the verdict, as whoever was failed may have been on the way up or down."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from makegood.measurement.findings import SHARES, Group, Outcome, Refused, Rung, Step, Why
from makegood.measurement.rules.clusters import with_few
from makegood.measurement.rules.estimate import Estimate, Labels, Numbers
from makegood.measurement.rules.groups import NEVER, PUT_RIGHT, Rows
from makegood.measurement.rules.means import shift, went_up
from makegood.measurement.rules.proportions import change

# Of fewer people, or fewer who moved, nothing is told.
FEWEST_PAIRS = 20


def moved(rows: Rows, outcome: Outcome) -> Iterator[Step]:
    """How the never failed and those put right moved, of whom both are known: what was before, and the outcome."""
    if outcome is Outcome.STAYED:
        return
    method = "mcnemar" if outcome in SHARES else "shift"
    earlier = rows.before.get(outcome)
    if earlier is None:
        yield Refused(method=method, group=Group.PUT_RIGHT, why=Why.FEW_BEFORE)
        return
    both = ~np.isnan(earlier) & ~np.isnan(rows.outcomes[outcome])
    for place, group in ((NEVER, Group.NEVER), (PUT_RIGHT, Group.PUT_RIGHT)):
        of = both & (rows.group == place)
        if of.sum() >= FEWEST_PAIRS:
            yield from _of(earlier[of], rows.outcomes[outcome][of], rows.cluster[of], outcome, group)
        else:
            yield Refused(method=method, group=group, why=Why.FEW_BEFORE)


def _of(before: Numbers, after: Numbers, cluster: Labels, outcome: Outcome, group: Group) -> Iterator[Step]:
    step = after - before
    if outcome in SHARES:
        found = change(before > 0, after > 0)
        yield _rung("mcnemar", _together(found, step, cluster), f"McNemar p {found.p:.2g}", group)
        return
    found = shift(before, after)
    yield _rung("shift", _together(found, step, cluster), f"signed ranks p {found.p:.2g}", group)
    some = step != 0
    if some.sum() >= FEWEST_PAIRS:
        found, up = went_up(before, after), (step[some] > 0).astype(float)
        yield _rung("went_up", _together(found, up, cluster[some]), f"sign test p {found.p:.2g}", group)
    else:
        yield Refused(method="went_up", group=group, why=Why.FEW_MOVED)


def _together(found: Estimate, values: Numbers, cluster: Labels) -> Estimate:
    """As found where everybody stands alone; where an incident hit several, the mean with the spread of their sums."""
    clusters = len(np.unique(cluster))
    if clusters == len(cluster) or clusters < 2:
        return found
    middle, everybody = float(values.mean()), np.ones(len(values))
    return with_few(middle, (values - middle) / len(values), everybody, everybody > 0, cluster)


def _rung(method: str, found: Estimate, note: str, group: Group) -> Rung:
    return Rung(method=method, group=group, value=found.value, low=found.low, high=found.high, n=found.n, note=note)
