"""Kinds of promise and their calendars, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from makegood.kernel.calendars import WorkCalendar
from makegood.kernel.public_holidays import public_holidays
from makegood.kernel.refusals import missing
from makegood.kernel.texts import is_text
from makegood.platform.rows import fetch_rows
from makegood.promises.models import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFacts:
    """A kind of promise and its policy."""

    id: int
    slug: str
    name: str
    warning: timedelta
    grace: timedelta
    allowance: timedelta | None
    calendar_id: int | None
    calendar_name: str
    severity: int
    role: str
    team_id: int | None
    team_name: str
    opens_case: bool
    inside_case: bool


_FIELDS = tuple(field.name for field in fields(KindFacts))


# Asked several times for each case: by hand, because putting the statement together took longer than asking it.
_KINDS = """
SELECT k.id, k.slug, k.name, k.warning, k.grace, k.allowance, k.calendar_id, coalesce(c.name, ''), k.severity, k.role,
       k.team_id, coalesce(t.name, ''), k.opens_case, k.inside_case
FROM promises_kind k LEFT JOIN promises_calendar c ON c.id = k.calendar_id LEFT JOIN people_team t ON t.id = k.team_id
"""


def kinds(*, inside_case: bool | None = None) -> tuple[KindFacts, ...]:
    """The kinds in use, by name; those of a recovery only, or those without, when asked for."""
    wanted = "WHERE k.retired_at IS NULL AND k.inside_case IS NOT DISTINCT FROM coalesce(%s, k.inside_case)"
    return _read(f"{wanted} ORDER BY k.name", inside_case)


def kind_named(slug: str) -> KindFacts:
    """One kind. Raises Refusal "kind.unknown"."""
    found = _read("WHERE k.slug = %s", slug) if is_text(slug) else ()
    if not found:
        raise missing("kind.unknown", "There is no such kind of promise.")
    return found[0]


def _read(wanted: str, value: Any) -> tuple[KindFacts, ...]:
    return tuple(KindFacts(**dict(zip(_FIELDS, row, strict=True))) for row in fetch_rows(_KINDS + wanted, [value]))


def calendar_of(calendar_id: int | None, *, around: datetime) -> WorkCalendar | None:
    """The working hours of a calendar; None, as of no calendar, means that all hours count.

    Public holidays are worked out for the year of `around` and the two after it.
    """
    calendar = Calendar.objects.filter(pk=calendar_id).first() if calendar_id else None
    if calendar is None:
        return None
    years = range(around.year - 1, around.year + 3)
    closed = dict(calendar.closed_on) | {
        day.isoformat(): name for day, name in public_holidays(calendar.holidays_of, years).items()
    }
    return WorkCalendar.from_json(
        {"name": calendar.name, "time_zone": calendar.time_zone, "week": calendar.week, "holidays": closed}
    )


@dataclass(frozen=True, slots=True)
class CalendarFacts:
    """A calendar of working hours as it is written: `week` maps mon..sun to intervals."""

    id: int
    name: str
    time_zone: str
    week: Mapping[str, Sequence[str]]
    holidays_of: str


def calendars() -> tuple[CalendarFacts, ...]:
    """The calendars, by name."""
    return tuple(
        CalendarFacts(row.pk, row.name, row.time_zone, row.week, row.holidays_of) for row in Calendar.objects.all()
    )
