"""Who is at a case just now. Not a move: nothing is journaled, and after a crash nothing of it is missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from makegood.cases.models import Presence
from makegood.cases.queries.seeing import visible
from makegood.people.rules import Scope
from makegood.platform.rows import fetch_rows

LINGERS = timedelta(seconds=15)
"""How long somebody counts as being there after they were last heard of: some polls may be lost on the way."""
_RENEWED = timedelta(seconds=5)

# One way to the server for every desk every three seconds. A row that is fresh and says the same is not written again.
_COME = """
WITH come AS (
    INSERT INTO cases_presence AS p (case_id, staff_id, writes, seen_at)
    VALUES (%(case_id)s, %(staff_id)s, %(writes)s, %(now)s)
    ON CONFLICT (case_id, staff_id) DO UPDATE SET writes = excluded.writes, seen_at = excluded.seen_at
    WHERE p.writes <> excluded.writes OR p.seen_at <= %(stale)s
)
SELECT s.id, s.name, p.writes FROM cases_presence p JOIN people_staff s ON s.id = p.staff_id
WHERE p.case_id = %(case_id)s AND p.staff_id <> %(staff_id)s AND p.seen_at > %(gone)s
ORDER BY s.name, s.id
"""


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody else who is at the case: reading, or writing."""

    staff_id: int
    name: str
    writes: bool


def come_to(number: int, *, writes: bool, scope: Scope, now: datetime) -> tuple[Here, ...]:
    """Say that one is at a case, and be told who else is. Nobody is at a case that they may not see."""
    if scope.staff_id is None or not visible(scope).filter(pk=number).exists():
        return ()
    values = {
        "case_id": number, "staff_id": scope.staff_id, "writes": writes, "now": now,
        "stale": now - _RENEWED, "gone": now - LINGERS,
    }  # fmt: skip
    return tuple(Here(*row) for row in fetch_rows(_COME, values))


def forget_who_left(*, now: datetime) -> int:
    """Take away the rows of those who went. How many there were."""
    gone, _ = Presence.objects.filter(seen_at__lte=now - LINGERS).delete()
    return gone
