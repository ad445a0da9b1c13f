"""A report of the paradox from its registration to the day on which it opens.

It is fixed before it opens: what is asked, of which days, and how sure it has to be. Until then people are counted and
nothing of what became of them is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from msgspec.structs import replace

from makegood.cases.actions.holding import person
from makegood.journal.actions import record
from makegood.journal.actors import SYSTEM, Actor
from makegood.kernel.refusals import invalid
from makegood.measurement.findings import CROWD, SHARES, Found, Known, Outcome, Plan, as_plain, found_from
from makegood.measurement.models import Report, ReportFile, ReportLook
from makegood.notices.actions import tell
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.platform.installation import organisation
from makegood.promises.queries import kinds

DAY = timedelta(days=1)
# What happened on the last day may be told a day later.
LATE_NEWS = 1
HORIZONS = (30, 90, 180)
LANDMARKS = (7, 14, 30, 60)
LONGEST_DAYS = 1100
# From here on a margin calls everything the same: a share, points of promoters, steps of a scale, money.
WIDEST = {Outcome.STAYED: 0.5, Outcome.BOUGHT: 0.5, Outcome.NPS: 50.0, Outcome.CSAT: 2.0, Outcome.SPEND: 1e6}
LONGEST_HOURS = 8_760.0
MOST_PLANNED = 10_000_000
# A child that was killed is started again after this; the longest that computing may take.
LEASE = timedelta(minutes=30)


@transaction.atomic
def register(
    *,
    outcome: Outcome,
    since: date,
    before: date,
    landmark_days: int = 30,
    horizon_days: int = 90,
    margin: float,
    covariates: Sequence[Known] = tuple(Known),
    seed: int | None = None,
    threshold_hours: float | None = None,
    threshold_kind: str = "",
    planned: int | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """Fix what is asked of customers who failed in [`since`, `before`), local days. Answers with its number.

    It opens once the last of them was watched for the whole time, and a day more. With `planned`, how many put right
    are expected in the end, it may be looked at before that as often as one likes, by wider intervals.

    Raises Refusal "people.not_allowed", "report.bad_days", "report.bad_margin", "report.nothing_known",
    "report.bad_value", "report.bad_threshold" and "report.bad_planned".
    """
    require(by, Ability.MEASURE)
    _check(outcome, since, before, landmark_days, horizon_days, margin, covariates)
    _check_threshold(threshold_hours, threshold_kind)
    _check_planned(planned)
    looks = 1 + Report.objects.filter(since__lt=before, before__gt=since).count()
    whole = before + (landmark_days + horizon_days + LATE_NEWS) * DAY
    opens_at = datetime(whole.year, whole.month, whole.day, tzinfo=organisation().zone)
    plan = Plan(
        outcome=outcome, since=since, before=before, landmark_days=landmark_days, horizon_days=horizon_days,
        covariates=tuple(one for one in Known if one in covariates), margin=margin,
        # Any number will do, as long as nobody chose it after looking.
        seed=int(now.timestamp() * 1000) % 2**31 if seed is None else seed, looks=looks,
        threshold_hours=threshold_hours, threshold_kind=threshold_kind, planned=planned,
    )  # fmt: skip
    row = Report.objects.create(
        plan=as_plain(plan), since=since, before=before, opens_at=opens_at, registered_by_id=person(by),
        registered_at=now, next_compute_at=now,
    )  # fmt: skip
    record("report.registered", by=by, at=now, subject=("report", row.pk), data={"report": row.pk, **row.plan})
    return row.pk


@transaction.atomic
def claim_due(*, now: datetime) -> int | None:
    """The number of a report that is due to be counted or computed, now leased to whoever asked; None if none is."""
    due = Report.objects.select_for_update(skip_locked=True).filter(next_compute_at__lte=now)
    row = due.exclude(leased_until__gt=now).order_by("next_compute_at").first()
    if row is None:
        return None
    row.leased_until, row.doing, row.share = now + LEASE, "starting", 0.0
    row.save(update_fields=["leased_until", "doing", "share"])
    return row.pk


def note_progress(number: int, doing: str, share: float) -> None:
    """Say how far the computing is: what is under way, and which share of all of it (0 to 1) is done."""
    Report.objects.filter(pk=number, found_at__isnull=True).update(doing=doing[:40], share=share)


@transaction.atomic
def note_sizes(number: int, found: Found, *, now: datetime) -> None:
    """Keep how many people each group has; counted again in a day, and when it opens."""
    row = Report.objects.select_for_update().get(pk=number)
    if row.found_at is not None:
        return
    if row.found and row.found["asked"]:
        # What the last look found stays.
        found = replace(found_from(row.found), sizes=found.sizes)
    row.found, row.counted_at, row.problem, row.leased_until, row.doing = as_plain(found), now, "", None, ""
    # Somebody may have asked for a look meanwhile.
    waits = ReportLook.objects.filter(report=row, found_at__isnull=True).exists()
    row.next_compute_at = now if waits else min(now + DAY, row.opens_at)
    row.save(update_fields=["found", "counted_at", "problem", "leased_until", "next_compute_at", "doing"])


@transaction.atomic
def note_found(number: int, found: Found, *, now: datetime, files: Mapping[str, bytes] | None = None) -> None:
    """Keep what was found with its `files`, for good, and tell whoever registered it. Only the first counts."""
    row = Report.objects.select_for_update().get(pk=number)
    if row.found_at is not None:
        return
    row.found, row.counted_at, row.found_at, row.problem = as_plain(found), now, now, ""
    row.leased_until, row.next_compute_at, row.doing, row.share = None, None, "", 1.0
    row.save()
    ReportFile.objects.bulk_create(
        ReportFile(report=row, name=name, data=data) for name, data in (files or {}).items()
    )  # fmt: skip
    record("report.opened", by=SYSTEM, at=now, subject=("report", row.pk), data={"report": row.pk})
    tell(
        row.registered_by_id, about=("report", row.pk), topic="report.opened",
        words="Your report is open: whether putting right keeps customers.", link=address(row.pk), by=SYSTEM, now=now,
    )  # fmt: skip


@transaction.atomic
def note_problem(number: int, problem: str, *, now: datetime) -> None:
    """It could not be computed: say why, and try again in an hour."""
    Report.objects.filter(pk=number, found_at__isnull=True).update(
        problem=problem[:500], leased_until=None, next_compute_at=now + timedelta(hours=1), doing="", share=0.0
    )


def let_go(number: int, *, now: datetime) -> None:
    """Whoever was at it ends before it was done, and nothing is wrong with it: the next takes it up at once."""
    Report.objects.filter(pk=number, found_at__isnull=True).update(
        leased_until=None, next_compute_at=now, doing="", share=0.0
    )  # fmt: skip


def address(number: int) -> str:
    """Where a report is seen at the desk."""
    return f"/insights/paradox/{number}/"


def _check(
    outcome: Outcome, since: date, before: date, landmark_days: int, horizon_days: int, margin: float,
    covariates: Sequence[Known],
) -> None:  # fmt: skip
    if not since < before <= since + LONGEST_DAYS * DAY:
        raise invalid(
            "report.bad_days", "Give a first day and a later last one, three years apart at most.", field="before"
        )
    if landmark_days not in LANDMARKS or horizon_days not in HORIZONS:
        raise invalid(
            "report.bad_value", "In time is 7, 14, 30 or 60 days; the time after it 30, 90 or 180.", field="horizon"
        )
    if outcome not in WIDEST:
        raise invalid(
            "report.bad_value", "The recovery survey is compared with nothing: ask what customers did, or an answer"
            " that everybody gives.", field="outcome",
        )  # fmt: skip
    if not 0 < margin <= WIDEST[outcome]:
        raise invalid(
            "report.bad_margin", f"Give what difference would not matter: above 0, and {WIDEST[outcome]:g} at most."
            + (" Two points of a hundred are 0.02." if outcome in SHARES else ""), field="margin",
        )  # fmt: skip
    if Known.EXPOSURE not in covariates:
        raise invalid(
            "report.nothing_known", "Hold equal how much was promised, at least: who is promised more fails more.",
            field="covariates",
        )  # fmt: skip


def _check_planned(planned: int | None) -> None:
    if planned is not None and not CROWD <= planned <= MOST_PLANNED:
        raise invalid(
            "report.bad_planned", f"Say how many put right you expect in the end: from {CROWD} to {MOST_PLANNED:,}."
            " With so many the intervals are tightest.", field="planned",
        )  # fmt: skip


def _check_threshold(hours: float | None, kind: str) -> None:
    if hours is None and kind:
        raise invalid("report.bad_threshold", "Say from how many hours on a rule pays, or leave out the kind.",
                      field="threshold_hours")  # fmt: skip
    if hours is not None and not 0 < hours <= LONGEST_HOURS:
        raise invalid("report.bad_threshold", "Give hours of delay from which a rule pays: above 0, a year at most.",
                      field="threshold_hours")  # fmt: skip
    if kind and kind not in {one.slug for one in kinds()}:
        raise invalid("report.bad_threshold", f"There is no kind of promise {kind[:40]!r}.", field="threshold_kind")
