"""Numbers, instants and facts in the words of the explanation. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from makegood.kernel.calendars import day_words
from makegood.kernel.worktime import duration_words


def day(on: date) -> str:
    """A day with its year: "Fri 27 Nov 2026"."""
    return day_words(on, 0)


def moment(at: datetime, zone: ZoneInfo) -> str:
    """An instant in local time: "Fri 27 Nov 2026 14:00"."""
    local = at.astimezone(zone)
    return f"{day(local.date())} {local:%H:%M:%S}" if local.second else f"{day(local.date())} {local:%H:%M}"


def closing(at: datetime, zone: ZoneInfo) -> str:
    """An instant at which something ends; the end of a day is 24:00 of that day, as people call it."""
    local = at.astimezone(zone)
    if local.time() == time(0):
        return f"{day(local.date() - timedelta(days=1))} 24:00"
    return moment(at, zone)


def last_moment(at: datetime, zone: ZoneInfo) -> datetime:
    """The last instant before an end that is the end of a day, as promises for a day have it; any other end itself."""
    return at - timedelta(microseconds=1) if at.astimezone(zone).time() == time(0) else at


def span(length: timedelta, unit: str = "hours") -> str:
    """A length of time: "36 h 30 m", with `unit` days "14 days"; less than nothing has a minus."""
    if length < timedelta(0):
        return f"−{span(-length, unit)}"
    days, rest = divmod(length, timedelta(days=1))
    if unit != "days" or not days:
        return duration_words(length)
    told = f"{days} day{'' if days == 1 else 's'}"
    return f"{told} {duration_words(rest)}" if rest else told


def plain(number: Decimal) -> str:
    """A number without needless zeros, thousands grouped."""
    text = f"{number:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def listed(parts: Iterable[str], last: str = "and") -> str:
    """ "a, b and c"."""
    *rest, final = parts
    return f"{', '.join(rest)} {last} {final}" if rest else final
