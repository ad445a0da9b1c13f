"""Kinds of promise and their calendars, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from makegood.kernel.calendars import WorkCalendar
from makegood.kernel.public_holidays import public_holidays
from makegood.kernel.refusals import missing
from makegood.promises.models import Calendar, Kind


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


def kinds(*, inside_case: bool | None = None) -> tuple[KindFacts, ...]:
    """The kinds in use, by name; those of a recovery only, or those without, when asked for."""
    rows = Kind.objects.select_related("calendar", "team").filter(retired_at__isnull=True)
    if inside_case is not None:
        rows = rows.filter(inside_case=inside_case)
    return tuple(_facts(kind) for kind in rows)


def kind_named(slug: str) -> KindFacts:
    """One kind. Raises Refusal "kind.unknown"."""
    kind = Kind.objects.select_related("calendar", "team").filter(slug=slug).first()
    if kind is None:
        raise missing("kind.unknown", "There is no such kind of promise.")
    return _facts(kind)


def kind_by_id(kind_id: int) -> KindFacts:
    """One kind, by the id that other rooms keep. Raises Refusal "kind.unknown"."""
    kind = Kind.objects.select_related("calendar", "team").filter(pk=kind_id).first()
    if kind is None:
        raise missing("kind.unknown", "There is no such kind of promise.")
    return _facts(kind)


def calendar_of(kind_id: int, *, around: datetime) -> WorkCalendar | None:
    """The working hours in which a kind of promise counts, or None when it counts all hours.

    Public holidays are worked out for the year of `around` and the two after it.
    """
    calendar = Calendar.objects.filter(kinds__pk=kind_id).first()
    if calendar is None:
        return None
    years = range(around.year - 1, around.year + 3)
    closed = dict(calendar.closed_on) | {
        day.isoformat(): name for day, name in public_holidays(calendar.holidays_of, years).items()
    }
    return WorkCalendar.from_json(
        {"name": calendar.name, "time_zone": calendar.time_zone, "week": calendar.week, "holidays": closed}
    )


def _facts(kind: Kind) -> KindFacts:
    return KindFacts(
        id=kind.pk, slug=kind.slug, name=kind.name, warning=kind.warning, grace=kind.grace,
        allowance=kind.allowance, calendar_id=kind.calendar_id,
        calendar_name=kind.calendar.name if kind.calendar else "", severity=kind.severity, role=kind.role,
        team_id=kind.team_id, team_name=kind.team.name if kind.team else "", opens_case=kind.opens_case,
        inside_case=kind.inside_case,
    )  # fmt: skip


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
