"""The watch: moving every promise whose instant has come, in sets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from makegood.journal.actions import hand, recording
from makegood.journal.actors import SYSTEM
from makegood.platform.rows import fetch_rows
from makegood.promises.rules import Moved, State

_TOLD = recording("""
    SELECT CASE WHEN after = 'broken' THEN breaks_at ELSE %(now)s END AS at, 'promise.' || after AS verb, customer_id,
           'promise' AS subject_kind, id AS subject_id,
           jsonb_build_object('from', before, 'to', after, 'due_at', due_at, 'title', title) AS data
    FROM moved ORDER BY breaks_at, id
""")

# One statement, so that a crash at any instant leaves either the whole move or none of it. Rows are taken
# in the order in which they fell due; rows that another watch holds are left to it.
# That it agrees with `rules.stand` is a property test.
_ADVANCE = f"""
WITH due AS (
    SELECT id, state FROM promises_promise
    WHERE next_check_at < %(now)s
    ORDER BY next_check_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
), moved AS (
    UPDATE promises_promise AS p
    SET state = CASE WHEN p.breaks_at < %(now)s THEN 'broken' ELSE 'at_risk' END,
        next_check_at = CASE WHEN p.breaks_at < %(now)s THEN NULL ELSE p.breaks_at END
    FROM due WHERE p.id = due.id
    RETURNING p.id, p.customer_id, p.kind_id, p.title, p.owner_id, p.due_at, p.breaks_at, p.forecast_at,
              p.kept_at, due.state AS before, p.state AS after
), told AS (
    {_TOLD}
)
SELECT m.id, m.customer_id, m.kind_id, m.title, m.owner_id, m.due_at, m.breaks_at, m.forecast_at, m.kept_at,
       m.before, m.after, k.opens_case, k.inside_case, k.severity, k.team_id, k.role
FROM moved m JOIN promises_kind k ON k.id = m.kind_id
ORDER BY m.breaks_at, m.id
"""  # noqa: S608 - put together from what is written here


@transaction.atomic
def advance_due(*, now: datetime, limit: int) -> list[Moved]:
    """Move up to `limit` promises whose next check lies before `now`, in due order.

    Open ones that fell quiet become at risk, those past their grace become broken; each move has its
    journal row in the same transaction. Any number of watches may call this at once.
    """
    return [_moved(row) for row in fetch_rows(_ADVANCE, {"now": now, "limit": limit, **hand(SYSTEM)})]


def _moved(row: tuple[Any, ...]) -> Moved:
    """A row of the statement above, whose columns are the fields of a move in their order."""
    cells = (*row[:9], _STATES[row[9]], _STATES[row[10]], *row[11:])
    return Moved(*cells)


_STATES = {state.value: state for state in State}
