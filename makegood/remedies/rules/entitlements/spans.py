"""Allowances of time: when a grace, a payment time or a claim window ends, and days counted. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import NamedTuple

from makegood.kernel.calendars import WorkCalendar, always
from makegood.kernel.worktime import Deadline, add_workdays
from makegood.remedies.rules.entitlements import words
from makegood.remedies.rules.entitlements.spec import Allowance, Counted

_LEAST = timedelta.resolution
_MOST_DAYS = 4000


class End(NamedTuple):
    """When an allowance ends (aware), and the sentence that reckons it."""

    at: datetime
    says: str


def end_of(allowance: Allowance, since: datetime, calendar: WorkCalendar) -> End:
    """The end of an allowance that runs from `since` (aware)."""
    name = allowance_words(allowance)
    start = words.moment(since, calendar.zone)
    if allowance.unit == "hours":
        at = since + timedelta(hours=allowance.number)
        return End(at, f"{name} from {start} end {words.closing(at, calendar.zone)}.")
    counts = calendar if allowance.unit == "working_days" else always(calendar.time_zone)
    deadline = add_workdays(counts, since, allowance.number, allowance.cut_off)
    return End(deadline.at, f"{name} from {start} end {words.closing(deadline.at, calendar.zone)}{_skipped(deadline)}.")


def allowance_words(allowance: Allowance) -> str:
    """The allowance as people say it: "10 working days"."""
    unit = allowance.unit.replace("_", " ")
    return f"{allowance.number} {unit if allowance.number != 1 else unit.removesuffix('s')}"


def _skipped(deadline: Deadline) -> str:
    """Why days that one would have counted do not count: public holidays, and the cut-off."""
    told = [step.note for step in deadline.steps if not step.counted and step.note not in _PLAIN]
    return f" ({words.listed(dict.fromkeys(told))} not counted)" if told else ""


_PLAIN = frozenset({"closed", "the day it came in", "counts as the day it came in"})


def calendar_days(begins: datetime, ends: datetime, counted: Counted, calendar: WorkCalendar) -> int:
    """How many local days lie between two instants: touched, full, or full and passed."""
    if ends <= begins:
        return 0
    first, last = begins.astimezone(calendar.zone), ends.astimezone(calendar.zone)
    if counted == "started":
        return ((ends - _LEAST).astimezone(calendar.zone).date() - first.date()).days + 1
    if counted == "exceeded":
        last = (ends - _LEAST).astimezone(calendar.zone)
    begun = first.time() != time(0)
    return max(0, (last.date() - first.date()).days - begun)


def working_days(
    begins: datetime, ends: datetime, counted: Counted, calendar: WorkCalendar, cut_off: time | None
) -> int:
    """How many working days after that of `begins` have closed by `ends`; a started one counts with "started"."""
    if ends <= begins:
        return 0
    full = _closed(begins, ends if counted == "completed" else ends - _LEAST, calendar, cut_off)
    return full + (counted == "started")


def _closed(begins: datetime, ends: datetime, calendar: WorkCalendar, cut_off: time | None) -> int:
    """The most working days whose close is not after `ends`: found by halving, the close only ever moves on."""
    low, high = 0, min((ends - begins).days + 2, _MOST_DAYS)
    while low < high:
        middle = (low + high + 1) // 2
        if add_workdays(calendar, begins, middle, cut_off).at <= ends:
            low = middle
        else:
            high = middle - 1
    return low
