"""Opening hours as a form writes them: one day a line, "mon 09:00-12:30, 13:30-17:00"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from makegood.kernel.calendars import DAY_NAMES, read_week


def write_hours(week: Mapping[str, Sequence[str]]) -> str:
    """A week as lines, days that are closed left out."""
    return "\n".join(f"{day} {', '.join(week[day])}" for day in DAY_NAMES if week.get(day))


def read_hours(text: str) -> dict[str, Any]:
    """A week from lines; nothing typed is no hours. "mon-fri 09:00-17:00" names several days.

    Raises Refusal as `kernel.calendars.read_week` does.
    """
    week: dict[str, Any] = {}
    for line in text.lower().splitlines():
        days, _, hours = line.strip().partition(" ")
        if days:
            week |= {day: [part.strip() for part in hours.split(",") if part.strip()] for day in _days(days)}
    if week:
        read_week(week)
    return week


def _days(text: str) -> list[str]:
    """The days that "mon", "monday" or "mon-fri" name; what is not a day is left for the reader to refuse."""
    first, dash, last = (part.strip()[:3] for part in text.rstrip(":").replace("–", "-").partition("-"))
    if dash and first in DAY_NAMES and last in DAY_NAMES and DAY_NAMES.index(first) <= DAY_NAMES.index(last):
        return list(DAY_NAMES[DAY_NAMES.index(first) : DAY_NAMES.index(last) + 1])
    return [first if first in DAY_NAMES else text]
