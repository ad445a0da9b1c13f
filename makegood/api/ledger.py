"""What is known across promises: their kinds, the figures, the journal of every move."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, let_see_all
from makegood.api.forms import Instant, refuse_unknown
from makegood.journal.queries import START, read_after
from makegood.learning.queries.counting import beyond_chance
from makegood.measurement.queries.causes import Measure, pareto
from makegood.measurement.queries.headlines import headlines_for
from makegood.platform.installation import organisation
from makegood.promises.queries import kinds, ledger_report
from makegood.remedies.queries import consistency

router = Router()


class KindOut(Schema):
    """A kind of promise. Spans are in seconds; `calendar` names the hours in which `allowance_s` counts."""

    slug: str
    name: str
    warning_s: float
    grace_s: float
    allowance_s: float | None
    calendar: str
    severity: int
    role: str
    team: str
    opens_case: bool
    inside_case: bool


class KindsOut(Schema):
    """Every kind in use."""

    items: list[KindOut]
    next: None


class LedgerRowOut(Schema):
    """Promises counted by how they stand; `right_first_time` is kept ÷ due. How late: in seconds."""

    name: str
    due: int
    kept: int
    kept_late: int
    broken: int
    open: int
    at_risk: int
    replaced: int
    withdrawn: int
    released: int
    right_first_time: float | None
    late_median_s: float | None
    late_p90_s: float | None


class LedgerOut(Schema):
    """The figures of the ledger."""

    items: list[LedgerRowOut]
    next: None


class ReportQuery(Schema):
    """How to group, and which promises by when they are due."""

    by: Literal["", "kind", "team", "month"] = ""
    since: Instant | None = None
    before: Instant | None = None


class EntryOut(Schema):
    """One move: `at` is when it happened, `recorded_at` when it was written down."""

    cursor: str
    id: int
    at: datetime
    recorded_at: datetime
    actor_kind: str
    actor_id: int | None
    actor_name: str
    verb: str
    customer_id: int | None
    case_id: int | None
    subject_kind: str
    subject_id: int | None
    data: dict[str, Any]


class JournalOut(Schema):
    """A stretch of the journal. `next` goes on from here, also when there is nothing new yet."""

    items: list[EntryOut]
    next: str


class JournalQuery(Schema):
    """Where to read on."""

    after: str = START
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


@router.get("/kinds", response=KindsOut, tags=["promises"], summary="List kinds of promise")
def list_kinds(request: ApiRequest) -> Any:
    """Every kind of promise in use, with its policy."""
    rows = [
        {
            **{name: getattr(kind, name) for name in _SAME},
            "warning_s": kind.warning.total_seconds(),
            "grace_s": kind.grace.total_seconds(),
            "allowance_s": kind.allowance.total_seconds() if kind.allowance is not None else None,
            "calendar": kind.calendar_name,
            "team": kind.team_name,
        }
        for kind in kinds()
    ]
    return {"items": rows, "next": None}


_SAME = ("slug", "name", "severity", "role", "opens_case", "inside_case")


@router.get("/report/ledger", response=LedgerOut, tags=["report"], summary="The figures of the ledger")
def report_ledger(request: ApiRequest, query: Query[ReportQuery]) -> Any:
    """Promises due, kept, broken and so on, in one row or by kind, team or month of the due date."""
    let_see_all(request.caller)
    refuse_unknown(request.GET, ReportQuery)
    zone = organisation().time_zone
    rows = ledger_report(by=query.by, since=query.since, before=query.before, zone=zone)
    return {"items": rows, "next": None}


class SpreadOut(Schema):
    """How far apart figures lie: the least, the quartiles, the most."""

    least: Decimal
    lower: Decimal
    median: Decimal
    upper: Decimal
    most: Decimal


class AlikeOut(Schema):
    """Cases with the same kind of failure, of promise, and severity. `money` is all they were given, `share` what made
    up for the loss against the loss; both null of fewer than five. Then the medians of the parts of what was given."""

    failure: str
    kind: str
    severity: int
    currency: str
    team: str
    cases: int
    with_loss: int
    money: SpreadOut | None
    share: SpreadOut | None
    entitled: Decimal
    correction: Decimal
    goodwill: Decimal


class StandoutOut(Schema):
    """A case that was given far more or less than its like; `share` is null where money was compared. `reason` is why,
    as a person said."""

    case: int
    title: str
    failure: str
    kind: str
    severity: int
    currency: str
    total: Decimal
    share: Decimal | None
    median: Decimal
    more: bool
    reason: str
    reason_by: str


class ConsistencyOut(Schema):
    """Same failure, different remedy. So many `remedies` are compared: all that was asked about, or of very many those
    given since `compared_from`."""

    groups: list[AlikeOut]
    standouts: list[StandoutOut]
    compared_from: datetime | None
    remedies: int


class ConsistencyQuery(Schema):
    """Whether to split by team, for which kind of promise, what was given when; `whole`: all of it, however many."""

    by: Literal["", "team"] = ""
    kind: str = ""
    since: Instant | None = None
    before: Instant | None = None
    whole: bool = False


@router.get("/report/consistency", response=ConsistencyOut, tags=["report"], summary="Same failure, different remedy")
def report_consistency(request: ApiRequest, query: Query[ConsistencyQuery]) -> Any:
    """How far apart what was given for the like lies, and which cases stand out. For leads of their own team."""
    refuse_unknown(request.GET, ConsistencyQuery)
    return consistency(
        request.caller.scope, by_team=query.by == "team", kind=query.kind, since=query.since, before=query.before,
        whole=query.whole,
    )  # fmt: skip


class SignalOut(Schema):
    """A group of promises that fails beyond chance: `what` is an attribute, weekday (1: Monday), word, kind or team."""

    what: str
    value: str
    due: int
    failed: int
    expected: float
    ratio: float
    excess: float
    chance: float
    share: float


class SignalsOut(Schema):
    """The groups, those with the most excess failures first."""

    items: list[SignalOut]
    next: None


class SignalsQuery(Schema):
    """Promises due in so many `days`; `also` are more attributes to look at, with commas between."""

    days: int = Field(90, ge=28, le=36_500)
    also: str = Field("", max_length=500)


@router.get("/report/signals", response=SignalsOut, tags=["report"], summary="What fails beyond chance")
def report_signals(request: ApiRequest, query: Query[SignalsQuery]) -> Any:
    """Places, suppliers, products, weekdays, words, kinds and teams that fail beyond chance."""
    let_see_all(request.caller)
    refuse_unknown(request.GET, SignalsQuery)
    also = [one.strip() for one in query.also.split(",") if one.strip()]
    return {
        "items": beyond_chance(days=query.days, before=request.now, zone=organisation().time_zone, also=also),
        "next": None,
    }


class HeadlineOut(Schema):
    """A figure: `unit` is "share" (of one), "minutes" (the median) or a currency; `value` is null of fewer than ten.
    `low` and `high`: the 95 % interval of a share; `late`: the minutes above which one in ten lies; `change`: by how
    much it moved beyond chance since the time before, null within; `n` were counted, `part` of them are meant."""

    key: str
    unit: str
    value: float | None
    n: int
    part: int
    low: float | None
    high: float | None
    late: float | None
    change: float | None
    answered: float | None
    aim: float | None


class InsightsOut(Schema):
    """The headline figures of the local days `since` to the one before `before`."""

    since: date
    before: date
    items: list[HeadlineOut]
    next: None


class InsightsQuery(Schema):
    """Of so many days, up to today; of one kind of promise, of one team, of one place."""

    days: Literal["30", "90", "365"] = "90"
    kind: str = Field("", max_length=40)
    team: int | None = None
    place: str = Field("", max_length=121)


@router.get("/report/insights", response=InsightsOut, tags=["report"], summary="How well things are put right")
def report_insights(request: ApiRequest, query: Query[InsightsQuery]) -> Any:
    """The figures of the insights, of every team or, for who sees no other, their own."""
    refuse_unknown(request.GET, InsightsQuery)
    found = headlines_for(
        request.caller.scope, days=query.days, kind=query.kind, team=query.team, place=query.place, now=request.now
    )  # fmt: skip
    return {"since": found.period.since, "before": found.period.before, "items": found.headlines, "next": None}


class CauseLineOut(Schema):
    """A cause; `share` and `running` of what they are ordered by, `vital` of the few that make most; `improvement` is
    the number of the one about it, null for none."""

    cause: str
    name: str
    function: str
    cases: int
    cost: Decimal
    lost: int
    share: float
    running: float
    vital: bool
    improvement: int | None
    improvement_owner: str


class CauseReportOut(Schema):
    """The causes in order; sums in `currency`, `foreign` remedies in others are in none."""

    items: list[CauseLineOut]
    known: int
    unknown: int
    foreign: int
    currency: str
    next: None


class CauseReportQuery(Schema):
    """By what to order, of cases opened when, of which kind of promise, and below which cause."""

    by: Measure = Measure.COUNT
    since: Instant | None = None
    before: Instant | None = None
    kind: Annotated[str, Field(max_length=40)] = ""
    cause: Annotated[str, Field(max_length=60)] = ""


@router.get("/report/causes", response=CauseReportOut, tags=["report"], summary="Why promises break, in order")
def report_causes(request: ApiRequest, query: Query[CauseReportQuery]) -> Any:
    """The Pareto of causes by count, by what was given, or by customers lost."""
    refuse_unknown(request.GET, CauseReportQuery)
    found = pareto(
        measure=query.by, since=query.since, before=query.before or request.now, kind=query.kind, cause=query.cause
    )
    rows = [
        {name: getattr(one, name) for name in _CAUSE} | {"cause": one.slug, "improvement": one.improvement or None}
        for one in found.rows
    ]
    figures = {name: getattr(found, name) for name in ("known", "unknown", "foreign", "currency")}
    return {"items": rows, "next": None} | figures


_CAUSE = ("name", "function", "cases", "cost", "lost", "share", "running", "vital", "improvement_owner")


@router.get("/journal", response=JournalOut, tags=["journal"], summary="Read the journal")
def read_journal(request: ApiRequest, query: Query[JournalQuery]) -> Any:
    """Every move in order. Ask again with `next`: no entry is ever skipped, however late it was committed."""
    let_see_all(request.caller)
    refuse_unknown(request.GET, JournalQuery)
    stretch = read_after(query.after or START, limit=query.limit)
    return {"items": stretch.entries, "next": stretch.cursor}
