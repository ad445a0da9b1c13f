"""Opening hours: a week in one time zone, less holidays, read from plain JSON and turned into instants. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from makegood.kernel.refusals import Refusal, invalid

Interval = tuple[int, int]
"""Opening and closing in local minutes since midnight, 0 to 1440; open at the first, closed at the second."""
Week = tuple[tuple[Interval, ...], ...]
"""Seven days from Monday, each with its intervals in order, none overlapping."""

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """When an organisation is open: `week` in the local time of `time_zone` (IANA name), less `holidays`."""

    name: str
    time_zone: str
    week: Week
    holidays: Mapping[date, str] = field(default_factory=dict, hash=False)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone itself."""
        return ZoneInfo(self.time_zone)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> WorkCalendar:
        """Read {"name", "time_zone", "week": {"mon": ["09:00-12:30", …]}, "holidays": {"2026-12-25": "…"}}.

        Raises Refusal("calendar.…") with the part that is wrong and how to write it.
        """
        name, zone = data.get("name"), data.get("time_zone")
        if not isinstance(name, str) or not name.strip():
            raise invalid("calendar.no_name", "Give the calendar a name, such as “Office hours”.", field="name")
        return cls(
            name=name.strip(),
            time_zone=read_zone(zone),
            week=read_week(data.get("week")),
            holidays=read_holidays(data.get("holidays", {})),
        )

    def to_json(self) -> dict[str, Any]:
        """The plain form that `from_json` reads."""
        return {
            "name": self.name,
            "time_zone": self.time_zone,
            "week": {
                day: [f"{_hhmm(begins)}-{_hhmm(ends)}" for begins, ends in intervals]
                for day, intervals in zip(DAY_NAMES, self.week, strict=True)
                if intervals
            },
            "holidays": {day.isoformat(): name for day, name in sorted(self.holidays.items())},
        }


def always(time_zone: str = "UTC") -> WorkCalendar:
    """The calendar that never closes."""
    return WorkCalendar(name="Always open", time_zone=time_zone, week=(((0, 1440),),) * 7)


def office_hours(time_zone: str) -> WorkCalendar:
    """Monday to Friday, 09:00 to 17:00, for those who have said nothing else."""
    return WorkCalendar(name="Office hours", time_zone=time_zone, week=(((540, 1020),),) * 5 + ((),) * 2)


def local_instant(zone: ZoneInfo, day: date, minute: int) -> datetime:
    """The UTC instant at which it becomes `minute` (0 to 1440) minutes past midnight on the local `day`.

    Of a repeated minute, the first; a minute that the clocks skip is the instant at which they jump.
    """
    if minute == 1440:
        day, minute = day + timedelta(days=1), 0
    hour, minute = divmod(minute, 60)
    wall = datetime.combine(day, time(hour, minute), UTC)
    before = utc_offset(datetime.combine(day, time(hour, minute), zone))
    after = utc_offset(datetime.combine(day, time(hour, minute, fold=1), zone))
    return clock_jump(zone, wall - after, wall - before) if before < after else wall - before


def utc_offset(wall: datetime) -> timedelta:
    """How far the clock of an aware `wall` time is ahead of UTC."""
    return wall.utcoffset() or timedelta(0)


def clock_jump(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The instant in (low, high] at which the offset of `zone` changes, to the second."""
    low, high = low.replace(microsecond=0), high.replace(microsecond=0)
    before = utc_offset(low.astimezone(zone))
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (middle, high) if utc_offset(middle.astimezone(zone)) == before else (low, middle)
    return high


def day_words(day: date, year: int) -> str:
    """A day as the desk writes it, "Fri 27 Nov", with its year only when that is not `year`."""
    named = f"{DAY_NAMES[day.weekday()].title()} {day.day} {MONTH_NAMES[day.month - 1].title()}"
    return named if day.year == year else f"{named} {day.year}"


# Reading a calendar


def read_zone(name: object) -> str:
    """An IANA time zone name that this machine knows. Raises Refusal("calendar.unknown_zone")."""
    try:
        return ZoneInfo(str(name)).key
    except (KeyError, ValueError, OSError):
        raise invalid(
            "calendar.unknown_zone",
            f"“{_cut(name)}” is not a time zone. Use a name such as “Europe/London” or “America/New_York”.",
            field="time_zone",
        ) from None


def read_week(data: object) -> Week:
    """A week from {"mon": ["09:00-12:30", "13:30-17:00"], …}; days left out are closed.

    Raises Refusal("calendar.bad_day"), ("calendar.bad_interval"), ("calendar.overlap"), ("calendar.never_open").
    """
    if not isinstance(data, Mapping):
        raise _bad_day(data)
    for day in data:
        if day not in DAY_NAMES:
            raise _bad_day(day)
    week = tuple(_read_day(day, data.get(day, [])) for day in DAY_NAMES)
    if not any(week):
        raise invalid(
            "calendar.never_open", "This week has no opening hours. Give at least one day some.", field="week"
        )
    return week


def read_holidays(data: object) -> dict[date, str]:
    """Closed days from {"2026-12-25": "Christmas Day"}. Raises Refusal("calendar.bad_holiday")."""
    try:
        if isinstance(data, Mapping):
            return {date.fromisoformat(day): str(name).strip() or "holiday" for day, name in data.items()}
    except (TypeError, ValueError):
        pass
    raise invalid(
        "calendar.bad_holiday",
        "Write holidays as dates with a name, such as “2026-12-25”: “Christmas Day”.",
        field="holidays",
    )


def _read_day(day: str, intervals: object) -> tuple[Interval, ...]:
    if not isinstance(intervals, list | tuple):
        raise _bad_interval(day, intervals)
    read = sorted(_read_interval(day, text) for text in intervals)
    for (_, closes), (opens, _) in itertools.pairwise(read):
        if opens < closes:
            raise invalid(
                "calendar.overlap",
                f"On {day} two opening hours overlap at {_hhmm(opens)}. End the first before the second begins.",
                field="week",
            )
    return tuple(read)


def _read_interval(day: str, text: object) -> Interval:
    if not isinstance(text, str):
        raise _bad_interval(day, text)
    opens, _, closes = (part.strip() for part in text.replace("–", "-").partition("-"))
    try:
        interval = _minutes(opens), _minutes(closes)
    except ValueError:
        raise _bad_interval(day, text) from None
    if interval[0] >= interval[1]:
        raise invalid(
            "calendar.bad_interval",
            f"On {day}, “{_cut(text)}” closes before it opens. Hours past midnight are written on two days: "
            f"“{_hhmm(interval[0])}-24:00” and, on the next, “00:00-{_hhmm(interval[1])}”.",
            field="week",
        )
    return interval


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    if len(minutes) != 2 or not (hours + minutes).isdecimal():
        raise ValueError(text)
    total = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or total > 1440:
        raise ValueError(text)
    return total


def _bad_day(day: object) -> Refusal:
    return invalid(
        "calendar.bad_day",
        f"“{_cut(day)}” is not a day of the week. Write a week as mon, tue, wed, thu, fri, sat, sun, "
        "each with its hours.",
        field="week",
    )


def _bad_interval(day: str, text: object) -> Refusal:
    return invalid(
        "calendar.bad_interval",
        f"On {day}, “{_cut(text)}” is not opening hours. Write a list such as “09:00-12:30”, “13:30-17:00”.",
        field="week",
    )


def _hhmm(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _cut(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"
