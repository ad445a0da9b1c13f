"""The report of the paradox: are customers who were failed and put right as well off as those never failed?

From rows (`groups.rows`) and a registered plan to what may be said. The seed of the plan decides every lot, so that the
same rows give the same figures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np

from makegood.measurement.findings import (
    ASKED,
    FAILED,
    SHARES,
    Asked,
    Compared,
    Figure,
    Found,
    Group,
    Known,
    Outcome,
    Plan,
    Refused,
    Rung,
    Said,
    Size,
    Step,
    Why,
)
from makegood.measurement.rules.adjusted import independent
from makegood.measurement.rules.capping import capped
from makegood.measurement.rules.clusters import effective
from makegood.measurement.rules.estimate import Estimate, Numbers, Yes, smaller_side
from makegood.measurement.rules.flexible import bent
from makegood.measurement.rules.given import DEEDS, changed
from makegood.measurement.rules.groups import ORDER, Rows
from makegood.measurement.rules.ladder import climbed
from makegood.measurement.rules.means import mean
from makegood.measurement.rules.power import (
    ALPHA,
    POWER,
    for_all_alike,
    for_equivalence,
    for_equivalence_at_any_time,
    worth,
)
from makegood.measurement.rules.proportions import net_promoters, share
from makegood.measurement.rules.silence import reply_weights
from makegood.measurement.rules.verdict import INCIDENTS, compare, spread_of
from makegood.measurement.rules.weighting import overlap, propensity, weights
from makegood.measurement.scales import RANGE, Scale

# Fewer than these say too little to be shown.
FEWEST = 10
# Of more than these in a group so many are drawn by lot for the comparison; the group's own figure counts everybody.
MOST_COMPARED = 100_000
# How few of the others are like a group is read off so many of either.
MOST_SIZED = 10_000
# From so many outcomes on their spread, and how alike people of one incident are, are taken from them.
ENOUGH = 100
# What counts as equivalent where the plan does not say: shares, points of promoters, steps of a scale.
MARGINS = {
    Outcome.STAYED: 0.02, Outcome.BOUGHT: 0.02, Outcome.NPS: 5.0, Outcome.CSAT: 0.1, Outcome.RECOVERY: 0.1,
}  # fmt: skip
# Of spend, as a share of its standard deviation.
SPEND_MARGIN = 0.1
# How alike people of one incident are taken to be before anything is known of their outcomes.
ALIKE = 0.01

Progress = Callable[[str, float], None]


def sizes(rows: Rows, plan: Plan) -> tuple[Size, ...]:
    """How many people each group has and how many a verdict wants, without a look at what became of whom.

    With so many of them a group that is in truth equal is said to be so in 80 % of reports, and one that is in truth a
    margin apart is said to be above, or below. The spread is that of all groups together, or of the group and those it
    is held against where it is more (`spread_of`); where it is not known yet, the largest that a share can have.
    """
    return tuple(_size(rows, plan, group) for group in ORDER)


def _spread(rows: Rows, plan: Plan, group: Group) -> float:
    values = rows.outcomes.get(plan.outcome)
    told = ~np.isnan(values) if values is not None else np.zeros(len(rows), dtype=bool)
    if values is None or told.sum() < ENOUGH:
        return 0.5 if plan.outcome in SHARES else 1.0
    against = Group.NEVER if group is not Group.NEVER else Group.PUT_RIGHT
    of = rows.group[told]
    held = capped(values[told], of == ORDER.index(group))
    sides = [held[of == ORDER.index(one)] for one in (group, against)]
    return spread_of(held, *(side if len(side) >= ENOUGH else side[:0] for side in sides))


def _enough(spread: float, plan: Plan) -> int:
    if spread <= 0:
        return for_all_alike(plan.margin)
    # Who is equal and found different, by one of the alarms that are allowed to be false, is not found equal.
    power, alpha = POWER + ALPHA, ALPHA / plan.looks
    if plan.planned is None:
        return for_equivalence(spread, plan.margin, power=power, alpha=alpha)
    return for_equivalence_at_any_time(spread, plan.margin, planned=plan.planned, power=power, alpha=alpha)


def _size(rows: Rows, plan: Plan, group: Group) -> Size:
    among = rows.group == ORDER.index(group)
    enough = _enough(_spread(rows, plan, group), plan)
    people = int(among.sum())
    values = rows.outcomes.get(plan.outcome)
    answered = among & ~np.isnan(values) if values is not None else np.zeros(len(among), dtype=bool)
    counted = int(answered.sum())
    if values is not None and counted >= ENOUGH:
        times = counted / independent(values[answered], rows.cluster[answered])
    else:
        many = np.unique(rows.cluster[among], return_counts=True)[1].astype(float)
        each = float(np.sum(many**2) / many.sum()) if people else 1.0
        times = people / worth(people, each=each, alike=ALIKE) if people else 1.0
    least = 0.0
    if group in FAILED:
        times *= _unlike(rows, plan, group)
        incidents = effective(np.ones(counted or people), rows.cluster[answered if counted else among])
        least = (counted or people) * INCIDENTS / incidents if 0 < incidents < INCIDENTS else 0.0
    return Size(group=group, people=people, counted=counted, needed=int(np.ceil(max(enough * times, least))))


def _unlike(rows: Rows, plan: Plan, group: Group) -> float:
    """How many times the people it takes because few of the others are like the group, and these count for many.

    The error has 1 ÷ the group and 1 ÷ the others in effect (Kish 1965), where two equal groups have 2 ÷ the group.
    """
    drawn = _drawn(rows, group, plan.seed, most=MOST_SIZED)
    inside = drawn.group == ORDER.index(group)
    if min(inside.sum(), (~inside).sum()) < FEWEST:
        return 1.0
    score = propensity(inside, known(drawn, plan)[1])
    like = overlap(inside, score, weights(inside, score)).effective / float((~inside).sum())
    others = float((rows.group == ORDER.index(Group.NEVER)).sum()) * like
    return max(1.0, (1 + float((rows.group == ORDER.index(group)).sum()) / others) / 2)


def report(rows: Rows, plan: Plan, *, progress: Progress = lambda _what, _share: None) -> Found:
    """Everything that the plan asks. `progress` is told what is under way and what share of the work is done."""
    outcomes = [one for one in Outcome if one in rows.outcomes]
    compared = [one for one in outcomes if one is not Outcome.RECOVERY]
    others = max(1, len(compared) * len(FAILED) - 1)
    asked = []
    for at, outcome in enumerate(outcomes):
        progress(outcome.value, at / len(outcomes))
        asked.append(_asked(rows, plan, outcome, others))
    progress("", 1.0)
    return Found(people=len(np.unique(rows.customer)), sizes=sizes(rows, plan), asked=tuple(asked))


def _asked(rows: Rows, plan: Plan, outcome: Outcome, others: int) -> Asked:
    counted = only(rows, rows.asked[outcome]) if outcome in ASKED else rows
    figures = tuple(_figure(counted, outcome, group, plan) for group in ORDER)
    if outcome is Outcome.RECOVERY:
        return Asked(outcome=outcome, figures=figures)
    values = scored(outcome, counted.outcomes[outcome])
    margin = _margin(plan, outcome, values)
    compared = tuple(_compared(counted, values, group, plan, outcome, margin, others) for group in FAILED)
    ladder = climbed(_drawn(counted, Group.PUT_RIGHT, plan.seed), outcome, plan) if outcome == plan.outcome else ()
    by_lot = changed(rows.given, outcome) if outcome == plan.outcome and outcome in DEEDS else ()
    steps = [_sound(one) for one in (*ladder, *by_lot)]
    return Asked(
        outcome=outcome, figures=figures, compared=compared,
        ladder=tuple(one for one in steps if isinstance(one, Rung)),
        refused=tuple(one for one in steps if isinstance(one, Refused)),
    )  # fmt: skip


def _sound(one: Step) -> Step:
    if isinstance(one, Refused) or np.isfinite([one.value, one.low, one.high]).all():
        return one
    return Refused(method=one.method, group=one.group, why=Why.NO_END, experiment=one.experiment, arm=one.arm)


def _margin(plan: Plan, outcome: Outcome, values: Numbers) -> float:
    if outcome == plan.outcome:
        return plan.margin
    told = values[~np.isnan(values)]
    return MARGINS.get(outcome) or max(SPEND_MARGIN * float(told.std()) if len(told) else 0.0, 1e-9)


def scored(outcome: Outcome, values: Numbers) -> Numbers:
    """As it is compared: answers of 0 to 10 as what they add to net promoters, everything else as it is."""
    if outcome is not Outcome.NPS:
        return values
    return np.where(np.isnan(values), np.nan, 100.0 * (values >= 9) - 100.0 * (values <= 6))


def only(rows: Rows, which: Yes) -> Rows:
    """Some of the rows."""
    told: dict[str, Any] = {one.name: getattr(rows, one.name) for one in fields(Rows) if one.name != "given"}
    some: dict[str, Any] = {
        name: {key: each[which] for key, each in kept.items()} if isinstance(kept, dict) else kept[which]
        for name, kept in told.items()
    }
    return Rows(**some, given=rows.given)


def known(rows: Rows, plan: Plan) -> tuple[list[str], Numbers]:
    """What is held equal, by name: the registered covariates that the rows have, and the day of the year of index."""
    names = [one for one in plan.covariates if one in rows.covariates and not _silent(rows, one)]
    return [*(one.value for one in names), "day"], np.column_stack(
        [*(rows.covariates[one] for one in names), rows.index]
    )


def _silent(rows: Rows, one: Known) -> bool:
    values = rows.covariates[one]
    told = values[~np.isnan(values)]
    return not len(told) or bool(np.all(told == told[0]))


def _drawn(rows: Rows, group: Group, seed: int, *, most: int = MOST_COMPARED) -> Rows:
    """The group and the never failed, so many of each at most as are compared."""
    which = np.zeros(len(rows), dtype=bool)
    for one in (group, Group.NEVER):
        places = np.flatnonzero(rows.group == ORDER.index(one))
        if len(places) > most:
            places = np.random.default_rng(seed).choice(places, most, replace=False)
        which[places] = True
    return only(rows, which)


def _compared(
    rows: Rows, values: Numbers, group: Group, plan: Plan, outcome: Outcome, margin: float, others: int
) -> Compared:  # fmt: skip
    drawn = _drawn(replace(rows, outcomes={outcome: values}), group, plan.seed)
    inside = drawn.group == ORDER.index(group)
    if not inside.any() or inside.all():
        return Compared(group=group, said=Said.CANNOT_TELL, why=Why.UNASKED)
    names, covariates = known(drawn, plan)
    first = outcome == plan.outcome and group is Group.PUT_RIGHT
    comparisons = plan.looks * (1 if first else others)
    told = compare(
        drawn.outcomes[outcome],
        inside,
        covariates,
        drawn.cluster,
        margin=margin,
        comparisons=comparisons,
        names=names,
        planned=plan.planned,
    )
    return told.of(group)


def _figure(rows: Rows, outcome: Outcome, group: Group, plan: Plan) -> Figure:
    among = rows.group == ORDER.index(group)
    values = rows.outcomes[outcome][among]
    answered = ~np.isnan(values)
    people, counted = len(values), int(answered.sum())
    plain = Figure(group=group, people=people, counted=counted)
    if counted < FEWEST:
        return plain
    found = _of(outcome, values[answered], plan.seed)
    told = Figure(
        group=group, people=people, counted=counted, value=found.value, low=found.low, high=found.high
    )  # fmt: skip
    return _with_silent(told, outcome, values, answered, known(only(rows, among), plan)[1])


def _of(outcome: Outcome, values: Numbers, seed: int) -> Estimate:
    if outcome in SHARES:
        return share(int(values.sum()), len(values))
    return net_promoters(values) if outcome is Outcome.NPS else mean(values, seed=seed)


def _with_silent(told: Figure, outcome: Outcome, values: Numbers, answered: Yes, covariates: Numbers) -> Figure:
    """The same with who did not answer: how many replied, the worst cases, and answers weighed by who replies."""
    if outcome not in ASKED:
        return told
    mine = scored(outcome, values)
    silent = 1 - float(answered.mean())
    least, most = (-100.0, 100.0) if outcome is Outcome.NPS else RANGE[Scale(outcome.value)]
    middle = float(mine[answered].mean())
    weight = reply_weights(answered, bent(covariates, smaller_side(answered)))
    return Figure(
        group=told.group, people=told.people, counted=told.counted, value=told.value, low=told.low, high=told.high,
        replied=1 - silent, least=middle * (1 - silent) + least * silent, most=middle * (1 - silent) + most * silent,
        weighted=float(np.average(mine[answered], weights=weight)),
    )  # fmt: skip
