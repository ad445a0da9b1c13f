"""What becomes known of a flight, and when: the day of the demo as a list of facts in the order they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from makegood.config.demo.flights import Leg
from makegood.config.demo.passengers import Booking
from makegood.promises.facts import Fact

SOURCE = "departure-control"
KIND = "arrival"
# A cancelled flight is known to be one some while before; its passengers are booked on the same flight next day.
_CANCELLED_KNOWN = timedelta(minutes=95)
# On a day on which an airport loses half of its flights or more, what is left of them is called off at once.
_CALLED_OFF = timedelta(hours=13, minutes=40)
_REBOOKED = timedelta(days=1)
_DELAY_TOLD = timedelta(minutes=10)
_DIVERTED_BY = timedelta(hours=6)

_CITIES = {
    "ATL": "Atlanta", "AUS": "Austin", "BNA": "Nashville", "BOS": "Boston", "BUF": "Buffalo",
    "CVG": "Cincinnati", "DCA": "Washington", "DEN": "Denver", "DTW": "Detroit", "EYW": "Key West",
    "FLL": "Fort Lauderdale", "IND": "Indianapolis", "JAC": "Jackson Hole", "JAX": "Jacksonville",
    "LAS": "Las Vegas", "LAX": "Los Angeles", "MCI": "Kansas City", "MCO": "Orlando", "MEM": "Memphis",
    "MIA": "Miami", "MSP": "Minneapolis", "MSY": "New Orleans", "OMA": "Omaha", "PBI": "Palm Beach",
    "PDX": "Portland", "PHL": "Philadelphia", "PHX": "Phoenix", "PIT": "Pittsburgh", "PWM": "Portland",
    "RSW": "Fort Myers", "SAN": "San Diego", "SAT": "San Antonio", "SEA": "Seattle", "SFO": "San Francisco",
    "SJU": "San Juan", "SLC": "Salt Lake City", "SRQ": "Sarasota", "STL": "St. Louis", "STT": "St. Thomas",
    "TPA": "Tampa", "TVC": "Traverse City",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class News:
    """A fact and the instant (aware UTC) at which it becomes known."""

    at: datetime
    fact: Fact


def booked(booking: Booking, *, zone: ZoneInfo) -> Fact:
    """The promise: to arrive when the timetable says."""
    leg = booking.leg
    city = _CITIES.get(leg.destination, leg.destination)
    return Fact(
        source=SOURCE,
        reference=booking.reference,
        customer=booking.customer,
        kind=KIND,
        title=f"In {city} at {leg.due_at.astimezone(zone):%H:%M} with {leg.number}",
        made_at=leg.departs_at - timedelta(days=21),
        due_at=leg.due_at,
        amount=booking.fare,
        currency="USD",
        attributes={"flight": leg.number, "from": leg.origin, "to": leg.destination, "seat": booking.seat},
    )


def news_of(bookings: Iterable[Booking]) -> list[News]:
    """All that becomes known of these bookings, in the order in which it does."""
    booked = list(bookings)
    stormy = _stormy({booking.leg for booking in booked})
    return sorted((news for booking in booked for news in _course(booking, stormy)), key=lambda news: news.at)


def _stormy(legs: Iterable[Leg]) -> set[tuple[date, str]]:
    """The days on which an airport loses half of its flights or more."""
    lost: Counter[tuple[date, str]] = Counter()
    for leg in legs:
        lost[leg.day, leg.origin] += 1 if leg.cancelled else -1
    return {where for where, more in lost.items() if more >= 0}


def _course(booking: Booking, stormy: Collection[tuple[date, str]]) -> Iterator[News]:
    leg = booking.leg
    if leg.cancelled:
        known = leg.departs_at - _CANCELLED_KNOWN
        if (leg.day, leg.origin) in stormy:
            known = min(known, leg.day_starts_at + _CALLED_OFF)
        yield _estimate(booking, known, leg.due_at + _REBOOKED, status="cancelled")
        yield _arrival(booking, leg.due_at + _REBOOKED)
        return
    left = leg.left_at or leg.departs_at
    late = left - leg.departs_at
    if late > _DELAY_TOLD:
        yield _estimate(booking, leg.departs_at + timedelta(minutes=5), leg.due_at + late, status="delayed")
    yield _estimate(booking, left, leg.due_at + late, status="in the air")
    yield from _landing(booking, leg, left)


def _landing(booking: Booking, leg: Leg, left: datetime) -> Iterator[News]:
    if leg.arrived_at is None:
        yield _estimate(booking, leg.due_at, leg.due_at + _DIVERTED_BY, status="diverted")
        yield _arrival(booking, leg.due_at + _DIVERTED_BY)
        return
    yield _estimate(booking, left + (leg.arrived_at - left) * 0.6, leg.arrived_at, status="in the air")
    yield _arrival(booking, leg.arrived_at)


def _estimate(booking: Booking, at: datetime, forecast_at: datetime, *, status: str) -> News:
    fact = Fact(
        source=SOURCE,
        reference=booking.reference,
        forecast_at=forecast_at,
        attributes={"status": status},
        observed_at=at,
    )
    return News(at, fact)


def _arrival(booking: Booking, at: datetime) -> News:
    fact = Fact(
        source=SOURCE, reference=booking.reference, kept_at=at, attributes={"status": "arrived"}, observed_at=at
    )
    return News(at, fact)
