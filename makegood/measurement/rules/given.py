"""What giving more than is owed changed, where chance decided who was given it: nothing has to be held equal.

Everybody counts in the arm that the lot gave them, whatever was then done: intention to treat (Fisher 1935; Newell
1992).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from makegood.measurement.findings import SHARES, GivenArm, Group, Outcome, Refused, Rung, Step, Why
from makegood.measurement.rules.clusters import with_few
from makegood.measurement.rules.estimate import Estimate, Labels, Numbers, Yes
from makegood.measurement.rules.looks import difference_at_any_time
from makegood.measurement.rules.proportions import share_difference
from makegood.measurement.rules.sequential import at_any_time

# Of fewer units in an arm nothing is told.
FEWEST_UNITS = 20
# What customers did; nobody is asked by lot.
DEEDS = (Outcome.STAYED, Outcome.BOUGHT, Outcome.SPEND)


def _none() -> Labels:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Given:
    """A row for each customer in an arm of an ended experiment with goodwill, as its lot was logged.

    `arm` is its place, 0 as usual; `unit` is what the lot was drawn for, a customer or an incident; an outcome that
    nobody knows is NaN.
    """

    experiment: Labels = field(default_factory=_none)
    arm: Labels = field(default_factory=_none)
    unit: Labels = field(default_factory=_none)
    outcomes: dict[Outcome, Numbers] = field(default_factory=dict)
    arms: tuple[GivenArm, ...] = ()


def changed(given: Given, outcome: Outcome) -> Iterator[Step]:
    """Each arm that gives more against handling as usual, where each has enough units."""
    values = given.outcomes.get(outcome)
    if values is None:
        return
    for one in given.arms:
        of = (given.experiment == one.experiment) & np.isin(given.arm, (0, one.position)) & ~np.isnan(values)
        seen, inside, unit = values[of], given.arm[of] == one.position, given.unit[of]
        units = [len(np.unique(unit[side])) for side in (inside, ~inside)]
        if min(units) < FEWEST_UNITS:
            yield Refused(
                method="goodwill_by_lot", group=Group.PUT_RIGHT, why=Why.FEW_DRAWN, experiment=one.experiment,
                arm=one.name,
            )  # fmt: skip
            continue
        found = _difference(seen, inside, unit, outcome, one)
        note = f"{int(inside.sum())} given more, {int((~inside).sum())} as usual; {units[0]} and {units[1]} drawn"
        yield Rung(
            method="goodwill_by_lot", group=Group.PUT_RIGHT, value=found.value, low=found.low, high=found.high,
            n=found.n, note=note, experiment=one.experiment, arm=one.name,
        )  # fmt: skip


def _difference(seen: Numbers, inside: Yes, unit: Labels, outcome: Outcome, one: GivenArm) -> Estimate:
    alone = len(np.unique(unit)) == len(unit)
    if alone and outcome in SHARES:
        a, b = ((int(seen[side].sum()), int(side.sum())) for side in (inside, ~inside))
        if not one.looked:
            return share_difference(a, b)
        return Estimate(*difference_at_any_time(a, b, planned=one.planned), len(seen))
    means = seen[inside].mean(), seen[~inside].mean()
    influence = np.where(inside, (seen - means[0]) / inside.sum(), -(seen - means[1]) / (~inside).sum())
    found = with_few(float(means[0] - means[1]), influence, np.ones(len(seen)), inside, unit)
    if not one.looked or not found.error > 0:
        return found
    return at_any_time(found, planned=2 * one.planned, n=len(np.unique(unit)))
