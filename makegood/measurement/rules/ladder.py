"""What other methods find of the same question, from the plainest to the most careful: beside the verdict, never it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from makegood.measurement.findings import ASKED, BY_MONTH, SHARES, Group, Month, Outcome, Plan, Refused, Rung, Step, Why
from makegood.measurement.rules.adjusted import ancova, logistic, ordered_logit, steps_of
from makegood.measurement.rules.buying import Bought, beyond
from makegood.measurement.rules.estimate import Estimate, Labels, Numbers, Yes, smaller_side
from makegood.measurement.rules.event_study import event_study, held_in, known_enough
from makegood.measurement.rules.flexible import bent
from makegood.measurement.rules.groups import BEFORE, MONTH, NEVER, PUT_RIGHT, SAME, TWICE, Rows
from makegood.measurement.rules.matching import matched_difference, pairs
from makegood.measurement.rules.means import mean_difference, superiority
from makegood.measurement.rules.paired import moved
from makegood.measurement.rules.proportions import share_difference
from makegood.measurement.rules.survival import hazards, leaving, staying, stretches
from makegood.measurement.rules.threshold import bandwidth, heaping, jump
from makegood.measurement.rules.weighting import score_of

# A regression with a sandwich takes seconds for each hundred thousand; so many drawn by lot say as much.
MOST = 60_000
# Cox looks at everybody at risk at each leaving.
MOST_HAZARDS = 20_000
# Proportional odds are found by trying, step by step.
MOST_ORDERED = 10_000
# Each step has a threshold that is found with the rest: as many as the longest scale that is usual, from 0 to 10.
MOST_STEPS = 11
_FIRST = date(1970, 1, 1)
# A model of buying takes a second for each ten thousand, and needs some who bought again.
MOST_BUYERS, FEWEST_BUYERS = 20_000, 100
# With fewer on one side a method is not asked.
FEWEST = 20


def climbed(rows: Rows, outcome: Outcome, plan: Plan) -> Iterator[Step]:
    """Each rung, for those put right against the never failed; and why one cannot be climbed."""
    values = rows.outcomes[outcome]
    told = ~np.isnan(values)
    chance = np.random.default_rng(plan.seed)
    places = np.flatnonzero(told & ((rows.group == PUT_RIGHT) | (rows.group == NEVER)))
    if len(places) > MOST:
        places = np.sort(chance.choice(places, MOST, replace=False))
    group = rows.group[places] == PUT_RIGHT
    if smaller_side(group) < FEWEST:
        yield _refused("raw", Why.FEW)
        return
    seen, cluster = values[places], rows.cluster[places]
    columns = bent(_known(rows, plan)[places], smaller_side(group))
    yield from _as_they_are(seen, group, outcome)
    if outcome not in SHARES:
        yield _rung("brunner_munzel", superiority(seen[group], seen[~group]))
    adjusted = logistic(seen > 0, group, columns, cluster) if outcome in SHARES else ancova(
        seen, group, columns, cluster
    )  # fmt: skip
    yield _rung("logistic" if outcome in SHARES else "ancova", adjusted)
    if outcome in ASKED:
        yield from _ordered(seen, group, _known(rows, plan)[places], cluster, chance)
    matched = pairs(group, score_of(group, columns), seed=plan.seed)
    if len(matched.group) >= FEWEST:
        note = f"{matched.unmatched} without anybody near enough" if matched.unmatched else ""
        yield _rung("matching", matched_difference(seen, matched, cluster), note)
    else:
        yield _refused("matching", Why.FEW_ALIKE)
    yield from moved(rows, outcome)
    yield from _of_what_they_did(rows, outcome, plan, places, chance)
    yield from _at_threshold(rows, values, plan)


def _known(rows: Rows, plan: Plan) -> Numbers:
    names = [one for one in plan.covariates if one in rows.covariates]
    return np.column_stack([*(rows.covariates[one] for one in names), rows.index])


def _rung(method: str, found: Estimate, note: str = "", group: Group = Group.PUT_RIGHT) -> Rung:
    return Rung(method=method, group=group, value=found.value, low=found.low, high=found.high, n=found.n, note=note)


def _refused(method: str, why: Why, group: Group = Group.PUT_RIGHT) -> Refused:
    return Refused(method=method, group=group, why=why)


def _as_they_are(seen: Numbers, group: Yes, outcome: Outcome) -> Iterator[Rung]:
    if outcome in SHARES:
        a, b = seen[group], seen[~group]
        yield _rung("raw", share_difference((int(a.sum()), len(a)), (int(b.sum()), len(b))))
        return
    yield _rung("raw", mean_difference(seen[group], seen[~group]))


def _ordered(
    seen: Numbers, group: Yes, known: Numbers, cluster: Labels, chance: np.random.Generator
) -> Iterator[Step]:  # fmt: skip
    """Answers as steps of which only the order counts, at what was known before."""
    some = np.arange(len(seen))
    if len(some) > MOST_ORDERED:
        some = np.sort(chance.choice(some, MOST_ORDERED, replace=False))
    steps = steps_of(seen[some], MOST_STEPS)
    if steps.max() < 2 or smaller_side(group[some]) < FEWEST:
        yield _refused("ordered_logit", Why.FEW if smaller_side(group[some]) < FEWEST else Why.FEW_STEPS)
        return
    found = ordered_logit(steps, group[some], bent(known[some], 0), cluster[some])
    yield _rung("ordered_logit", found, "log odds of a higher step")


def _by_month(rows: Rows, outcome: Outcome, plan: Plan, places: Labels) -> Step:
    """Month by month, of those whom it happened to in the same month: of whom the months before are known."""
    series = rows.months.get(outcome, np.full((len(rows), BEFORE), np.nan))
    some = places[known_enough(series[places])]
    group = rows.group[some] == PUT_RIGHT
    cohort = ((rows.index[some] - (plan.since - _FIRST).days) // MONTH).astype(np.int64)
    alike = np.isin(cohort, cohort[group]) & np.isin(cohort, cohort[~group])
    if smaller_side(group[alike]) < FEWEST:
        return _refused("event_study", Why.FEW_MONTHS)
    known, cluster = _known(rows, plan)[some], rows.cluster[some]
    found = event_study(held_in(series[some], group), cohort, group, known, cluster, seed=plan.seed)
    after, told = found.after, zip(found.months, found.found, strict=True)
    return Rung(
        method="event_study", group=Group.PUT_RIGHT, value=after.value, low=after.low, high=after.high, n=after.n,
        note="" if found.trusted else "they moved apart already before: do not trust it", apart=found.apart,
        months=tuple(Month(at=at, value=one.value, low=one.low, high=one.high) for at, one in told),
    )  # fmt: skip


def _of_what_they_did(
    rows: Rows, outcome: Outcome, plan: Plan, places: Labels, chance: np.random.Generator
) -> Iterator[Step]:  # fmt: skip
    if outcome in BY_MONTH:
        yield _by_month(rows, outcome, plan, places)
    if outcome is Outcome.BOUGHT:
        yield _as_they_bought(rows, plan, places, chance)
    if outcome is Outcome.STAYED:
        yield from _stayed(rows, plan, chance)


def _as_they_bought(rows: Rows, plan: Plan, places: Labels, chance: np.random.Generator) -> Step:
    """What they bought beyond what each side was headed for by how they bought before, by a model for each side."""
    told = rows.buying.get(Outcome.BOUGHT, np.full((len(rows), 4), np.nan))
    some = places[~np.isnan(told[places]).any(axis=1)]
    if len(some) > MOST_BUYERS:
        some = np.sort(chance.choice(some, MOST_BUYERS, replace=False))
    again, last, watched, after = told[some].T
    group = rows.group[some] == PUT_RIGHT
    if smaller_side(group) < FEWEST_BUYERS:
        return _refused("bg_nbd", Why.FEW_BUYERS)
    try:
        # They were watched until the day before the index date.
        ahead = (SAME + plan.landmark_days, SAME + plan.landmark_days + plan.horizon_days)
        found = beyond(Bought(again, last, watched), after, group, rows.cluster[some], ahead=ahead)
    except ValueError:
        return _refused("bg_nbd", Why.FEW_BUYERS)
    return _rung("bg_nbd", found, "purchases in the horizon")


def _stayed(rows: Rows, plan: Plan, chance: np.random.Generator) -> Iterator[Step]:
    """Kaplan-Meier from the landmark; with those lost otherwise, Aalen-Johansen; and Cox as things change."""
    time, at = np.maximum(rows.stayed_days, 1e-6), float(plan.horizon_days)
    for place, group in ((NEVER, Group.NEVER), (PUT_RIGHT, Group.PUT_RIGHT)):
        of = rows.group == place
        yield _rung("kaplan_meier", staying(time[of], rows.left[of], at=at), group=group)
        if rows.lost.any():
            found = leaving(time[of], rows.left[of], rows.lost[of], at=at)
            yield _rung("aalen_johansen", found, "share who left of their own choice", group)
    yield from _faster(rows, plan, time, chance)


def _faster(rows: Rows, plan: Plan, time: Numbers, chance: np.random.Generator) -> Iterator[Step]:
    """Cox, where being put right counts from the day on which it was so, also when that came after the landmark.

    Against the never failed; until then the failed are a state of their own. Who was failed twice is left out.
    """
    some = np.flatnonzero(rows.group != TWICE)
    if len(some) > MOST_HAZARDS:
        some = np.sort(chance.choice(some, MOST_HAZARDS, replace=False))
    if rows.left[some].sum() < FEWEST:
        yield _refused("cox", Why.FEW_LEFT)
        return
    since = rows.righted_days[some] - plan.landmark_days
    # What a case had by the landmark made the group; a day on the landmark itself is on its side.
    since = np.where(rows.group[some] == PUT_RIGHT, np.minimum(since, 0.0), since)
    of = stretches(time[some], rows.left[some], np.where(rows.group[some] == NEVER, np.nan, since))
    failed = (rows.group[some] != NEVER)[of.row]
    states = np.column_stack([of.changed, failed & ~of.changed]).astype(float)
    if min(states[:, 0].sum(), (~failed).sum()) < FEWEST:
        yield _refused("cox", Why.FEW)
        return
    told = states if states[:, 1].any() else states[:, :1]
    known = bent(_known(rows, plan)[some], 0)[of.row]
    (found, *_rest) = hazards(
        of.stop, of.left, np.column_stack([told, known]), start=of.start, cluster=rows.cluster[some][of.row]
    )
    yield _rung("cox", found, "log of how much faster they leave, from the day on which it was put right")


def _at_threshold(rows: Rows, values: Numbers, plan: Plan) -> Iterator[Step]:
    """Those just above against those just below the delay from which a rule pays, of all who were failed."""
    if plan.threshold_hours is None:
        return
    of = ~np.isnan(values) & ~np.isnan(rows.hours_late)
    late, seen, at = rows.hours_late[of], values[of], plan.threshold_hours
    if min(int((late < at).sum()), int((late >= at).sum())) < FEWEST:
        yield _refused("threshold", Why.FEW_NEAR)
        return
    reach = bandwidth(late, seen, threshold=at)
    heaped = heaping(late, threshold=at, width=reach / 4)
    try:
        found = jump(late, seen, threshold=at, reach=reach)
    except ValueError:
        yield _refused("threshold", Why.FEW_NEAR)
        return
    note = f"within {reach:.2g} hours of the threshold"
    yield _rung("threshold", found.effect, f"{note}; delays heap there: do not trust it" if heaped.heaped else note)
