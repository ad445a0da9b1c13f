"""Looks at a report that may be read at any time: asked for, computed, and kept with who asked, for good."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from msgspec import to_builtins

from makegood.cases.actions.holding import person
from makegood.journal.actions import record
from makegood.journal.actors import SYSTEM, Actor
from makegood.kernel.refusals import Refusal, missing
from makegood.measurement.actions.registering import DAY, LATE_NEWS, note_found
from makegood.measurement.findings import CROWD, Found, Group, Plan, Seen, as_plain, plan_from
from makegood.measurement.models import Report, ReportFile, ReportLook
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.platform.installation import organisation

MOST_LOOKS = 100
"""Each is kept with its rows."""


@transaction.atomic
def ask_look(number: int, *, by: Actor, now: datetime) -> int:
    """Ask for a look at everybody who was watched for the whole time until now; it is computed within seconds. Answers
    with the number of the look, of the one under way if there is one.

    Raises Refusal "people.not_allowed", "report.unknown", "report.locked", "report.closed", "report.too_early",
    "report.looked" and "report.too_many_looks".
    """
    require(by, Ability.MEASURE)
    row = Report.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise missing("report.unknown", "There is no such report.")
    plan = plan_from(row.plan)
    _check_open(row, plan, now)
    looks = list(ReportLook.objects.filter(report=row).order_by("number"))
    if looks and looks[-1].found_at is None:
        return looks[-1].number
    before = seen_before(plan, now)
    if any(one.before == before for one in looks):
        raise Refusal("report.looked", "Somebody looked today already. There is nothing new to see until tomorrow.")
    _check_time(row, plan, before)
    if len(looks) >= MOST_LOOKS:
        raise Refusal("report.too_many_looks", f"It was looked at {MOST_LOOKS} times. The last look comes on its day.")
    place = len(looks) + 1
    ReportLook.objects.create(report=row, number=place, asked_by_id=person(by), asked_at=now, before=before)
    row.next_compute_at = now
    row.save(update_fields=["next_compute_at"])
    record("report.look_asked", by=by, at=now, subject=("report", row.pk), data={"report": row.pk, "look": place})
    return place


def seen_before(plan: Plan, now: datetime) -> date:
    """Whoever failed before this local day was watched for the whole time by `now`, with a day for late news."""
    today = now.astimezone(organisation().zone).date()
    return min(plan.before, today - (plan.landmark_days + plan.horizon_days + LATE_NEWS) * DAY)


@transaction.atomic
def note_look(
    number: int, look: int, found: Found, *, before: date, now: datetime, files: Mapping[str, bytes]
) -> None:  # fmt: skip
    """Keep what a look found with its `files`, for good. The last, which nobody asked for, closes the report."""
    row = Report.objects.select_for_update().get(pk=number)
    seen = ReportLook.objects.filter(report=row, number=look).first()
    if row.found_at is not None or (seen is not None and seen.found_at is not None):
        return
    plan = plan_from(row.plan)
    last = seen is None
    seen = seen or ReportLook(report=row, number=look, asked_at=now, before=before)
    seen.found_at, seen.seen = now, to_builtins(seen_in(found, plan))
    seen.save()
    told = {"report": row.pk, "look": look}
    record("report.looked", by=SYSTEM, at=now, subject=("report", row.pk), data=told)
    ReportFile.objects.filter(report=row).delete()
    if last:
        note_found(number, found, now=now, files=files)
        return
    row.found, row.counted_at, row.problem = as_plain(found), now, ""
    row.leased_until, row.next_compute_at, row.doing, row.share = None, min(now + DAY, row.opens_at), "", 0.0
    row.save()
    ReportFile.objects.bulk_create(ReportFile(report=row, name=name, data=data) for name, data in files.items())


def seen_in(found: Found, plan: Plan) -> Seen:
    """What a look saw of those put right, by the registered outcome."""
    asked = found.of(plan.outcome)
    counted = {one.group: one.counted for one in asked.figures} if asked else {}
    compared = next((one for one in asked.compared if one.group is Group.PUT_RIGHT), None) if asked else None
    return Seen(people=counted.get(Group.PUT_RIGHT, 0), others=counted.get(Group.NEVER, 0), compared=compared)


def _check_open(row: Report, plan: Plan, now: datetime) -> None:
    if plan.planned is None:
        raise Refusal(
            "report.locked", f"It was registered to be read once, and opens on {row.opens_at:%Y-%m-%d}."
            " Whether it may be read at any time is chosen when a report is registered.",
        )  # fmt: skip
    if row.found_at is not None or row.opens_at <= now:
        raise Refusal("report.closed", "Its last day has come: the last look is computed by itself and kept.")


def _check_time(row: Report, plan: Plan, before: date) -> None:
    if before <= plan.since:
        first = plan.since + (plan.landmark_days + plan.horizon_days + LATE_NEWS + 1) * DAY
        raise Refusal("report.too_early", f"Nobody was watched for the whole time before {first}. Look then.")
    sizes = {one["group"]: one["counted"] for one in (row.found or {}).get("sizes", ())}
    fewest = min((sizes.get(group, CROWD) for group in (Group.NEVER, Group.PUT_RIGHT)), default=CROWD)
    if fewest < CROWD:
        raise Refusal(
            "report.too_early", f"The smaller group has {fewest} people who were watched for the whole time."
            f" Nobody looks before there are {CROWD} in each: the interval would not hold.",
        )  # fmt: skip
