"""By when: words as people type them, or the time that a kind of promise usually gets, with the arithmetic kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from makegood.kernel.calendars import WorkCalendar, office_hours
from makegood.kernel.phrases import read_span
from makegood.kernel.refusals import invalid
from makegood.kernel.tidying import tidy
from makegood.kernel.when import read_when
from makegood.kernel.worktime import Deadline, add_workdays, add_worktime
from makegood.promises.queries.kinds import KindFacts, calendar_of


@dataclass(frozen=True, slots=True)
class Due:
    """The instant (aware UTC), the day when a whole day is meant (its instant is then the day's last), how it is
    said ("" for the usual time), and the arithmetic when working time was counted."""

    at: datetime
    on: date | None
    words: str = ""
    working: dict[str, Any] | None = None


def due_in_words(text: str, kind: KindFacts, *, now: datetime, zone: ZoneInfo) -> Due:
    """When a promise of this kind is due, read in `zone` and in the kind's working hours.

    Raises what `read_when` raises.
    """
    calendar = calendar_of(kind.calendar_id, around=now)
    when = read_when(text, now=now, zone=zone, calendar=calendar)
    working = _counted(text, calendar or office_hours(zone.key), now)
    return Due(when.due_at, when.due_on, when.words, working)


def usual_due(kind: KindFacts, *, now: datetime) -> Due:
    """When a promise of this kind is usually due. Raises Refusal("promise.no_due") when there is no usual time."""
    if kind.allowance is None:
        raise invalid("promise.no_due", f"Say by when: {kind.name} has no usual time.", field="due_at")
    calendar = calendar_of(kind.calendar_id, around=now)
    if calendar is None:
        return Due(now + kind.allowance, None)
    deadline = add_worktime(calendar, now, kind.allowance)
    return Due(deadline.at, None, working=_stored(deadline, calendar))


def _counted(text: str, calendar: WorkCalendar, now: datetime) -> dict[str, Any] | None:
    """The arithmetic of "4 working hours" or "3 working days"; None when no working time was named."""
    span = read_span(tidy(text)[0])
    if span is None or span.kind not in ("worktime", "workdays"):
        return None
    if span.kind == "worktime":
        return _stored(add_worktime(calendar, now, timedelta(seconds=span.number)), calendar)
    return _stored(add_workdays(calendar, now, span.number), calendar)


def _stored(deadline: Deadline, calendar: WorkCalendar) -> dict[str, Any]:
    return {"deadline": deadline.to_json(), "calendar": calendar.to_json()}
