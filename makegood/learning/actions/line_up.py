"""Telling people each day what the line-up says: at their hour, in their language, once."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from makegood.cases.actions.holding import person
from makegood.journal.actors import SYSTEM, Actor
from makegood.kernel.refusals import invalid
from makegood.learning.models import LineUpWish
from makegood.learning.queries.line_up import line_up
from makegood.learning.rules.line_up import day_before, in_words, next_at
from makegood.notices.actions import tell
from makegood.people.models import Staff
from makegood.platform.installation import organisation


@transaction.atomic
def want_line_up(*, hour: int, quiet_too: bool, by: Actor, now: datetime) -> None:
    """Be told each day at an hour of one's own; `quiet_too` also when nothing happened.

    Raises Refusal "line_up.bad_hour", "case.needs_a_person".
    """
    if not 0 <= hour <= 23:
        raise invalid("line_up.bad_hour", "Give an hour of the day, from 0 to 23.", field="hour")
    me = person(by)
    at = next_at(now, hour, _zone(Staff.objects.get(pk=me)))
    LineUpWish.objects.update_or_create(staff_id=me, defaults={"hour": hour, "quiet_too": quiet_too, "next_at": at})


@transaction.atomic
def leave_line_up(*, by: Actor) -> None:
    """Be told no more. Raises Refusal "case.needs_a_person"."""
    LineUpWish.objects.filter(staff_id=person(by)).delete()


@transaction.atomic
def tell_line_up(*, now: datetime) -> bool:
    """Tell one person whose hour has come what happened on the day before, where they are. Whether there was one."""
    due = LineUpWish.objects.select_for_update(of=("self",), skip_locked=True).select_related("staff")
    row = due.filter(next_at__lte=now).order_by("next_at").first()
    if row is None:
        return False
    zone = _zone(row.staff)
    found = line_up(day_before(now, zone), zone)
    if row.staff.is_active and (row.quiet_too or not found.counts.is_quiet):
        tell(
            row.staff_id, about=("line_up", found.day.toordinal()), topic="line_up.day",
            words=in_words(found.counts, row.staff.language), link=f"/line-up/?day={found.day.isoformat()}",
            by=SYSTEM, now=now,
        )  # fmt: skip
    row.next_at = next_at(now, row.hour, zone)
    row.save(update_fields=["next_at"])
    return True


def _zone(staff: Staff) -> ZoneInfo:
    return ZoneInfo(staff.time_zone) if staff.time_zone else organisation().zone
