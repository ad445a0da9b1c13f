"""Promises already in the ledger, as the batch path reads and rewrites them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection
from msgspec.structs import replace

from makegood.platform.rows import fetch_rows
from makegood.promises.actions.ledger import NewRow
from makegood.promises.facts import ATTRIBUTE, Due, Known
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


# One question per source, so that the unique index on (source, reference) answers it. References travel as
# one JSON text: the driver takes longer to quote a thousand of them than the server to find them.
_LOAD = """
SELECT p.source, p.reference, p.id, p.state, p.owner_id, p.made_by, p.replaced_at, p.stamps, p.kind_id, c.key,
       p.due_at, p.due_on, p.attributes, p.title, p.made_at, p.forecast_at, p.kept_at, p.withdrawn_at, p.amount,
       p.currency
FROM promises_promise p JOIN customers_customer c ON c.id = p.customer_id
WHERE p.source = %s AND p.reference = ANY(ARRAY(SELECT json_array_elements_text(%s::json)))
  AND p.reference IS NOT NULL
ORDER BY p.id FOR UPDATE OF p
"""


def load(keys: Collection[Key], *, slugs: Mapping[int, str]) -> dict[Key, Stored]:
    """The promises that are known by these keys, locked in the order of their ids."""
    by_source: dict[str, list[str]] = {}
    for source, reference in keys:
        by_source.setdefault(source, []).append(reference)
    found = {}
    for source in sorted(by_source):
        for row in fetch_rows(_LOAD, [source, msgspec.json.encode(by_source[source]).decode()]):
            found[row[0], row[1]] = _stored(row[2:], slugs)
    return found


_PLAIN = ("title", "made_at", "forecast_at", "kept_at", "withdrawn_at", "amount", "currency")


def _stored(cells: tuple[Any, ...], slugs: Mapping[int, str]) -> Stored:
    number, state, owner_id, made_by, replaced_at, stamps, kind_id, key, due_at, due_on, attributes, *plain = cells
    stamps = stamps or {}
    told = dict(zip(_PLAIN, plain, strict=True))
    values = {"customer": key, "kind": slugs[kind_id], "due": Due(due_at, due_on)}
    # What nobody has said is empty; a guess of ours is marked by an empty stamp.
    values |= {name: value for name, value in told.items() if value not in (None, "") and stamps.get(name) != ""}
    values |= {ATTRIBUTE + name: value for name, value in attributes.items()}
    events = Events(
        forecast_at=told["forecast_at"], kept_at=told["kept_at"], withdrawn_at=told["withdrawn_at"],
        replaced_at=replaced_at,
    )  # fmt: skip
    return Stored(
        id=number,
        state=State(state),
        events=events,
        owner_id=owner_id,
        made_by=made_by,
        made_at=told["made_at"],
        replaced_at=replaced_at,
        known=Known(values, {name: datetime.fromisoformat(stamp) for name, stamp in stamps.items() if stamp}),
    )


_SET = (
    "customer_id", "kind_id", "title", "made_at", "due_at", "due_on", "warn_at", "breaks_at", "forecast_at",
    "kept_at", "withdrawn_at", "state", "next_check_at", "settled_at", "amount", "currency", "attributes", "stamps",
)  # fmt: skip
# Rows travel as one JSON text and take their types from the table; a statement for each took 100 ms in a thousand.
_UPDATE = f"""
UPDATE promises_promise AS p SET ({", ".join(_SET)}) = ROW({", ".join(f"n.{name}" for name in _SET)})
FROM json_populate_recordset(NULL::promises_promise, %s::json) AS n WHERE p.id = n.id
"""  # noqa: S608 - names of columns, written above


def update_rows(changes: Sequence[tuple[Stored, NewRow]]) -> None:
    """Rewrite promises, all in one statement."""
    if not changes:
        return
    rows = [{"id": old.id, **dict(zip(_SET, _values(row), strict=True))} for old, row in changes]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [msgspec.json.encode(rows).decode()])


def _values(row: NewRow) -> tuple[Any, ...]:
    clocks, events, standing = row.clocks, row.events, row.standing
    return (
        row.customer_id, row.policy.kind_id, row.title, row.made_at, clocks.due_at, row.due_on, clocks.warn_at,
        clocks.breaks_at, events.forecast_at, events.kept_at, events.withdrawn_at, standing.state,
        standing.next_check_at, standing.settled_at, row.amount, row.currency, row.attributes, row.stamps,
    )  # fmt: skip
