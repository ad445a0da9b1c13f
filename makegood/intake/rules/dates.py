"""Reading dates and times as strangers write them. Pure, and the same under every locale.

A format is written with the directives of strftime; square brackets mark a part that may be absent. Words
for months and days are English. Whatever has a time may end in a UTC offset, and then the offset counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

from makegood.kernel.refusals import invalid

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_OFFSET = r"(?:Z|z|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?|(?![AP]M)[A-Z]{2,4})"
_NAMED_BESIDE = r"(?:\s*\([^()]*\)|\[[\w/+-]+\])?"  # "+01:00[Europe/Paris]", "GMT+0100 (Central European Time)"
_DIRECTIVES = {
    "Y": r"\d{4}", "y": r"\d{2}", "m": r"\d{1,2}", "d": r"\d{1,2}", "H": r"\d{1,2}", "I": r"\d{1,2}",
    "M": r"\d{2}", "S": r"\d{2}", "f": r"\d{1,9}", "p": r"[AaPp]\.?\s?[Mm]\.?",
    "b": r"[A-Za-z]{3,9}\.?", "a": r"[A-Za-z]{2,9}\.?", "z": _OFFSET,
}  # fmt: skip
_SAME = {"B": "b", "A": "a", "Z": "z", "e": "d", "-d": "d", "-m": "m", "-H": "H", "-I": "I"}
_NUMERIC = frozenset("YymdHIMSf")
_TWO_DIGITS = r"\d{2}"

# The hours ahead of UTC of abbreviations that mean one thing. RFC 5322 fixes those of North America.
_ABBREVIATIONS = {
    "UTC": 0, "GMT": 0, "UT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip

_CLOCKS = ("[,] %I:%M[:%S[.%f]][ ]%p", "[,] %H:%M[:%S[.%f]]")
_EUROPEAN_CLOCKS = (*_CLOCKS, "[,] %H.%M[.%S]", "[,] %Hh%M")
_ISO_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d")
PRESETS = {
    "iso": (
        *(f"{day}[T%H:%M[:%S[.%f]]]" for day in _ISO_DAYS[:1]),
        *(f"{day}{clock}" for day in _ISO_DAYS for clock in (" %H:%M[:%S[.%f]]", "", " %I:%M[:%S[.%f]][ ]%p")),
        "%Y%m%d[T%H%M[%S[.%f]]]",
        "%Y%m%d%H%M[%S]",
    ),
    "us": tuple(f"%m{s}%d{s}{y}[{clock}]" for y in ("%Y", "%y") for s in "/-." for clock in _CLOCKS),
    "eu": tuple(f"%d{s}%m{s}{y}[{clock}]" for y in ("%Y", "%y") for s in "./-" for clock in _EUROPEAN_CLOCKS),
    "words": tuple(
        f"[%a[,] ]{day}[{clock}]"
        for day in ("%d %b[,] %Y", "%b %d[,] %Y", "%d-%b-%Y", "%d-%b-%y", "%d. %b %Y")
        for clock in _CLOCKS
    ),
}
NUMBERED = frozenset({"epoch", "epoch_ms", "excel"})
_EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall clock, placed in a zone later
FIRST_YEAR, LAST_YEAR = 1900, 2199


class Reading(NamedTuple):
    """A date as written: its wall clock or its day alone, and the offset it names itself, if it does."""

    at: datetime
    whole_day: bool = False
    offset: tzinfo | None = None


class Unreadable(Exception):
    """The text is no date in this format, or one that does not exist."""


Reader = Callable[[str], Reading | None]


def reader(formats: Sequence[str]) -> Reader:
    """A function that reads a text by the first format that fits it, None when none does.

    Raises Refusal("feed.date_format") for a format that cannot be understood; the function raises
    Unreadable for a text that fits and names a day or time that does not exist.
    """
    readers = [one for name in formats for one in _readers(name)]
    if len(readers) == 1:
        return readers[0]

    def read(text: str) -> Reading | None:
        trouble: Unreadable | None = None
        for attempt in readers:
            try:
                found = attempt(text)
            except Unreadable as error:
                trouble = trouble or error
                continue
            if found is not None:
                return found
        if trouble is not None:
            raise trouble
        return None

    return read


def _readers(name: str) -> list[Reader]:
    if name in NUMBERED:
        return [_NUMBER_READERS[name]]
    return [_compiled(form) for form in PRESETS.get(name, (name,))]


def _compiled(form: str) -> Reader:
    pattern = re.compile(_pattern(form) + r"\Z")
    has_time = "H" in pattern.groupindex or "I" in pattern.groupindex
    match = pattern.match

    def read(text: str) -> Reading | None:
        found = match(text)
        if found is None:
            return None
        parts = found.groupdict()
        year = parts.get("Y")
        month = int(parts["m"]) if "m" in parts else _month(parts["b"])
        if month is None:
            return None
        day = _day(int(year) if year else _century(int(parts["y"])), month, int(parts["d"]))
        return _timed(day, parts) if has_time else Reading(day, whole_day=True)

    return read


def _timed(day: datetime, parts: dict[str, str | None]) -> Reading:
    hour_text = parts.get("H") or parts.get("I")
    if hour_text is None:
        return Reading(day, whole_day=True)
    zone = parts.get("z")
    return Reading(day + _clock(int(hour_text), parts), offset=None if zone is None else offset(zone))


def _day(year: int, month: int, day: int) -> datetime:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Unreadable(
            f"The year {year} is outside {FIRST_YEAR}–{LAST_YEAR}. If this is the file's way of saying "
            "“no date”, list it under `empty` in the feed."
        )
    try:
        return datetime(year, month, day)  # noqa: DTZ001 - a wall clock, placed in a zone later
    except ValueError:
        raise Unreadable(
            f"There is no day {day} in month {month} of {year}. If the day comes first in this file, say "
            "`dates: eu`; if the month comes first, `dates: us`."
        ) from None


def _clock(hour: int, parts: dict[str, str | None]) -> timedelta:
    minute, second = int(parts.get("M") or 0), int(parts.get("S") or 0)
    half = parts.get("p")
    if half:
        hour = _by_half(hour, half)
    micro = int(((parts.get("f") or "0") + "00000")[:6])
    return clock(hour, minute, second) + timedelta(microseconds=micro)


def _by_half(hour: int, half: str) -> int:
    if hour > 12:
        return hour  # "13:05 PM", as some programs write it
    return hour % 12 + (12 if half[0] in "Pp" else 0)


def clock(hour: int, minute: int, second: int = 0) -> timedelta:
    """The time since midnight; 24:00 is the next midnight. Raises Unreadable when no clock shows it."""
    if minute > 59 or second > 60 or hour > 24 or (hour == 24 and (minute or second)):
        raise Unreadable(f"There is no time {hour:02d}:{minute:02d}:{second:02d}.")
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _century(short: int) -> int:
    return short + (2000 if short < 69 else 1900)


def _month(word: str) -> int | None:
    start = word[:3].lower()
    return MONTHS.index(start) + 1 if start in MONTHS else None


def offset(text: str) -> tzinfo:
    """A UTC offset as written: Z, +02, +0200, +02:00 or one of the abbreviations that mean one thing."""
    upper = text.upper()
    text = text if len(text) < 4 else text.removeprefix("UTC").removeprefix("GMT")
    if upper == "Z":
        return UTC
    if upper in _ABBREVIATIONS:
        return timezone(timedelta(hours=_ABBREVIATIONS[upper]))
    if text[0] not in "+-":
        raise Unreadable(f"The time zone {text} is not known. Name it in the feed under `time_zone`.")
    digits = text[1:].replace(":", "")
    digits = digits.zfill(2).ljust(4, "0") if len(digits) < 3 else digits.zfill(4)
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if ahead >= timedelta(hours=24):
        raise Unreadable(f"The UTC offset {text} does not exist.")
    return timezone(-ahead if text[0] == "-" else ahead)


_TOKEN = re.compile(r"%(-?[A-Za-z%])|([\[\]])|(\s+)|([^%\[\]\s]+)|(%)")


def _pattern(form: str) -> str:
    """The regular expression of a format. Raises Refusal("feed.date_format")."""
    tokens = [match.groups() for match in _TOKEN.finditer(form)]
    built = "".join(_piece(form, tokens, index) for index in range(len(tokens)))
    try:
        compiled = re.compile(built)
    except re.error as error:
        raise _bad_format(form, f"a part comes twice or a bracket is not closed ({error})") from None
    names = set(compiled.groupindex)
    if not ({"Y", "y"} & names and {"m", "b"} & names and "d" in names):
        raise _bad_format(form, "it must name a year, a month and a day")
    timed = {"H", "I"} & names
    return built if "z" in names or not timed else built + rf"(?:\s*(?P<z>{_OFFSET}){_NAMED_BESIDE})?"


def _piece(form: str, tokens: list[tuple[str | None, ...]], index: int) -> str:
    directive, bracket, space, literal, stray = tokens[index]
    if directive:
        return _directive(form, directive, tokens, index)
    if bracket:
        return "(?:" if bracket == "[" else ")?"
    if space:
        return r"\s+"
    if stray or literal is None:
        raise _bad_format(form, "a % stands alone; write %% for a percent sign")
    before_fraction = literal == "." and index + 1 < len(tokens) and tokens[index + 1][0] == "f"
    return "[.,]" if before_fraction else re.escape(literal)


def _directive(form: str, directive: str, tokens: list[tuple[str | None, ...]], index: int) -> str:
    name = _SAME.get(directive, directive)
    if name == "%":
        return "%"
    if name not in _DIRECTIVES:
        raise _bad_format(form, f"%{directive} is not known here; known are %{' %'.join([*_DIRECTIVES, *'BAZ'])}")
    if name == "a":
        return _DIRECTIVES["a"]
    beside = [tokens[near][0] for near in (index - 1, index + 1) if 0 <= near < len(tokens)]
    fixed = name in "mdHI" and any(_SAME.get(near, near) in _NUMERIC for near in beside if near)
    return f"(?P<{name}>{_TWO_DIGITS if fixed else _DIRECTIVES[name]})"


def _bad_format(form: str, why: str) -> Exception:
    return invalid("feed.date_format", f"The date format {form!r} cannot be used: {why}.")


def _from_epoch(text: str, unit: int) -> Reading | None:
    seconds = _number(text)
    if seconds is None:
        return None
    try:
        at = datetime(1970, 1, 1) + timedelta(microseconds=round(seconds * 1_000_000 / unit))  # noqa: DTZ001
    except OverflowError:
        raise Unreadable(f"{text} lies outside the years {FIRST_YEAR}–{LAST_YEAR}.") from None
    _day(at.year, at.month, at.day)
    return Reading(at, offset=UTC)


def _from_excel(text: str) -> Reading | None:
    days = _number(text)
    if days is None:
        return None
    try:
        at = _EXCEL_ZERO + timedelta(seconds=round(days * 86_400))
    except OverflowError:
        raise Unreadable(f"{text} lies outside the years {FIRST_YEAR}–{LAST_YEAR}.") from None
    _day(at.year, at.month, at.day)
    return Reading(at, whole_day=days == int(days))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < 1e18 else None


_NUMBER_READERS: dict[str, Reader] = {
    "epoch": lambda text: _from_epoch(text, 1),
    "epoch_ms": lambda text: _from_epoch(text, 1000),
    "excel": _from_excel,
}

_CLOCK_TEXT = re.compile(r"(\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?\s*([AaPp]\.?[Mm]?\.?)?\Z")
_CLOCK_NUMBER = re.compile(r"(\d{1,4})(?:\.0+)?\Z")
_CLOCK_LONG = re.compile(r"(\d{2})(\d{2})(\d{2})\Z")


def read_clock(text: str) -> timedelta:
    """The time since midnight of 517, 0517, 5:17, 05:17:30, 5:17 PM, 051730 or 24:00. Raises Unreadable."""
    number = _CLOCK_NUMBER.match(text)
    if number is not None:
        return clock(*divmod(int(number[1]), 100))
    found = _CLOCK_LONG.match(text) or _CLOCK_TEXT.match(text)
    if found is None:
        raise Unreadable(f"{text} is not a time of day such as 517, 05:17 or 5:17 PM.")
    hour, minute, second, *half = found.groups()
    count = _by_half(int(hour), half[0]) if half and half[0] else int(hour)
    return clock(count, int(minute or 0), int(second or 0))
