"""Facts from outside about promises, and how what is known grows by them. Pure.

A fact is a partial sighting of one promise, named by `(source, reference)`: an order system says it was
made and is due, a carrier says when it will arrive, a driver says it was handed over. `merge` is
commutative, associative and idempotent, so any order and any repetition ends in the same knowledge.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from operator import attrgetter
from typing import Any

import msgspec

from makegood.customers.rules import CustomerFact
from makegood.promises.rules import day_ends

_NEVER = datetime.min.replace(tzinfo=UTC)


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


class Known(msgspec.Struct, frozen=True, gc=False):
    """All that is known about one promise: per field the value that counts, and when its source knew it.

    A field that is not in `seen` was told without an instant: any sighting with one is newer. Two plain
    dictionaries, because a batch makes thousands of these.
    """

    values: dict[str, Any] = {}
    seen: dict[str, datetime] = {}

    def get(self, name: str) -> Any:
        """The value of a field, or None when no source has spoken of it."""
        return self.values.get(name)


PLAIN = ("kind", "title", "made_at", "forecast_at", "kept_at", "withdrawn_at", "amount", "currency")
_plain = attrgetter(*PLAIN)
FIELDS = frozenset({"customer", "due", *PLAIN})
"""All that may be known of a promise beside its attributes."""

# Of two sightings equally new, the one that is kindest to the truth as the customer knows it: the first
# word given, the latest estimate, the first time it was done.
_EARLIEST = frozenset({"made_at", "due", "kept_at", "withdrawn_at"})


def known_from(fact: Fact, *, zone: tzinfo) -> Known:
    """What one fact alone tells. `zone` says when a day ends for a promise that is due on a day.

    The due instant and its day are one field, and the customer is known by key; attributes are fields of
    their own, so that sources can each add theirs.
    """
    # Neither None nor an empty text tells anything; an amount of nought does.
    values = {name: value for name, value in zip(PLAIN, _plain(fact), strict=True) if value or value == 0}
    if fact.customer is not None:
        values["customer"] = fact.customer.key
    if fact.due_on is not None:
        values["due"] = Due(fact.due_at or day_ends(fact.due_on, zone), fact.due_on)
    elif fact.due_at is not None:
        values["due"] = Due(fact.due_at, None)
    for key, value in fact.attributes.items():
        values[ATTRIBUTE + key] = value
    return Known(values, {} if fact.observed_at is None else dict.fromkeys(values, fact.observed_at))


def merge(known: Known, news: Known) -> Known:
    """What is known after both. Commutative, associative and idempotent."""
    values, seen = dict(known.values), dict(known.seen)
    for name, value in news.values.items():
        if name not in values or _counts(name, value, news.seen.get(name), values[name], seen.get(name)):
            values[name] = value
            seen.pop(name, None)
            if name in news.seen:
                seen[name] = news.seen[name]
    return Known(values, seen)


def _counts(name: str, value: Any, seen_at: datetime | None, held: Any, held_at: datetime | None) -> bool:
    """Whether a value counts rather than the one held."""
    if seen_at != held_at:
        return (seen_at or _NEVER) > (held_at or _NEVER)
    if name in _EARLIEST:
        return bool(value.rank < held.rank if name == "due" else value < held)
    return _order(value) > _order(held)


def _order(value: Any) -> tuple[str, Any]:
    """A total order over values of any one field; mixed attribute values fall back to their JSON text."""
    if isinstance(value, datetime):
        return ("instant", value.timestamp())
    if isinstance(value, Decimal):
        return ("number", value)
    return ("text", json.dumps(msgspec.to_builtins(value), sort_keys=True))
