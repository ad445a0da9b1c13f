"""Writing the journal: the only place that does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from makegood.journal.actors import Actor
from makegood.platform.copying import copy_rows


class NewEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One move to be recorded. `at` is when it happened (aware UTC), which may be before it is recorded."""

    verb: str
    by: Actor
    at: datetime
    subject: tuple[str, int | None] = ("", None)
    customer_id: int | None = None
    case_id: int | None = None
    data: Mapping[str, Any] = {}


def record(
    verb: str,
    *,
    by: Actor,
    at: datetime,
    subject: tuple[str, int | None] = ("", None),
    customer_id: int | None = None,
    case_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Record one move, in the transaction that makes it."""
    one = NewEntry(
        verb=verb, by=by, at=at, subject=subject, customer_id=customer_id, case_id=case_id, data=data or {}
    )  # fmt: skip
    record_many([one])


_COLUMNS = (
    "at", "actor_kind", "actor_id", "actor_name", "verb", "customer_id", "case_id", "subject_kind", "subject_id",
    "data",
)  # fmt: skip


# Up to so many go in one statement; of more, a COPY makes up for the further way to the server that it takes.
_FEW = 20
_INSERT = f"""
INSERT INTO journal_entry ({", ".join(_COLUMNS)}) SELECT {", ".join(_COLUMNS)}
FROM json_populate_recordset(NULL::journal_entry, %(entries)s::json)
"""  # noqa: S608 - names of columns, written above
# For a WITH before the rows that a move writes: they and its record go in one statement. What `entry_rows` gives is
# its parameter "entries".
RECORDED = f"recorded AS ({_INSERT})"


def entry_rows(entries: Iterable[NewEntry]) -> str:
    """Moves as `RECORDED` takes them, to be recorded in the order given."""
    rows = [dict(zip(_COLUMNS, (*_who(entry), entry.data), strict=True)) for entry in entries]
    return msgspec.json.encode(rows).decode()


_FROM_QUERY = ("at", "verb", "customer_id", "subject_kind", "subject_id", "data")


def recording(query: str) -> str:
    """The statement that records one move for each row of a query, in its order and by one hand.

    The query gives at, verb, customer_id, subject_kind, subject_id and data; the statement takes beside its
    parameters those of `hand`. It can stand alone, or in a WITH after the moves themselves.
    """
    return f"""
        INSERT INTO journal_entry (actor_kind, actor_id, actor_name, {", ".join(_FROM_QUERY)})
        SELECT %(actor_kind)s, %(actor_id)s, %(actor_name)s, {", ".join(_FROM_QUERY)} FROM ({query}) AS moves
    """  # noqa: S608 - names of columns, and queries written in our rooms


def hand(by: Actor) -> dict[str, Any]:
    """Who did it, as the parameters of `recording`."""
    return {"actor_kind": by.kind.value, "actor_id": by.id, "actor_name": by.name}


def record_many(entries: Iterable[NewEntry]) -> None:
    """Record many moves at once, in the order given."""
    told = list(entries)
    if len(told) > _FEW:
        copy_rows("journal_entry", _COLUMNS, [_cells(entry) for entry in told])
    elif told:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, {"entries": entry_rows(told)})


def _cells(entry: NewEntry) -> tuple[Any, ...]:
    return (*_who(entry), msgspec.json.encode(entry.data).decode() if entry.data else "{}")


def _who(entry: NewEntry) -> tuple[Any, ...]:
    """All but the data."""
    by = entry.by
    return (entry.at, by.kind, by.id, by.name, entry.verb, entry.customer_id, entry.case_id, *entry.subject)
