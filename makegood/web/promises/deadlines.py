"""By when: what was typed, read in the reader's zone and the kind's working hours, with the arithmetic kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from makegood.kernel.calendars import WorkCalendar, office_hours
from makegood.kernel.phrases import read_span, tidy
from makegood.kernel.refusals import invalid
from makegood.kernel.when import When, read_when
from makegood.kernel.worktime import Deadline, add_workdays, add_worktime
from makegood.promises.queries import KindFacts, calendar_of
from makegood.web.desk import Desk


@dataclass(frozen=True, slots=True)
class Due:
    """An instant (aware UTC) or a whole day, how it is said, and the arithmetic when working time was counted."""

    at: datetime | None
    on: date | None
    words: str
    working: dict[str, Any] | None = None


def read_due(text: str, kind: KindFacts, desk: Desk) -> Due:
    """When a promise of this kind is due; nothing typed means the time such a promise usually gets.

    Raises Refusal("when.missing") for nothing typed where there is no usual time, and what `read_when` raises.
    """
    calendar = calendar_of(kind.id, around=desk.now) if kind.calendar_id else None
    if text.strip():
        return _typed(text, calendar, desk)
    if kind.allowance is None:
        raise invalid("when.missing", _("Say by when. Write “in 30 min”, “tomorrow 10:00” or “Fri”."), field="when")
    return _usual(kind.allowance, calendar, desk)


def _typed(text: str, calendar: WorkCalendar | None, desk: Desk) -> Due:
    when = read_when(text, now=desk.now, zone=desk.zone, calendar=calendar)
    counted = _counted(text, calendar or office_hours(desk.zone.key), desk.now)
    return Due(None if when.due_on else when.due_at, when.due_on, when.words, counted)


def _usual(allowance: timedelta, calendar: WorkCalendar | None, desk: Desk) -> Due:
    if calendar is None:
        when = desk.now + allowance
        return Due(when, None, _("the usual time"))
    deadline = add_worktime(calendar, desk.now, allowance)
    return Due(deadline.at, None, _("the usual working time"), _stored(deadline, calendar))


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


def read_plain(text: str, desk: Desk) -> When:
    """When something is due, in nobody's working hours. Raises what `read_when` raises."""
    return read_when(text, now=desk.now, zone=desk.zone, calendar=None)
