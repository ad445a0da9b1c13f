"""Instants of a row: wall clocks placed in a zone, days kept as days, clocks rolled to the right date. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from makegood.intake.rules.dates import FIRST_YEAR, LAST_YEAR, Unreadable

_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_MIDNIGHT = time(0)


class Moment(NamedTuple):
    """An instant (`at`, aware UTC), or a whole local day, of which `at` is the start and `day` the date."""

    at: datetime
    zone: tzinfo
    day: date | None = None

    def end(self) -> datetime:
        """The last instant that still counts: of a day its last microsecond, of an instant itself."""
        return self.at if self.day is None else start_of(self.day + _DAY, self.zone) - _TICK

    def wall(self) -> datetime:
        """What the clock on the wall of `zone` shows, without a zone."""
        if self.day is not None:
            return datetime.combine(self.day, _MIDNIGHT)
        return self.at.astimezone(self.zone).replace(tzinfo=None)


def place(wall: datetime, zone: tzinfo) -> datetime:
    """The instant (aware UTC) at which the clock in `zone` shows `wall`.

    A time that the clock skips in spring is read as if it had not been changed yet (02:30 is 03:30 of the
    new time); of one that it shows twice in autumn, the first is meant. Raises Unreadable outside 1900–2199.
    """
    if not FIRST_YEAR <= wall.year <= LAST_YEAR:
        raise Unreadable(f"The year {wall.year} is outside {FIRST_YEAR}–{LAST_YEAR}.")
    return wall.replace(tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=4096)
def start_of(day: date, zone: tzinfo) -> datetime:
    """The first instant (aware UTC) of a local day."""
    return place(datetime.combine(day, _MIDNIGHT), zone)


def whole(day: date, zone: tzinfo) -> Moment:
    """A whole local day."""
    return Moment(start_of(day, zone), zone, day)


def next_clock(after: datetime, since_midnight: timedelta, zone: tzinfo) -> datetime:
    """The first instant at or after `after` (aware UTC) at which the clock in `zone` shows that time."""
    day = datetime.combine(after.astimezone(zone).date(), _MIDNIGHT) - _DAY
    shown = since_midnight % _DAY
    while (found := place(day + shown, zone)) < after:
        day += _DAY
    return found


def shift(moment: Moment, unit: str, amount: float) -> Moment:
    """The moment `amount` units later. Days and weeks keep the clock on the wall; hours are elapsed time.

    A whole day moved by whole days stays a whole day. Raises Unreadable when the result is out of reach.
    """
    try:
        if unit == "weekdays":
            return _place_like(moment, _weekdays_later(moment.wall(), amount))
        if unit in ("days", "weeks"):
            days = amount * (7 if unit == "weeks" else 1)
            return _place_like(moment, moment.wall() + timedelta(days=days))
        moved = moment.at + timedelta(**{unit: amount})
    except OverflowError:
        raise Unreadable(f"{amount:g} {unit} later lies outside {FIRST_YEAR}–{LAST_YEAR}.") from None
    if not FIRST_YEAR <= moved.year <= LAST_YEAR:
        raise Unreadable(f"{amount:g} {unit} later lies outside {FIRST_YEAR}–{LAST_YEAR}.")
    return Moment(moved, moment.zone)


def _place_like(moment: Moment, wall: datetime) -> Moment:
    if moment.day is not None and wall.time() == _MIDNIGHT:
        return whole(wall.date(), moment.zone)
    return Moment(place(wall, moment.zone), moment.zone)


def _weekdays_later(wall: datetime, amount: float) -> datetime:
    """`amount` days from Monday to Friday later or, when negative, earlier. Holidays are not known here."""
    if amount != int(amount) or abs(amount) > 10_000:
        raise Unreadable(f"{amount:g} is not a whole number of weekdays.")
    step = _DAY if amount >= 0 else -_DAY
    left = abs(int(amount))
    while left:
        wall += step
        left -= wall.weekday() < 5
    return wall


@lru_cache(maxsize=1024)
def zone_named(name: str) -> tzinfo:
    """A time zone by its IANA name. Raises Unreadable with what a zone looks like."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Unreadable(
            f"There is no time zone {name!r}. Write an IANA name such as America/New_York or Europe/Paris."
        ) from None
