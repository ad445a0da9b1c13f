"""Who belongs to which group, from when on, and what became of them: from an installation's history to rows.

Instants are days since 1970 as numbers (UTC); customers are numbered from 0. NaN is "never".
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from makegood.measurement.findings import Group, Known, Outcome
from makegood.measurement.rules.estimate import Labels, Numbers, Yes
from makegood.measurement.rules.given import Given
from makegood.measurement.rules.history import FAR, Events, Failures, History, Sorted

ORDER = tuple(Group)
NEVER, PUT_RIGHT, NOT_PUT_RIGHT, SILENT, TWICE = range(len(ORDER))

YEAR = 365.0
MONTH = 30.0
# So many months before the index date are told apart.
BEFORE = 6
# Failures of one day are one failure in the customer's eyes.
SAME = 1.0
# A score of these days before a failure may be what opened the case: it is no baseline.
TRIGGER_DAYS = 7.0
# Exposure strata: promises due in the year before, from this many on.
STRATA = np.array([1, 2, 4, 8, 16], dtype=float)
# The lot of the never failed reaches so far that it covers this share of the failed.
HARDLY = 0.995
# Where rows that were drawn must stay as failures come: there the lot falls as readily as a failure.
AS_FAILURES = 1.0


@dataclass(frozen=True, slots=True)
class Rows:
    """A row for each customer at their index date, all still customers at the landmark.

    `group` is a place in `ORDER`. An outcome that nobody knows is NaN; of those not `asked` nobody expected an answer.
    `stayed_days` counts from the landmark; at its end they `left` of their own choice, were `lost` otherwise, or
    nobody knows. `righted_days` is from the index date.
    """

    customer: Labels
    group: Labels
    cluster: Labels
    index: Numbers
    covariates: dict[Known, Numbers]
    outcomes: dict[Outcome, Numbers]
    asked: dict[Outcome, Yes]
    stayed_days: Numbers
    left: Yes
    lost: Yes
    righted_days: Numbers
    hours_late: Numbers
    case: Labels = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    before: dict[Outcome, Numbers] = field(default_factory=dict)
    """The same as an outcome, of the time before the index date: what was done in as many days as the horizon has, and
    the last answer that cannot have opened the case. NaN where nobody knows."""
    months: dict[Outcome, Numbers] = field(default_factory=dict)
    """What was done in each of six months before the index date and of the horizon: a column each, NaN where nobody
    knows."""
    buying: dict[Outcome, Numbers] = field(default_factory=dict)
    """How they bought in the year before the index date: how often after the first time, how many days after it for the
    last, how many days it lies back; and how often in the horizon, NaN where nobody knows. NaN of who did not buy."""
    given: Given = field(default_factory=Given)
    """Who was given more by lot in the same days: other people, who are compared with each other alone."""

    def __len__(self) -> int:
        return len(self.group)


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a plan: index dates in [since, before), then the landmark, then the horizon.

    `sure` is the hazard at which the lot of the never failed has surely fallen. None lets it cover the failed, and so
    changes with every failure that comes; a report that is read while they come has one that stands. Of `monthly`,
    which is counted by orders, each month is told.
    """

    since: float
    before: float
    landmark: float
    horizon: float
    sure: float | None = None
    monthly: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """Who has which index date, of which failure (−1: none) and in which group."""

    customer: Labels
    at: Numbers
    failure: Labels
    group: Labels
    righted: Numbers


def rows(history: History, span: Span, *, seed: int) -> Rows:
    """Everybody of all groups who was still a customer at their landmark."""
    failed, first = _failed(history, span)
    never = _never(history, span, first, failed, seed)
    both = Index(*(np.concatenate([getattr(one, name) for one in (failed, never)]) for name in Index.__slots__))
    gone = [Sorted(one).first(both.customer, np.full(len(both.customer), -FAR / 2)) for one in _ends_of(history)]
    landmark = both.at + span.landmark
    there = ~(gone[0] <= landmark) & ~(gone[1] <= landmark)
    kept = Index(*(getattr(both, name)[there] for name in Index.__slots__))
    return _told(history, span, kept, gone[0][there], gone[1][there])


def _ends_of(history: History) -> tuple[Events, Events]:
    return history.left, history.lost


def _failed(history: History, span: Span) -> tuple[Index, Numbers]:
    """Whose first failure lies in the span, and when the first failure of each customer was (NaN: never)."""
    every = history.failures
    order = np.lexsort((every.at, every.customer))
    whose, places = np.unique(every.customer[order], return_index=True)
    rows_of = order[places]
    first = np.full(len(history.known_from), np.nan)
    first[whose] = every.at[rows_of]
    within = (first[whose] >= span.since) & (first[whose] < span.before)
    rows_of, whose = rows_of[within], whose[within]
    at = every.at[rows_of]
    group, righted = _became(history, span, rows_of, whose, at)
    return Index(whose, at, rows_of, group, righted), first


def _became(
    history: History, span: Span, failure: Labels, customer: Labels, at: Numbers
) -> tuple[Labels, Numbers]:  # fmt: skip
    """Which group each of the failed is in at the landmark, by what we did until then."""
    every, landmark = history.failures, at + span.landmark
    case = every.case[failure]

    def when(of: Numbers) -> Numbers:
        return np.where(case >= 0, of[np.maximum(case, 0)], np.nan) if len(of) else np.full(len(case), np.nan)

    did = history.cases
    righted = np.maximum(np.maximum(when(did.owned), when(did.apology)), when(did.fulfilled))
    again = Sorted(Events(every.customer, every.at, np.zeros(len(every.at)))).count(customer, at + SAME, landmark) > 0
    group = np.full(len(at), NOT_PUT_RIGHT)
    group[every.by_system[failure] & ~(when(did.spoken) <= landmark)] = SILENT
    group[righted <= landmark] = PUT_RIGHT
    group[again | (when(did.let_down) <= landmark)] = TWICE
    return group, righted - at


def lots(seed: int, customer: Labels, at: Numbers) -> Numbers:
    """A number in [0, 1) for each customer and instant: the same whenever it is drawn, whoever else is there.

    So a report that is read again while people come keeps those it had. The mixer is splitmix64 (Steele et al. 2014).
    """
    mixed = np.full(len(customer), seed % 2**64, dtype=np.uint64)
    for part in (customer.astype(np.uint64), np.ascontiguousarray(at, dtype=np.float64).view(np.uint64)):
        mixed = _mixed(mixed ^ _mixed(part))
    return np.asarray((mixed >> np.uint64(11)).astype(np.float64) / 2.0**53)


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def _never(history: History, span: Span, first: Numbers, failed: Index, seed: int) -> Index:
    """An index date by lot for those not failed until its landmark: the day of one of their own promises.

    At each promise of a customer whom nothing had failed yet, the lot may fall, as a failure might: how likely depends
    on the month and on how much they were promised in the year before, as failures do, and on nothing else. So nobody's
    index date depends on what came after it, nor on how much went well before it, and both kinds lie at a promise, in
    the same months, at like exposure. Whoever fails later may be here by an earlier promise.

    One number is drawn for each customer, evenly between nothing and the hazard at which the lot has surely fallen; it
    falls on the promise with which they pass it. A lot that fell anew at each promise would meet those who are promised
    much early, so that late index dates would be left to those who were promised little lately, and buy less after.
    """
    due = Sorted(history.due)
    at_risk = (due.at >= span.since) & (due.at < span.before) & ~(due.at >= first[due.customer] - SAME)
    whose, at = due.customer[at_risk], due.at[at_risk]
    if not len(whose):
        return Index(whose, at, whose, whose, at)
    hazard, of_failed = _hazards(due, whose, at, failed, span)
    passed = _passed(whose, hazard)
    customer, starts = np.unique(whose, return_index=True)
    many = np.diff(np.append(starts, len(whose)))
    sure = span.sure or _covering(customer, passed[starts + many - 1], failed.customer, of_failed)
    reached = lots(seed, customer, np.zeros(len(customer))) * sure
    drawn = np.flatnonzero(passed > np.repeat(reached, many))
    customer, places = np.unique(whose[drawn], return_index=True)
    index = at[drawn][places]
    fine = ~(first[customer] <= index + span.landmark)
    customer, index = customer[fine], index[fine]
    nobody = np.full(len(index), np.nan)
    return Index(customer, index, np.full(len(index), -1), np.full(len(index), NEVER), nobody)


def _hazards(due: Sorted, whose: Labels, at: Numbers, failed: Index, span: Span) -> tuple[Numbers, Numbers]:
    """How readily a first failure falls on each promise, and on each of those it fell on, by month and exposure."""
    many = len(STRATA) + 1
    cell, fails = (
        _month(when, span) * many + np.searchsorted(STRATA, _exposure(due, who, when), side="right")
        for who, when in ((whose, at), (failed.customer, failed.at))
    )
    cells = int(max(cell.max(initial=0), fails.max(initial=0))) + 1
    failures, promises = np.bincount(fails, minlength=cells), np.bincount(cell, minlength=cells)
    hazard = failures / np.maximum(promises + failures, 1)
    return hazard[cell], hazard[fails]


def _passed(whose: Labels, hazard: Numbers) -> Numbers:
    """The hazard each customer has passed with each of their promises, which stand in their order."""
    whole = np.cumsum(hazard)
    starts = np.flatnonzero(np.diff(whose, prepend=-1))
    before = np.concatenate([[0.0], whole])[starts]
    return np.asarray(whole - np.repeat(before, np.diff(np.append(starts, len(whose)))))


def _covering(customer: Labels, passed: Numbers, failed: Labels, hazard: Numbers) -> float:
    """The hazard that hardly any of the failed had passed when they were: the lot need not reach beyond it."""
    place = np.minimum(np.searchsorted(customer, failed), len(customer) - 1)
    before = np.where(customer[place] == failed, passed[place], 0.0)
    return float(np.quantile(before + hazard, HARDLY)) if len(failed) else 1.0


def _month(at: Numbers, span: Span) -> Labels:
    return np.asarray(((at - span.since) // MONTH).astype(np.int64))


def _exposure(due: Sorted, customer: Labels, at: Numbers) -> Numbers:
    """Promises due in the year before, without that of the day itself."""
    return due.count(customer, at - YEAR, at - SAME)


def _told(history: History, span: Span, index: Index, left_at: Numbers, lost_at: Numbers) -> Rows:
    landmark = index.at + span.landmark
    end = landmark + span.horizon
    orders = Sorted(history.orders)
    stop = np.fmin(np.fmin(left_at, lost_at), history.until)
    left = (left_at <= end) & ~(lost_at < left_at)
    seen = left & (left_at <= stop)
    watched = end <= history.until
    unknown = (lost_at <= end) | ~watched
    outcomes = {
        Outcome.STAYED: np.where(unknown, np.nan, (~left).astype(float)),
        Outcome.BOUGHT: np.where(~watched, np.nan, (orders.count(index.customer, landmark, end) > 0).astype(float)),
        Outcome.SPEND: np.where(~watched, np.nan, orders.total(index.customer, landmark, end)),
    }
    if not len(history.left.at):
        del outcomes[Outcome.STAYED]
    if not len(history.orders.at):
        del outcomes[Outcome.BOUGHT], outcomes[Outcome.SPEND]
    asked = {}
    for outcome, scores in history.scores.items():
        answered = Sorted(scores.answers).last_amount(index.customer, landmark, end)
        outcomes[outcome] = answered
        everybody = np.ones(len(index.at), dtype=bool)
        invited = Sorted(scores.asked).count(index.customer, landmark, end) > 0 if scores.asked else everybody
        asked[outcome] = invited | ~np.isnan(answered)
    every = history.failures
    failing = np.maximum(index.failure, 0)
    is_failed = index.failure >= 0
    return Rows(
        customer=index.customer, group=index.group, cluster=_clusters(index, every, len(history.known_from)),
        index=index.at, covariates=_before(history, span, index), outcomes=outcomes, asked=asked,
        stayed_days=np.maximum(np.fmin(stop, end) - landmark, 0.0), left=seen,
        lost=~seen & (lost_at <= np.minimum(end, history.until)), righted_days=index.righted,
        hours_late=np.where(is_failed, every.hours_late[failing], np.nan) if len(every.at) else index.righted,
        case=np.where(is_failed, every.case[failing], -1) if len(every.at) else index.failure,
        before=_earlier(history, span, index, orders), months=_by_month(history, span, index, orders),
        buying=_buying(history, span, index, orders),
    )  # fmt: skip


def _earlier(history: History, span: Span, index: Index, orders: Sorted) -> dict[Outcome, Numbers]:
    """What the outcomes were before: of the same people, in as many days, none of which is the day of the index.

    What was done is read for a year back, so of a longer horizon nothing is told, nor of who was no customer then.
    """
    told: dict[Outcome, Numbers] = {
        outcome: Sorted(scores.answers).last_amount(index.customer, index.at - 2 * YEAR, index.at - TRIGGER_DAYS)
        for outcome, scores in history.scores.items()
        if outcome is not Outcome.RECOVERY
    }
    if not len(history.orders.at) or span.horizon > YEAR - SAME:
        return told
    first, last = index.at - SAME - span.horizon, index.at - SAME
    there = history.known_from[index.customer] <= first
    bought = (orders.count(index.customer, first, last) > 0).astype(float)
    told[Outcome.BOUGHT] = np.where(there, bought, np.nan)
    told[Outcome.SPEND] = np.where(there, orders.total(index.customer, first, last), np.nan)
    return told


def _by_month(history: History, span: Span, index: Index, orders: Sorted) -> dict[Outcome, Numbers]:
    """Months of 30 days, none of which has the day of the index: before it, and after the landmark."""
    if span.monthly is None or not len(history.orders.at):
        return {}
    yesterday, landmark = index.at - SAME, index.at + span.landmark
    before = [yesterday - MONTH * many for many in range(BEFORE, -1, -1)]
    after = [landmark + MONTH * many for many in range(int(span.horizon // MONTH) + 1)]
    summed = span.monthly is Outcome.SPEND
    parts = [orders.between(index.customer, instants, amounts=summed) for instants in (before, after)]
    told = np.column_stack(parts) if summed else (np.column_stack(parts) > 0).astype(float)
    for at, start in enumerate(before[:-1]):
        told[history.known_from[index.customer] > start, at] = np.nan
    told[after[-1] > history.until, BEFORE:] = np.nan
    return {span.monthly: told}


def _buying(history: History, span: Span, index: Index, orders: Sorted) -> dict[Outcome, Numbers]:
    """As the model of buying reads it, of who is asked whether they bought; the day of the index is in neither part."""
    if span.monthly is not Outcome.BOUGHT or not len(history.orders.at):
        return {}
    yesterday, landmark = index.at - SAME, index.at + span.landmark
    first = orders.first(index.customer, index.at - YEAR)
    first = np.where(first <= yesterday, first, np.nan)
    again = orders.count(index.customer, np.nan_to_num(first, nan=FAR - 1), yesterday)
    after = orders.count(index.customer, landmark, landmark + span.horizon)
    after[landmark + span.horizon > history.until] = np.nan
    told = np.column_stack([again, orders.last(index.customer, yesterday) - first, yesterday - first, after])
    told[np.isnan(first)] = np.nan
    return {Outcome.BOUGHT: told}


def _clusters(index: Index, every: Failures, customers: int) -> Labels:
    """The incident, else the customer. A row that is never failed goes with the same customer's failure."""
    own = np.arange(customers, dtype=np.int64)
    is_failed = index.failure >= 0
    incident = every.incident[index.failure[is_failed]]
    whose = index.customer[is_failed]
    own[whose[incident >= 0]] = customers + incident[incident >= 0]
    return own[index.customer]


def _before(history: History, span: Span, index: Index) -> dict[Known, Numbers]:
    """What was known before the index date, and never on its day."""
    yesterday, year_ago = index.at - SAME, index.at - YEAR
    orders = Sorted(history.orders)
    known = {
        Known.EXPOSURE: _exposure(Sorted(history.due), index.customer, index.at),
        Known.TENURE: np.maximum(index.at - history.known_from[index.customer], 0.0),
        Known.ORDERS: orders.count(index.customer, year_ago, yesterday),
        # Spend has a long tail, and what doubles it matters as much wherever it starts.
        Known.SPEND: np.log1p(np.maximum(orders.total(index.customer, year_ago, yesterday), 0.0)),
    }
    for outcome in (Outcome.NPS, Outcome.CSAT):
        if outcome in history.scores:
            earlier = Sorted(history.scores[outcome].answers)
            known[Known.BASELINE] = earlier.last_amount(index.customer, index.at - 2 * YEAR, index.at - TRIGGER_DAYS)
            if not np.isnan(known[Known.BASELINE]).all():
                break
    return known
