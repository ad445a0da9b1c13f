"""Writing the journal: the only place that does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from makegood.journal.actors import Actor
from makegood.journal.models import Entry


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
) -> Entry:
    """Record one move, in the transaction that makes it."""
    return Entry.objects.create(
        verb=verb,
        at=at,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name,
        subject_kind=subject[0],
        subject_id=subject[1],
        customer_id=customer_id,
        case_id=case_id,
        data=dict(data or {}),
    )


_COPY = (
    "COPY journal_entry (at, actor_kind, actor_id, actor_name, verb, customer_id, case_id, subject_kind,"
    " subject_id, data) FROM STDIN"
)


def record_many(entries: Iterable[NewEntry]) -> None:
    """Record many moves at once, in the order given."""
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for entry in entries:
            copy.write_row(
                (
                    entry.at,
                    entry.by.kind.value,
                    entry.by.id,
                    entry.by.name,
                    entry.verb,
                    entry.customer_id,
                    entry.case_id,
                    entry.subject[0],
                    entry.subject[1],
                    json.dumps(entry.data) if entry.data else "{}",
                )
            )
