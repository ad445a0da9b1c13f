"""The words of "by when": spans, clock times and days, each read on its own. Pure; no clock, no time zone."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Literal, NamedTuple

from makegood.kernel.calendars import DAY_NAMES, MONTH_NAMES, day_words
from makegood.kernel.refusals import Refusal, invalid


class Span(NamedTuple):
    """A length of time from now on: seconds for time and worktime, else a count of days, months, working days."""

    kind: Literal["time", "days", "months", "workdays", "worktime"]
    number: int


class Clock(NamedTuple):
    """A time of day in local seconds since midnight, up to 86,400; `closes` when it is the end of the working day."""

    second: int
    closes: bool = False


class Day(NamedTuple):
    """A local day; `weekly` when it was named by its weekday alone, so that a week later would do as well."""

    on: date
    weekly: bool = False


# Spans

_UNITS = {
    "s": ("time", 1),
    "min": ("time", 60),
    "h": ("time", 3600),
    "day": ("days", 1),
    "week": ("days", 7),
    "month": ("months", 1),
    "workday": ("workdays", 1),
    "workhour": ("worktime", 3600),
    "workminute": ("worktime", 60),
}
_SHORT = {"sec": "s", "second": "s", "m": "min", "minute": "min", "hr": "h", "hour": "h", "d": "day"}
_SHORT |= {"w": "week", "wk": "week"}
_PART = re.compile(r"(\d{1,5}(?:[.,]\d{1,3})?) ?([a-z]+?)s?(?: |(?=\d)|$)")


def read_span(words: str) -> Span | None:
    """A span such as "in 30 min", "2h30", "3 days", "4 workhour"; None when it is not one."""
    rest = re.sub(r"^in ", "", words)
    rest = re.sub(r"^(\d+) ?h ?(\d\d)$", r"\1h \2min", rest)
    totals: dict[str, float] = {}
    while rest:
        part = _PART.match(rest)
        if part is None:
            return None
        kind, size = _UNITS.get(_SHORT.get(part[2], part[2]), ("", 0))
        if not kind:
            return None
        totals[kind] = totals.get(kind, 0) + float(part[1].replace(",", ".")) * size
        rest = rest[part.end() :]
    return _one_span(totals)


def _one_span(totals: dict[str, float]) -> Span | None:
    if set(totals) == {"days", "time"} or (set(totals) == {"days"} and totals["days"] % 1):
        totals = {"time": totals["days"] * 86400 + totals.get("time", 0)}
    if len(totals) != 1:
        return None
    ((kind, total),) = totals.items()
    for known in ("time", "days", "months", "workdays", "worktime"):
        if kind == known and (kind in {"time", "worktime"} or not total % 1):
            return Span(known, round(total))
    return None


def span_words(span: Span) -> str:
    """A span of time or working time as words that `read_span` reads: "in 2 h 30 min", "in 4 working hours"."""
    if span.kind == "worktime":
        whole = span.number % 3600 == 0
        return f"in {span.number // 3600} working hours" if whole else f"in {span.number // 60} working minutes"
    minutes, seconds = divmod(span.number, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(["in", *(f"{number} {unit}" for number, unit in parts if number)])


# Clock times

_NAMED = {
    "noon": Clock(12 * 3600),
    "morning": Clock(12 * 3600),
    "afternoon": Clock(17 * 3600),
    "evening": Clock(21 * 3600),
    "night": Clock(21 * 3600),
    "midnight": Clock(24 * 3600),
    "eod": Clock(17 * 3600, closes=True),
}
_DIGITS = re.compile(r"(\d{1,2})(?::(\d\d)(?::(\d\d))?)?|(\d{1,2})(?:[:.](\d\d))?([ap]m)")
_PAST = re.compile(r"(\d{1,2}|half|(?:a )?quarter)(?: min(?:ute)?s?)? (past|to) (\d{1,2})([ap]m)?")
_BARE = re.compile(r"\d{1,2}(?:st|nd|rd|th)?|morning|afternoon|evening|night")


def is_bare(words: str) -> bool:
    """Whether these words are a time only where a time is expected: "5" in "by 5", "night" in "by night"."""
    return _BARE.fullmatch(words) is not None


def read_clock(words: str) -> Clock | None:
    """A time of day such as "17:30", "5pm", "half past 4", "noon", "eod"; None when it is not one.

    One to six without am or pm is the afternoon, unless written as a 24-hour clock does: "05:30".
    """
    if words in _NAMED:
        return _NAMED[words]
    if digits := _DIGITS.fullmatch(words):
        hour, minute, second = digits[1] or digits[4], digits[2] or digits[5], digits[3]
        return _clock(hour, int(minute or 0), digits[6], int(second or 0))
    if past := _PAST.fullmatch(words):
        minutes = 30 if past[1] == "half" else 15 if past[1].endswith("quarter") else int(past[1])
        hour = _clock(past[3], 0, past[4])
        return hour and Clock(hour.second + (minutes if past[2] == "past" else -minutes) * 60)
    return None


def _clock(hour: str, minute: int, half: str | None, second: int = 0) -> Clock | None:
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half == "pm" else 0)
    elif 1 <= hours <= 6 and not hour.startswith("0"):
        hours += 12
    total = hours * 3600 + minute * 60 + second
    return Clock(total) if minute < 60 and second < 60 and total <= 86400 else None


# Days

_WEEKDAY = (
    r"(?P<weekday>mon(?:day)?|tue(?:s|sday)?|wed(?:s|nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_NTH = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_WEEKLY = re.compile(rf"(?:(?P<which>this|next|coming) )?{_WEEKDAY}(?P<later> week)?")
_DATES = tuple(
    re.compile(rf"(?:{_WEEKDAY} )?{pattern}")
    for pattern in (
        rf"{_NTH} {_MONTH}(?: (?P<year>\d{{4}}))?",
        rf"{_MONTH} {_NTH}(?: (?P<year>\d{{4}}))?",
        r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
    )
)
_MONTH_END = re.compile(rf"month-end {_MONTH}")
NTH = re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)(?: (?:this|the|(?P<next>next))-month)?")
_SLASHED = re.compile(r"(\d{1,2})([/-])(\d{1,2})(?:\2(\d{4}|\d\d))?")
LATELY = timedelta(days=60)
"""How long ago a date without a year still counts as the one that has gone by."""


def read_day(words: str, today: date) -> Day | None:
    """A day such as "fri", "next tuesday", "24 dec", "2026-11-30", "eom"; None when it is not one.

    Raises Refusal("when.ambiguous") for "3/4" and for a weekday that is not that date's, Refusal("when.past")
    for a day of the year that has just gone by.
    """
    if words in _RELATIVE:
        return Day(_RELATIVE[words](today))
    if weekly := _WEEKLY.fullmatch(words):
        named = _weekly(weekly["which"], DAY_NAMES.index(weekly["weekday"][:3]), today)
        return Day(named.on + timedelta(days=7)) if weekly["later"] else named
    if ending := _MONTH_END.fullmatch(words):
        return Day(_last_of(MONTH_NAMES.index(ending["month"][:3]) + 1, today))
    if nth := NTH.fullmatch(words):
        on = _of_month(int(nth["day"]), months_later(today.replace(day=1), 1) if nth["next"] else today)
        return Day(on) if on else None
    if slashed := _SLASHED.fullmatch(words):
        return _slashed(slashed, words, today)
    found = next(filter(None, (pattern.fullmatch(words) for pattern in _DATES)), None)
    if found is None:
        return None
    month = found["month"]
    number = int(month) if month.isdecimal() else MONTH_NAMES.index(month[:3]) + 1
    on = _dated(int(found["day"]), number, found["year"], today)
    if on and found["weekday"] and DAY_NAMES[on.weekday()] != found["weekday"][:3]:
        raise invalid(
            "when.ambiguous",
            f"{day_words(on, today.year)} is not a {found['weekday'].title()}. Write the day or the date alone, "
            f"such as “{found['weekday'].title()}” or “{day_words(on, today.year)[4:]}”.",
            field="when",
        )
    return Day(on) if on else None


def end_of_month(day: date) -> date:
    """The last day of the month of `day`."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def _last_of(month: int, today: date) -> date:
    return end_of_month(date(today.year + (month < today.month), month, 1))


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last. Raises ValueError past the year 9999."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    return first.replace(day=min(day.day, end_of_month(first).day))


def _friday(day: date) -> date:
    return day + timedelta(days=(4 - day.weekday()) % 7)


def _of_month(nth: int, today: date) -> date | None:
    """The next day of that number: the 31st waits for a month that has one."""
    months = (months_later(today.replace(day=1), ahead) for ahead in range(3))
    days = (_date(month.year, month.month, nth) for month in months)
    return next((day for day in days if day and day >= today), None)


_RELATIVE: dict[str, Callable[[date], date]] = {
    "today": lambda today: today,
    "tomorrow": lambda today: today + timedelta(days=1),
    "overmorrow": lambda today: today + timedelta(days=2),
    "eow": _friday,
    "weekend": lambda today: today + timedelta(days=6 - today.weekday()),
    "next weekend": lambda today: today + timedelta(days=13 - today.weekday()),
    "next-week": lambda today: today + timedelta(days=11 - today.weekday()),
    "eom": end_of_month,
    "next-month": lambda today: end_of_month(months_later(today, 1)),
    "eoy": lambda today: today.replace(month=12, day=31),
}


def _weekly(which: str | None, weekday: int, today: date) -> Day:
    if which == "next":
        return Day(today + timedelta(days=7 - today.weekday() + weekday))
    return Day(today + timedelta(days=(weekday - today.weekday()) % 7), weekly=True)


def _slashed(found: re.Match[str], words: str, today: date) -> Day | None:
    first, second, year = int(found[1]), int(found[3]), found[4]
    if found[2] == "-" and not year:
        return None
    if year and len(year) == 2:
        year = f"20{year}"
    readings = [on for on in _either_way(first, second, year, today) if on]
    if len(set(readings)) < 2:
        return Day(readings[0]) if readings else None
    one, other = (day_words(on, today.year)[4:] for on in readings)
    raise invalid(
        "when.ambiguous",
        f"“{words}” may be {one} or {other}. Write the month as a word, such as “{one}”, “{other}” or “Fri”.",
        field="when",
    )


def _either_way(first: int, second: int, year: str | None, today: date) -> Iterator[date | None]:
    for day, month in ((first, second), (second, first)):
        try:
            yield _dated(day, month, year, today)
        except Refusal:
            # One reading has just gone by; it still makes the other one doubtful, so it counts as a date.
            yield date(today.year, month, day)


def _dated(day: int, month: int, year: str | None, today: date) -> date | None:
    """That date, without a year the next one to come; None when there is no such date."""
    if year:
        return _date(int(year), month, day)
    found = next(filter(None, (_date(today.year + ahead, month, day) for ahead in range(9))), None)
    if found is None or found >= today:
        return found
    if today - found <= LATELY:
        named = day_words(found, today.year)
        raise invalid(
            "when.past",
            f"{named} has passed. Write “{named[4:]} {today.year + 1}” if you mean next year, or “tomorrow” or “Fri”.",
            field="when",
        )
    return next(filter(None, (_date(today.year + ahead, month, day) for ahead in range(1, 9))), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
