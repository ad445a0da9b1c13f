"""One airline's real flights out of New York, January to March 2013, moved so that one of their days is today.

The flights, their timetable and what became of them are from the open data set nycflights13 (CC0 1.0, US
Bureau of Transportation Statistics); who sat in them is invented (see `passengers`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from makegood.intake.rules.feedfile import load_feed
from makegood.intake.rules.mapping import map_file
from makegood.intake.rules.rows import MappedRow
from makegood.promises.facts import Fact

HOME = ZoneInfo("America/New_York")
DAYS = {"ordinary": date(2013, 2, 27), "storm": date(2013, 2, 8)}
_FILE = Path(__file__).with_name("delta_2013_jan-mar.csv.gz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One flight on one day. Instants are aware UTC; `arrived_at` is None for one cancelled or diverted."""

    number: str
    origin: str
    destination: str
    day: date
    departs_at: datetime
    due_at: datetime
    day_starts_at: datetime
    left_at: datetime | None
    arrived_at: datetime | None

    @property
    def cancelled(self) -> bool:
        """Whether it never left."""
        return self.left_at is None


@dataclass(frozen=True, slots=True)
class Shift:
    """How the past is moved: `day` of the data becomes the local day that starts at `starts_at`."""

    day: date
    by: timedelta


def shift_to(day: date, *, local_midnight: datetime) -> Shift:
    """Move `day` of the data to the day that starts at `local_midnight`, whatever its zone."""
    return Shift(day, local_midnight - datetime.combine(day, time.min, tzinfo=HOME))


def legs(shift: Shift, *, first: date, last: date) -> tuple[Leg, ...]:
    """The flights of the data's days from `first` to `last`, moved, in the order of their departure."""
    found = (_leg(fact, shift) for fact in _facts() if first <= _day(fact) <= last)
    return tuple(sorted(found, key=lambda leg: (leg.departs_at, leg.number)))


def _facts() -> Iterator[Fact]:
    for row in map_file(_FILE, load_feed("nycflights13")):
        if isinstance(row, MappedRow):
            yield from row.facts


def _day(fact: Fact) -> date:
    return _departs(fact).astimezone(HOME).date()


def _departs(fact: Fact) -> datetime:
    return datetime.fromisoformat(str(fact.attributes["departs_at"]))


def _leg(fact: Fact, shift: Shift) -> Leg:
    told = fact.attributes
    departs, delay = _departs(fact), told.get("departure_delay_minutes")
    assert fact.due_at is not None  # noqa: S101 - the feed skips rows without one
    return Leg(
        number=f"{told['carrier']} {told['flight']}",
        origin=str(told["origin"]),
        destination=str(told["destination"]),
        day=_day(fact),
        departs_at=departs + shift.by,
        day_starts_at=datetime.combine(_day(fact), time.min, tzinfo=HOME) + shift.by,
        due_at=fact.due_at + shift.by,
        left_at=None if delay is None else departs + timedelta(minutes=float(delay)) + shift.by,
        arrived_at=None if fact.kept_at is None else fact.kept_at + shift.by,
    )
