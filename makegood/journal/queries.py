"""Reading the journal: as a live stream that never skips a row, and as a history."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from makegood.kernel.refusals import invalid
from makegood.platform.among import array_of
from makegood.platform.rows import fetch_rows

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
    entries = _read(_AFTER, {"xid": xid, "number": number, "limit": limit})
    return Stretch(entries, entries[-1].cursor if entries else cursor)


def read_some(cursor: str, *, verbs: Sequence[str], kinds: Sequence[str], limit: int) -> Stretch:
    """The next entries after `cursor` with one of these verbs, or a verb that begins with one of these `kinds` and a
    dot; oldest first, and where to read on. What nobody asked for is passed over in the database."""
    settled = latest_cursor()
    xid, number = _parse(cursor)
    until_xid, until_number = _parse(settled)
    asked = {
        "xid": xid, "number": number, "limit": limit, "verbs": list(verbs), "kinds": list(kinds),
        "until_xid": until_xid, "until_number": until_number,
    }  # fmt: skip
    entries = _read(_SOME, asked)
    return Stretch(entries, entries[-1].cursor if len(entries) == limit else settled)


def entries_of(numbers: Collection[int]) -> Mapping[int, Recorded]:
    """These entries by their id."""
    return {
        one.id: one for one in _read(f"{_ENTRY} WHERE id = ANY(%(numbers)s::bigint[])", {"numbers": array_of(numbers)})
    }


def latest_cursor() -> str:
    """The cursor behind everything that can be read now."""
    newest = fetch_rows(_LATEST, ())
    return "{}-{}".format(*newest[0]) if newest else START


def entries_written() -> int:
    """How many entries were ever written, those of failed transactions too: a count that only grows, at no cost."""
    sequence = "pg_get_serial_sequence('journal_entry', 'id')"
    return int(fetch_rows(f"SELECT coalesce(pg_sequence_last_value({sequence}), 0)", ())[0][0])


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
    wanted = []
    if case_id is not None:
        wanted.append("case_id = %(case_id)s")
    if promise_ids:
        wanted.append(_OF_PROMISES)
    elif customer_ids and case_id is None:
        wanted.append("customer_id = ANY(%(customers)s::bigint[])")
    if not wanted:
        return ()
    asked = {
        "case_id": case_id, "customers": array_of(customer_ids), "promises": array_of(promise_ids), "limit": limit,
    }  # fmt: skip
    return _read(_HISTORY.format(wanted=" OR ".join(wanted)), asked)[::-1]


# By hand: putting the statements together took longer than asking them, and every open page asks every three seconds.
_ENTRY = """
SELECT id, xid || '-' || id, at, recorded_at, actor_kind, actor_id, actor_name, verb, customer_id, case_id,
       subject_kind, subject_id, data
FROM journal_entry
"""
_HISTORY = f"{_ENTRY} WHERE {{wanted}} ORDER BY at DESC, id DESC LIMIT %(limit)s"
_OF_PROMISES = """
(customer_id = ANY(%(customers)s::bigint[]) AND subject_kind = 'promise' AND subject_id = ANY(%(promises)s::bigint[]))
"""

# The oldest transaction still under way: everything written before it is settled.
_SETTLED = "xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_LATEST = f"SELECT xid, id FROM journal_entry WHERE {_SETTLED} ORDER BY xid DESC, id DESC LIMIT 1"  # noqa: S608
# A cursor that is not of the past is of another server's count, from before a restore: what was restored counts as
# nought.
_AFTER = f"""
{_ENTRY}
WHERE {_SETTLED} AND (xid, id) > (
    CASE WHEN %(xid)s < pg_snapshot_xmin(pg_current_snapshot())::text::bigint THEN %(xid)s ELSE 0 END, %(number)s
)
ORDER BY xid, id LIMIT %(limit)s
"""
_SOME = _AFTER.replace(
    "ORDER BY",
    """AND (xid, id) <= (%(until_xid)s, %(until_number)s)
  AND (verb = ANY(%(verbs)s) OR split_part(verb, '.', 1) = ANY(%(kinds)s))
ORDER BY""",
)


def _read(statement: str, values: Mapping[str, Any]) -> tuple[Recorded, ...]:
    return tuple(Recorded(**dict(zip(_NAMES, row, strict=True))) for row in fetch_rows(statement, values))


_NAMES = tuple(field.name for field in fields(Recorded))


def _parse(cursor: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,19})-([0-9]{1,19})", cursor)
    if found is None or any(int(part) >= 2**63 for part in found.groups()):
        raise invalid("journal.bad_cursor", f"Use the cursor of an earlier answer, or {START} to start.", field="after")
    return int(found[1]), int(found[2])
