"""Reading the journal: as a live stream that never skips a row, and as a history."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from makegood.journal.models import Entry
from makegood.kernel.refusals import invalid

START = "0-0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One entry of the journal, as pages and integrations get it."""

    id: int
    cursor: str
    at: datetime
    recorded_at: datetime
    actor_kind: str
    actor_id: int | None
    actor_name: str
    verb: str
    customer_id: int | None
    case_id: int | None
    subject_kind: str
    subject_id: int | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the journal and the cursor from which to read on."""

    entries: tuple[Recorded, ...]
    cursor: str


def read_after(cursor: str, *, limit: int) -> Stretch:
    """The next entries after `cursor`, oldest first, and where to read on.

    Rows are ordered by the transaction that wrote them, and only those are read whose transaction is older
    than every one still under way: a row committed late can never slip in behind a reader.
    """
    xid, number = _parse(cursor)
    settled = _oldest_under_way()
    if xid >= settled:
        # The cursor is of another server's count, from before a restore: what was restored counts as nought.
        xid = 0
    entries = tuple(
        _recorded(entry)
        for entry in Entry.objects.filter(Q(xid__gt=xid) | Q(xid=xid, id__gt=number), xid__lt=settled).order_by(
            "xid", "id"
        )[:limit]
    )
    return Stretch(entries, entries[-1].cursor if entries else cursor)


def latest_cursor() -> str:
    """The cursor behind everything that can be read now."""
    newest = Entry.objects.filter(xid__lt=_oldest_under_way()).order_by("-xid", "-id").values_list("xid", "id").first()
    return START if newest is None else f"{newest[0]}-{newest[1]}"


def entries_written() -> int:
    """How many entries were ever written, those of failed transactions too: a count that only grows, at no cost."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('journal_entry', 'id')), 0)")
        return int(cursor.fetchone()[0])


def verbs_after(cursor: str, *, limit: int) -> tuple[frozenset[str], str]:
    """What kinds of move came after `cursor` (first words of the verbs), and where to read on."""
    stretch = read_after(cursor, limit=limit)
    return frozenset(entry.verb.split(".")[0] for entry in stretch.entries), stretch.cursor


def history(
    *,
    customer_ids: Collection[int] = (),
    case_id: int | None = None,
    promise_ids: Collection[int] = (),
    limit: int = 500,
) -> tuple[Recorded, ...]:
    """What was recorded of a case, of promises, or of customers; oldest first, the newest `limit` of them.

    Promises are looked up among the entries of their customers, which is what the index serves.
    """
    wanted = Q()
    if case_id is not None:
        wanted |= Q(case_id=case_id)
    if promise_ids:
        wanted |= Q(customer_id__in=customer_ids, subject_kind="promise", subject_id__in=promise_ids)
    elif customer_ids and case_id is None:
        wanted |= Q(customer_id__in=customer_ids)
    if not wanted:
        return ()
    newest = Entry.objects.filter(wanted).order_by("-at", "-id")[:limit]
    return tuple(_recorded(entry) for entry in reversed(newest))


def _oldest_under_way() -> int:
    """The oldest transaction still under way: everything written before it is settled."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM gives one row
    return int(row[0])


def _parse(cursor: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,19})-([0-9]{1,19})", cursor)
    if found is None or any(int(part) >= 2**63 for part in found.groups()):
        raise invalid("journal.bad_cursor", f"Use the cursor of an earlier answer, or {START} to start.", field="after")
    return int(found[1]), int(found[2])


def _recorded(entry: Entry) -> Recorded:
    return Recorded(
        id=entry.pk,
        cursor=f"{entry.xid}-{entry.pk}",
        at=entry.at,
        recorded_at=entry.recorded_at,
        actor_kind=entry.actor_kind,
        actor_id=entry.actor_id,
        actor_name=entry.actor_name,
        verb=entry.verb,
        customer_id=entry.customer_id,
        case_id=entry.case_id,
        subject_kind=entry.subject_kind,
        subject_id=entry.subject_id,
        data=entry.data,
    )
