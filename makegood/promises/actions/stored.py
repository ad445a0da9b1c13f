"""Promises already in the ledger, as the batch path reads and rewrites them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from msgspec.structs import replace

from makegood.promises.actions.ledger import NewRow
from makegood.promises.facts import ATTRIBUTE, NEVER, Due, Known, Sighting
from makegood.promises.rules import Events, State, stand

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A promise of the ledger, locked for this transaction, and what is known of it."""

    id: int
    state: State
    events: Events
    owner_id: int | None
    made_by: str
    made_at: datetime
    replaced_at: datetime | None
    known: Known

    def settle(self, row: NewRow, *, now: datetime) -> NewRow:
        """The row as it must be written, with what only the desk knows of it kept."""
        events = replace(row.events, replaced_at=self.replaced_at)
        return replace(
            row,
            owner_id=self.owner_id,
            made_by=self.made_by,
            events=events,
            standing=stand(row.clocks, events, now=now),
        )


# One question per source, so that the unique index on (source, reference) answers it.
_LOAD = """
SELECT p.source, p.reference, p.id, p.state, p.owner_id, p.made_by, p.replaced_at, p.stamps, p.kind_id, c.key,
       p.due_at, p.due_on, p.attributes, p.title, p.made_at, p.forecast_at, p.kept_at, p.withdrawn_at, p.amount,
       p.currency
FROM promises_promise p JOIN customers_customer c ON c.id = p.customer_id
WHERE p.source = %s AND p.reference = ANY(%s) AND p.reference IS NOT NULL
ORDER BY p.id FOR UPDATE OF p
"""


def load(keys: Collection[Key], *, slugs: Mapping[int, str]) -> dict[Key, Stored]:
    """The promises that are known by these keys, locked in the order of their ids."""
    by_source: dict[str, list[str]] = {}
    for source, reference in keys:
        by_source.setdefault(source, []).append(reference)
    found = {}
    with connection.cursor() as cursor:
        for source in sorted(by_source):
            cursor.execute(_LOAD, [source, by_source[source]])
            for row in cursor.fetchall():
                found[row[0], row[1]] = _stored(row[2:], slugs)
    return found


def _stored(cells: tuple[Any, ...], slugs: Mapping[int, str]) -> Stored:
    number, state, owner_id, made_by, replaced_at, stamps, kind_id, key, due_at, due_on, attributes, *plain = cells
    stamps, attributes = _loaded(stamps), _loaded(attributes)
    values = {
        "customer": key,
        "kind": slugs[kind_id],
        "due": Due(due_at, due_on),
        **dict(
            zip(
                ("title", "made_at", "forecast_at", "kept_at", "withdrawn_at", "amount", "currency"), plain, strict=True
            )
        ),
        **{ATTRIBUTE + name: value for name, value in attributes.items()},
    }
    sightings = {
        name: Sighting(value, _seen(stamps.get(name)))
        for name, value in values.items()
        if value not in (None, "") and stamps.get(name) != ""
    }
    events = Events(
        forecast_at=values["forecast_at"], kept_at=values["kept_at"], withdrawn_at=values["withdrawn_at"],
        replaced_at=replaced_at,
    )  # fmt: skip
    return Stored(
        id=number,
        state=State(state),
        events=events,
        owner_id=owner_id,
        made_by=made_by,
        made_at=values["made_at"],
        replaced_at=replaced_at,
        known=Known(sightings),
    )


def _loaded(value: Any) -> dict[str, Any]:
    """A JSON column, which the driver gives as text."""
    if isinstance(value, str):
        value = json.loads(value)
    return value or {}


def _seen(stamp: str | None) -> datetime:
    return datetime.fromisoformat(stamp) if stamp else NEVER


_UPDATE = """
UPDATE promises_promise SET
    customer_id = %s, kind_id = %s, title = %s, made_at = %s, due_at = %s, due_on = %s, warn_at = %s,
    breaks_at = %s, forecast_at = %s, kept_at = %s, withdrawn_at = %s, state = %s, next_check_at = %s,
    settled_at = %s, amount = %s, currency = %s, attributes = %s, stamps = %s
WHERE id = %s
"""


def update_rows(changes: Sequence[tuple[Stored, NewRow]]) -> None:
    """Rewrite promises, pipelined: one round trip for all of them."""
    if not changes:
        return
    with connection.cursor() as cursor:
        cursor.executemany(_UPDATE, [_values(old, row) for old, row in changes])


def _values(old: Stored, row: NewRow) -> tuple[Any, ...]:
    clocks = row.clocks
    return (
        row.customer_id, row.policy.kind_id, row.title, row.made_at, clocks.due_at, row.due_on, clocks.warn_at,
        clocks.breaks_at, row.events.forecast_at, row.events.kept_at, row.events.withdrawn_at,
        row.standing.state.value, row.standing.next_check_at, row.standing.settled_at, row.amount, row.currency,
        json.dumps(row.attributes), json.dumps(row.stamps) if row.stamps else None, old.id,
    )  # fmt: skip
