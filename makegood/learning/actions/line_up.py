"""Telling people each working day what the line-up says: at their hour, in their language, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction

from makegood.cases.actions.holding import person
from makegood.journal.actors import SYSTEM, Actor
from makegood.kernel.refusals import invalid
from makegood.learning.actions.letters import post
from makegood.learning.models import LineUpWish
from makegood.learning.queries.letters import told_of
from makegood.learning.queries.line_up import line_up
from makegood.learning.rules.letters import Sort, line_up_letter
from makegood.learning.rules.line_up import WORKDAYS, days_to_tell, in_words, next_at
from makegood.notices.actions import tell
from makegood.people.queries import staff_zone
from makegood.people.rules import Role


@transaction.atomic
def want_line_up(*, hour: int, quiet_too: bool, by_mail: bool, by: Actor, now: datetime) -> None:
    """Be told each working day at an hour of one's own, by a letter or by a notice; `quiet_too` also when nothing
    happened.

    Raises Refusal "line_up.bad_hour", "case.needs_a_person".
    """
    if not 0 <= hour <= 23:
        raise invalid("line_up.bad_hour", "Give an hour of the day, from 0 to 23.", field="hour")
    me = person(by)
    wish = {"hour": hour, "quiet_too": quiet_too, "by_mail": by_mail}
    at = next_at(now, hour, staff_zone(me), WORKDAYS)
    LineUpWish.objects.update_or_create(staff_id=me, defaults=wish | {"next_at": at})


@transaction.atomic
def leave_line_up(*, by: Actor) -> None:
    """Be told no more. Raises Refusal "case.needs_a_person"."""
    LineUpWish.objects.filter(staff_id=person(by)).delete()


@transaction.atomic
def tell_line_up(*, base_url: str, scene: Callable[[date], str], now: datetime) -> bool:
    """Tell one person whose hour has come what happened since the working day before, where they are. Whether there was
    one. `scene` tells of a day what a letter says of its scene, "" for nothing; process owners, who play none, are not
    told."""
    due = LineUpWish.objects.select_for_update(of=("self",), skip_locked=True).select_related("staff")
    row = due.filter(next_at__lte=now).order_by("next_at").first()
    if row is None:
        return False
    zone = staff_zone(row.staff_id)
    today = now.astimezone(zone).date()
    days = [line_up(day, zone) for day in days_to_tell(today, WORKDAYS)]
    told = [one for one in days if not one.counts.is_quiet] or (days[:1] if row.quiet_too else [])
    if row.staff.is_active and told and row.by_mail:
        also = "" if row.staff.role == Role.PROCESS_OWNER else scene(told[0].day)
        letter = line_up_letter([told_of(one) for one in told], row.staff.language, base_url, also)
        post(row.staff_id, Sort.LINE_UP, today, letter, now)
    elif row.staff.is_active and told:
        tell(
            row.staff_id, about=("line_up", told[0].day.toordinal()), topic="line_up.day",
            words=in_words(told[0].counts, row.staff.language), link=f"/line-up/?day={told[0].day.isoformat()}",
            by=SYSTEM, now=now,
        )  # fmt: skip
    row.next_at = next_at(now, row.hour, zone, WORKDAYS)
    row.save(update_fields=["next_at"])
    return True
