"""Reading "by when" as people in a hurry type it: "in 30 min", "tomorrow 10:00", "fri 3pm", "24 Dec".

Words that name a clock time become that instant. Words that name only a day promise the whole day. What
was understood comes back as `words`, which read again at the same moment give the same answer. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from makegood.kernel.calendars import WorkCalendar, day_words, local_instant, office_hours
from makegood.kernel.phrases import (
    LATELY,
    NTH,
    Clock,
    Day,
    Span,
    is_bare,
    months_later,
    read_clock,
    read_day,
    read_span,
    span_words,
)
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.tidying import Tidied, tidy, unjoined
from makegood.kernel.worktime import add_workdays, add_worktime

_LONGEST = 100
_MOST_WORDS = 9
_DAY = timedelta(days=1)
# The farthest ahead that a weekday is nearer than it was a week before, in days.
_NEAREST = 3
_HALF_MONTH = timedelta(days=15)


@dataclass(frozen=True, slots=True)
class When:
    """When something is due, as read.

    `due_at` is aware UTC. `due_on` is set when the words named a day and no time: `due_at` is then the last
    microsecond of that local day. `words` say it back: "Fri 27 Nov", "tomorrow 10:00", "in 30 min".
    """

    due_at: datetime
    due_on: date | None
    words: str


class _Here(NamedTuple):
    """Where and when the words were said."""

    now: datetime
    zone: ZoneInfo
    calendar: WorkCalendar
    recalled: bool = False

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


def read_when(text: str, *, now: datetime, zone: ZoneInfo, calendar: WorkCalendar | None) -> When:
    """What `text` means when typed at `now` (aware UTC) by somebody in `zone`.

    `calendar` tells the end of the working day and counts working days; without one, Monday to Friday, 9 to 5.
    Raises Refusal("when.not_understood"), ("when.ambiguous") or ("when.past"), each with examples that work.
    """
    when = _understood(text, _Here(now, zone, calendar or office_hours(zone.key)))
    if when.due_at <= now:
        raise invalid(
            "when.past",
            f"“{text.strip()}” has passed. Write a time to come, such as “in 30 min”, “tomorrow 10:00” or “Fri”.",
            field="when",
        )
    return when


def spoken_when(
    tidied: Tidied, *, now: datetime, zone: ZoneInfo, calendar: WorkCalendar | None, recalled: bool = False
) -> When | None:
    """What words out of a text mean, said at `now` (aware UTC); None when they name no time.

    What is `recalled` was named before and may have passed: a clock time is today's, a weekday the nearest to today,
    a date without a year the latest within two months, else the next. Raises Refusal("when.ambiguous", "when.past").
    """
    here = _Here(now, zone, calendar or office_hours(zone.key), recalled=recalled)
    try:
        when = _meant(tidied, here)
    except (OverflowError, ValueError):
        return None
    if when and when.due_at <= now and not recalled:
        raise invalid("when.past", f"{when.words} has passed.", field="when")
    return when


def _understood(text: str, here: _Here) -> When:
    try:
        when = _read(text, here) if len(text) <= _LONGEST else None
    except (OverflowError, ValueError):  # Past the year 9999, or a date such as 31 June.
        when = None
    if when is None:
        raise invalid("when.not_understood", f"{_quoted(text)} {_EXAMPLES}", field="when")
    return when


def after(span: Span, *, now: datetime, zone: ZoneInfo, calendar: WorkCalendar | None) -> When:
    """When a span that begins at `now` (aware UTC) has passed; a count of days ends with its last day."""
    return _after(span, _Here(now, zone, calendar or office_hours(zone.key)))


def find_when(text: str, *, now: datetime, zone: ZoneInfo, calendar: WorkCalendar | None) -> tuple[str, When] | None:
    """Split a one-line promise into what is promised and by when, the when being said last or first.

    "Send the invoice by tomorrow 10:00" gives ("Send the invoice", tomorrow 10:00); None when no such words
    are found. Raises Refusal("when.past") or ("when.ambiguous") when they are found and cannot be meant.
    """
    for phrase, rest in _candidates(text):
        try:
            return rest.strip(" ,;:–—-"), read_when(phrase, now=now, zone=zone, calendar=calendar)
        except Refusal as refused:
            if refused.code != "when.not_understood":
                raise
    return None


_EXAMPLES = "Write “in 30 min”, “tomorrow 10:00” or “Fri”."


def _quoted(text: str) -> str:
    shown = " ".join(text.split())
    if not shown:
        return "Say by when."
    return f"“{shown if len(shown) <= 40 else shown[:39] + '…'}” is not a time this desk understands."


# One phrase

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[t ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:z|[+-]\d\d:?\d\d)?")


def _read(text: str, here: _Here) -> When | None:
    tidied = tidy(text)
    if _INSTANT.fullmatch(tidied.words):
        read = datetime.fromisoformat(tidied.words.upper()).replace(microsecond=0)
        return _instant(read if read.tzinfo else read.replace(tzinfo=here.zone), here)
    return _meant(tidied, here)


def _meant(tidied: Tidied, here: _Here) -> When | None:
    words, joined = tidied
    if span := read_span(words):
        return _after(span, here)
    for day_part, clock_part in _splits(words, joined):
        clock = read_clock(clock_part) if clock_part else None
        if clock_part and clock is None:
            continue
        day = _day(day_part, here) if day_part else None
        if day or not day_part:
            return _combined(day, clock, here)
    return None


def _splits(words: str, joined: bool) -> Iterator[tuple[str, str]]:
    """Each way to take the words as a day and a time, in either order; one of them may be missing."""
    parts = words.split()
    for cut in range(len(parts)):
        first, second = " ".join(parts[:cut]), " ".join(parts[cut:])
        clock, clock_joined = unjoined(second)
        if first and _plain(clock, clock_joined, first):
            yield first, clock
        if _plain(first, joined, clock):
            yield clock, first
    yield "", words


def _plain(clock: str, joined: bool, day: str) -> bool:
    """Whether "5" may stand for a time beside this day: "by 5", "tomorrow 5", but not "Fri 5"."""
    return joined or not clock.isdecimal() or day in {"today", "tomorrow"}


def _day(words: str, here: _Here) -> Day | None:
    if not here.recalled:
        return read_day(words, here.today)
    if words == "yesterday":
        return Day(here.today - _DAY)
    which, _, rest = words.partition(" ")
    try:
        day = read_day(rest if which == "last" else words, here.today)
    except Refusal as refused:
        if refused.code != "when.past":
            raise
        return read_day(words, here.today - LATELY)
    if day and NTH.fullmatch(words) and day.on - here.today > _HALF_MONTH:
        return read_day(words, here.today - 2 * _HALF_MONTH)
    if day is None or not day.weekly:
        return day if which != "last" else None
    ahead = (day.on - here.today).days
    return Day(day.on - 7 * _DAY) if ahead > _NEAREST or which == "last" else Day(day.on)


def _combined(day: Day | None, clock: Clock | None, here: _Here) -> When | None:
    if clock is None:
        return _whole_day(day.on, here) if day else None
    if day is None:
        if clock.closes:
            return _instant(add_workdays(here.calendar, here.now + timedelta.resolution, 0).at, here)
        today = _at(here.today, clock, here)
        return _instant(today if today > here.now or here.recalled else _at(here.today + _DAY, clock, here), here)
    due = _at(day.on, clock, here)
    if day.weekly and due <= here.now:
        due = _at(day.on + 7 * _DAY, clock, here)
    return _instant(due, here)


def _at(day: date, clock: Clock, here: _Here) -> datetime:
    """That time on that day; skipped by the clocks, as much later as they skip; repeated, the first."""
    if clock.closes:
        zone = here.calendar.zone
        close = add_workdays(here.calendar, local_instant(zone, day, 0), 0).at
        if (close - timedelta.resolution).astimezone(zone).date() == day:
            return close
    wall = datetime.combine(day, time(0)) + timedelta(seconds=clock.second)
    return wall.replace(tzinfo=here.zone).astimezone(UTC)


def _after(span: Span, here: _Here) -> When:
    match span.kind:
        case "time":
            return When(here.now + timedelta(seconds=span.number), None, span_words(span))
        case "worktime":
            due = add_worktime(here.calendar, here.now, timedelta(seconds=span.number)).at
            return When(due, None, span_words(span))
        case "workdays":
            due = add_workdays(here.calendar, here.now, span.number).at - timedelta.resolution
            return _whole_day(due.astimezone(here.calendar.zone).date(), here)
        case "months":
            return _whole_day(months_later(here.today, span.number), here)
        case "days":
            return _whole_day(here.today + span.number * _DAY, here)


def _whole_day(day: date, here: _Here) -> When:
    return When(local_instant(here.zone, day, 1440) - timedelta.resolution, day, _named(day, here))


def _instant(due: datetime, here: _Here) -> When:
    local = due.astimezone(here.zone)
    if local.fold:  # The second of two equal clock times: only the offset tells it from the first.
        return When(due.astimezone(UTC), None, local.isoformat())
    clock = local.strftime("%H:%M:%S" if local.second else "%H:%M")
    return When(due.astimezone(UTC), None, f"{_named(local.date(), here)} {clock}")


def _named(day: date, here: _Here) -> str:
    if day == here.today:
        return "today"
    if here.recalled and day == here.today - _DAY:
        return "yesterday"
    return "tomorrow" if day == here.today + _DAY else day_words(day, here.today.year)


# A phrase within a line

_OTHER_MEANING = re.compile(
    r"for|of|every|each|per|since|last|from|than|after|the|an?|next|this|half|over|under", re.IGNORECASE
)
_LEADS = re.compile(r"(?:by|before|at|on|until|due|in|within|today|tomorrow|tonight)\b|.*\d|.*[:,]$", re.IGNORECASE)


def _candidates(text: str) -> Iterator[tuple[str, str]]:
    """(phrase, rest) for each ending, longest first, then for each beginning, that could be a "by when"."""
    tokens = list(re.finditer(r"\S+", text))
    for index in range(max(0, len(tokens) - _MOST_WORDS), len(tokens)):
        phrase = text[tokens[index].start() :]
        before = tokens[index - 1][0] if index else ""
        if not _OTHER_MEANING.fullmatch(before) and _stands_alone(phrase):
            yield phrase, text[: tokens[index].start()]
    for token in reversed(tokens[:_MOST_WORDS]):
        phrase = text[: token.end()]
        if _LEADS.match(phrase) and _stands_alone(phrase, leading=True):
            yield phrase.rstrip(":–—-"), text[token.end() :]


def _stands_alone(phrase: str, *, leading: bool = False) -> bool:
    return stands_alone(tidy(phrase), phrase, leading=leading)


def stands_alone(tidied: Tidied, phrase: str, *, leading: bool = False) -> bool:
    """Whether nobody would take the phrase for part of what is promised, as in "rent it for 3 days".

    `leading`: it does not end the line, so that a span must say "in" or "within".
    """
    words, joined = tidied
    if is_bare(words):
        return joined
    if read_span(words):
        return not phrase.lower().startswith("for ") and (not leading or joined or words.startswith("in "))
    return True
