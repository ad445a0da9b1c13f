"""Business time: deadlines counted in opening hours or working days, with the arithmetic kept.

A calendar is a week of local opening hours in one time zone, less holidays. What is counted is elapsed
time, never the difference of two wall clocks: the hour that a spring night skips is not worked by anyone,
and the hour that an autumn night repeats is worked twice. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from makegood.kernel.calendars import (
    WorkCalendar,
    always,
    clock_jump,
    day_words,
    local_instant,
    office_hours,
    utc_offset,
)
from makegood.kernel.refusals import Refusal, invalid

__all__ = [
    "Deadline",
    "WorkCalendar",
    "WorkStep",
    "add_workdays",
    "add_worktime",
    "always",
    "duration_words",
    "explain",
    "office_hours",
    "worktime_between",
]

_ZERO = timedelta(0)
_DAY = timedelta(days=1)
_EMPTY_DAYS = 731  # A calendar that stays shut for two years is taken to be shut for good.
_HORIZON_DAYS = 20 * 366


@dataclass(frozen=True, slots=True)
class WorkStep:
    """One line of the arithmetic: from `starts_at` to `ends_at` (aware UTC), so much `counted`, so much `left`.

    A step that counted nothing was skipped; `note` then says why. On a counted step the note tells of
    clocks that changed within it.
    """

    starts_at: datetime
    ends_at: datetime
    counted: timedelta
    left: timedelta
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """The stored form; spans in seconds."""
        return {
            "from": self.starts_at.isoformat(),
            "to": self.ends_at.isoformat(),
            "counted": self.counted.total_seconds(),
            "left": self.left.total_seconds(),
            "note": self.note,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> WorkStep:
        """Read what `to_json` wrote."""
        return cls(
            starts_at=datetime.fromisoformat(data["from"]),
            ends_at=datetime.fromisoformat(data["to"]),
            counted=timedelta(seconds=data["counted"]),
            left=timedelta(seconds=data["left"]),
            note=data["note"],
        )


@dataclass(frozen=True, slots=True)
class Deadline:
    """When it is due (`at`, aware UTC) and how that came about.

    `in_days` says that the steps count working days, each as 24 hours, instead of opening time.
    """

    at: datetime
    steps: tuple[WorkStep, ...]
    in_days: bool = False

    def to_json(self) -> dict[str, Any]:
        """The stored form."""
        return {
            "at": self.at.isoformat(),
            "in_days": self.in_days,
            "steps": [step.to_json() for step in self.steps],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Deadline:
        """Read what `to_json` wrote."""
        return cls(
            at=datetime.fromisoformat(data["at"]),
            steps=tuple(map(WorkStep.from_json, data["steps"])),
            in_days=data["in_days"],
        )


def add_worktime(calendar: WorkCalendar, start: datetime, amount: timedelta) -> Deadline:
    """The instant at which `amount` of open time has passed since `start` (aware), and the steps to it.

    Nothing to count is due at `start` itself. Raises Refusal("calendar.negative"), ("calendar.never_open"),
    ("calendar.too_far").
    """
    at = _utc(start)
    _refuse_negative(amount < _ZERO)
    steps: list[WorkStep] = []
    left, days = amount, _days_from(calendar, at)
    while left > _ZERO:
        for step in _count_day(calendar, next(days), at, left):
            _append(steps, step)
        left = steps[-1].left
    return Deadline(at=steps[-1].ends_at if steps else at, steps=tuple(steps))


def add_workdays(calendar: WorkCalendar, start: datetime, days: int, cut_off: time | None = None) -> Deadline:
    """The close of the `days`-th working day after `start` (aware), and the steps to it.

    With a `cut_off` (local time), what comes in later than it, or on a closed day, counts as come in on
    the next working day. No days at all means the close of the working day it came in on.
    Raises Refusal("calendar.negative"), ("calendar.never_open"), ("calendar.too_far").
    """
    at = _utc(start)
    _refuse_negative(days < 0)
    steps: list[WorkStep] = []
    walk, left = _days_from(calendar, at), days * _DAY
    for day in walk:
        if _comes_in(calendar, day, at, days, cut_off):
            break
        steps.append(_skip(day, at, left, f"after the {cut_off:%H:%M} cut-off" if cut_off else "closed"))
    if not days:
        steps.append(WorkStep(max(day.spans[0][0], at), day.spans[-1][1], _ZERO, _ZERO, "the day it came in"))
    else:
        steps.append(_skip(day, at, left, "counts as the day it came in" if steps else "the day it came in"))
    while left:
        day = next(walk)
        if day.spans:
            left -= _DAY
            steps.append(WorkStep(day.spans[0][0], day.spans[-1][1], _DAY, left))
        else:
            steps.append(_skip(day, at, left, "closed"))
    return Deadline(at=steps[-1].ends_at, steps=tuple(steps), in_days=True)


def worktime_between(calendar: WorkCalendar, a: datetime, b: datetime) -> timedelta:
    """The open time from `a` to `b` (aware); negative when `b` is the earlier."""
    begin, end = _utc(a), _utc(b)
    if end < begin:
        return -worktime_between(calendar, b, a)
    total = _ZERO
    for day in takewhile(lambda day: day.starts_at < end, _walk(calendar, begin)):
        for opens, closes in day.spans:
            total += max(min(closes, end) - max(opens, begin), _ZERO)
    return total


def explain(deadline: Deadline, calendar: WorkCalendar) -> list[str]:
    """The arithmetic in lines for a person, in the calendar's local time, the last one saying when it is due."""
    first = deadline.steps[0].starts_at if deadline.steps else deadline.at
    year = first.astimezone(calendar.zone).year
    lines = [_line(step, calendar.zone, year, in_days=deadline.in_days) for step in deadline.steps]
    due = deadline.at.astimezone(calendar.zone)
    # Opening hours may end at 24:00, and people call that the end of the day, not the start of the next.
    if deadline.steps and due.time() == time(0):
        return [*lines, f"Due {day_words(due.date() - _DAY, year)} 24:00"]
    return [*lines, f"Due {day_words(due.date(), year)} {_clock(due)}"]


def duration_words(amount: timedelta) -> str:
    """A span in the words of the desk: "3 h 30 m", "45 s", "0 m"."""
    minutes, rest = divmod(amount, timedelta(minutes=1))
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest.total_seconds():g}"
    parts = [
        f"{number} {unit}" for number, unit in ((str(hours), "h"), (str(minutes), "m"), (seconds, "s")) if number != "0"
    ]
    return " ".join(parts) or "0 m"


# Walking the days


class _OpenDay(NamedTuple):
    """A local day as UTC instants: its own bounds, and the spans in which it is open."""

    starts_at: datetime
    ends_at: datetime
    spans: list[tuple[datetime, datetime]]
    closed: str
    """Why the day is shut when it has no spans."""


def _walk(calendar: WorkCalendar, at: datetime) -> Iterator[_OpenDay]:
    """The days from that of `at` on, without end."""
    zone = calendar.zone
    day = at.astimezone(zone).date()
    starts_at = local_instant(zone, day, 0)
    while True:
        ends_at = local_instant(zone, day, 1440)
        yield _open_day(calendar, day, starts_at, ends_at)
        day, starts_at = day + _DAY, ends_at


def _open_day(calendar: WorkCalendar, day: date, starts_at: datetime, ends_at: datetime) -> _OpenDay:
    if day in calendar.holidays:
        return _OpenDay(starts_at, ends_at, [], calendar.holidays[day])
    intervals = calendar.week[day.weekday()]
    if ends_at - starts_at == _DAY:
        spans = [(starts_at + timedelta(minutes=a), starts_at + timedelta(minutes=b)) for a, b in intervals]
        return _OpenDay(starts_at, ends_at, spans, "closed")
    zone = calendar.zone
    bounds = [(local_instant(zone, day, a), local_instant(zone, day, b)) for a, b in intervals]
    spans = [(begins, ends) for begins, ends in bounds if begins < ends]
    change = _clock_change(zone, starts_at, ends_at) if bounds else ""
    return _OpenDay(starts_at, ends_at, spans, change or "closed")


def _days_from(calendar: WorkCalendar, at: datetime) -> Iterator[_OpenDay]:
    """The days from that of `at` on. Raises Refusal when two years of them, or twenty in all, do not suffice."""
    empty = 0
    try:
        for day in islice(_walk(calendar, at), _HORIZON_DAYS):
            yield day
            empty = 0 if day.spans else empty + 1
            if empty > _EMPTY_DAYS:
                raise _never_open(calendar)
    except OverflowError:
        pass  # The calendar of the machine ends with the year 9999: too far as well.
    raise invalid(
        "calendar.too_far",
        f"Counted in the calendar “{calendar.name}” this is due more than twenty years from now. Give it less time.",
    )


def _never_open(calendar: WorkCalendar) -> Refusal:
    return invalid(
        "calendar.never_open",
        f"The calendar “{calendar.name}” is closed for more than two years, so no deadline can be counted in it. "
        "Give it opening hours, or take holidays away.",
    )


def _count_day(calendar: WorkCalendar, day: _OpenDay, start: datetime, left: timedelta) -> list[WorkStep]:
    """What one day gives towards `left`, from `start` on; the nights between two days are not worth a line."""
    steps: list[WorkStep] = []
    since = start if start >= day.starts_at else None
    steady = day.ends_at - day.starts_at == _DAY
    for opens, closes in day.spans:
        if not left or (since and closes <= since):
            continue
        if since and opens > since:
            steps.append(WorkStep(since, opens, _ZERO, left, "closed"))
        begins = max(opens, since or opens)
        counted = min(closes - begins, left)
        left, since = left - counted, begins + counted
        note = "" if steady else _clock_change(calendar.zone, begins, since)
        steps.append(WorkStep(begins, since, counted, left, note))
    return steps or [_skip(day, start, left, "closed")]


def _append(steps: list[WorkStep], step: WorkStep) -> None:
    """Add a step, joined to the last one when the counting never paused between them."""
    last = steps[-1] if steps else None
    if last and last.ends_at == step.starts_at and last.counted and step.counted and not (last.note or step.note):
        steps[-1] = replace(step, starts_at=last.starts_at, counted=last.counted + step.counted)
    else:
        steps.append(step)


def _skip(day: _OpenDay, start: datetime, left: timedelta, note: str) -> WorkStep:
    return WorkStep(max(day.starts_at, start), day.ends_at, _ZERO, left, note if day.spans else day.closed)


def _comes_in(calendar: WorkCalendar, day: _OpenDay, at: datetime, days: int, cut_off: time | None) -> bool:
    """Whether what arrived at `at` counts as having come in on this day."""
    if cut_off is None and days:
        return True
    if not day.spans:
        return False
    closes = day.spans[-1][1]
    if cut_off is None:
        return at <= closes
    local = day.starts_at.astimezone(calendar.zone).date()
    limit = local_instant(calendar.zone, local, cut_off.hour * 60 + cut_off.minute)
    return at <= (limit if days else min(limit, closes))


def _refuse_negative(negative: bool) -> None:
    if negative:
        raise invalid("calendar.negative", "A deadline cannot be counted backwards. Give zero or more.")


def _utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError(f"{instant!r} has no time zone")
    return instant.astimezone(UTC)


# Clocks and words


def _clock_change(zone: ZoneInfo, begins: datetime, ends: datetime) -> str:
    """What the clocks did strictly between two instants of one day, in words; nothing when they ran on."""
    last = ends - timedelta.resolution
    before, after = utc_offset(begins.astimezone(zone)), utc_offset(last.astimezone(zone))
    if last < begins or before == after:
        return ""
    jump = clock_jump(zone, begins, ends)
    was, now = (jump + before).strftime("%H:%M"), (jump + after).strftime("%H:%M")
    return f"clocks go {'forward' if after > before else 'back'} {was}→{now}"


def _line(step: WorkStep, zone: ZoneInfo, year: int, *, in_days: bool) -> str:
    begins, ends = step.starts_at.astimezone(zone), step.ends_at.astimezone(zone)
    day = day_words(begins.date(), year)
    if not step.counted:
        whole = step.starts_at == local_instant(zone, begins.date(), 0) and ends.date() > begins.date()
        return f"{day}: {step.note}" if whole else f"{day} {_span(begins, ends, year)}: {step.note}"
    if in_days:
        return f"{day} counts 1 day, {_days(step.left)} left"
    line = f"{day} {_span(begins, ends, year)} counts {duration_words(step.counted)}, {duration_words(step.left)} left"
    return f"{line} ({step.note})" if step.note else line


def _span(begins: datetime, ends: datetime, year: int) -> str:
    if ends.date() == begins.date():
        return f"{_clock(begins)}–{_clock(ends)}"
    if ends.date() == begins.date() + _DAY and ends.time() == time(0):
        return f"{_clock(begins)}–24:00"
    return f"{_clock(begins)} – {day_words(ends.date(), year)} {_clock(ends)}"


def _days(span: timedelta) -> str:
    return "1 day" if span == _DAY else f"{span.days} days"


def _clock(local: datetime) -> str:
    return local.strftime("%H:%M:%S" if local.second else "%H:%M")
