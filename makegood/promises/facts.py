"""Facts from outside about promises, and how what is known grows by them. Pure.

A fact is a partial sighting of one promise, named by `(source, reference)`: an order system says it was
made and is due, a carrier says when it will arrive, a driver says it was handed over. `merge` is
commutative, associative and idempotent, so any order and any repetition ends in the same knowledge.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any

import msgspec

from makegood.customers.rules import CustomerFact
from makegood.promises.rules import day_ends

NEVER = datetime.min.replace(tzinfo=UTC)


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One sighting of a promise. Instants are aware; a date (`due_on`) means the whole local day.

    `observed_at` is when the source knew it; the newest sighting of a field wins. `amount` is in major
    units of `currency` (ISO 4217). Everything but `source` and `reference` may be absent.
    """

    source: str
    reference: str
    customer: CustomerFact | None = None
    kind: str = ""
    title: str = ""
    made_at: datetime | None = None
    due_at: datetime | None = None
    due_on: date | None = None
    forecast_at: datetime | None = None
    kept_at: datetime | None = None
    withdrawn_at: datetime | None = None
    amount: Decimal | None = None
    currency: str = ""
    attributes: dict[str, Any] = {}
    observed_at: datetime | None = None


ATTRIBUTE = "attributes."


class Due(msgspec.Struct, frozen=True, gc=False):
    """When a promise is due: an instant, and the day when it is a promise for a day."""

    at: datetime
    on: date | None

    @property
    def rank(self) -> tuple[datetime, date]:
        """A total order: the earlier instant first, a day before a bare instant."""
        return (self.at, self.on or date.max)


class Sighting(msgspec.Struct, frozen=True):
    """One value of one field and the instant at which its source knew it (`NEVER` when it did not say)."""

    value: Any
    seen_at: datetime = NEVER


class Known(msgspec.Struct, frozen=True):
    """All that is known about one promise: per field the sighting that counts."""

    sightings: dict[str, Sighting] = {}

    def get(self, name: str) -> Any:
        """The value of a field, or None when no source has spoken of it."""
        seen = self.sightings.get(name)
        return None if seen is None else seen.value


PLAIN = ("kind", "title", "made_at", "forecast_at", "kept_at", "withdrawn_at", "amount", "currency")

# Of two sightings equally new, the one that is kindest to the truth as the customer knows it: the first
# word given, the latest estimate, the first time it was done.
_EARLIEST = frozenset({"made_at", "due", "kept_at", "withdrawn_at"})


def known_from(fact: Fact, *, zone: tzinfo) -> Known:
    """What one fact alone tells. `zone` says when a day ends for a promise that is due on a day.

    The due instant and its day are one field, and the customer is known by key; attributes are fields of
    their own, so that sources can each add theirs.
    """
    seen_at = fact.observed_at or NEVER
    sightings = {
        name: Sighting(value, seen_at) for name in PLAIN if (value := getattr(fact, name)) is not None and value != ""
    }
    if fact.customer is not None:
        sightings["customer"] = Sighting(fact.customer.key, seen_at)
    if fact.due_on is not None:
        sightings["due"] = Sighting(Due(fact.due_at or day_ends(fact.due_on, zone), fact.due_on), seen_at)
    elif fact.due_at is not None:
        sightings["due"] = Sighting(Due(fact.due_at, None), seen_at)
    for key, value in fact.attributes.items():
        sightings[ATTRIBUTE + key] = Sighting(value, seen_at)
    return Known(sightings)


def merge(known: Known, news: Known) -> Known:
    """What is known after both. Commutative, associative and idempotent."""
    merged = dict(known.sightings)
    for name, sighting in news.sightings.items():
        held = merged.get(name)
        merged[name] = sighting if held is None else _better(name, held, sighting)
    return Known(merged)


def _better(name: str, one: Sighting, other: Sighting) -> Sighting:
    if one.seen_at != other.seen_at:
        return max(one, other, key=lambda sighting: sighting.seen_at)
    if name in _EARLIEST:
        return min(one, other, key=lambda sighting: sighting.value.rank if name == "due" else sighting.value)
    return max(one, other, key=lambda sighting: _order(sighting.value))


def _order(value: Any) -> tuple[str, Any]:
    """A total order over values of any one field; mixed attribute values fall back to their JSON text."""
    if isinstance(value, datetime):
        return ("instant", value.timestamp())
    if isinstance(value, Decimal):
        return ("number", value)
    return ("text", json.dumps(msgspec.to_builtins(value), sort_keys=True))
