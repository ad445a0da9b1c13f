"""Counting what an improvement is judged by: failures of a cause and promises due, before it went live and since."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from makegood.learning.rules.recurrence import Count
from makegood.platform.rows import fetch_rows

BEFORE = timedelta(days=182)
"""So much time before a change is what it is compared with: half a year evens out the weeks."""
YEAR = timedelta(days=364)
"""The same weekdays a year before."""

# A failure is put down to the cause of its case, and counts when it happened; a promise counts when it was due. All
# failures of one incident are one event, and count once: the test knows only events that come independently.
_EVENT = """coalesce((SELECT -m.incident_id FROM incidents_affected a JOIN incidents_member m ON m.id = a.member_id
                     WHERE a.promise_id = f.promise_id ORDER BY m.incident_id LIMIT 1), f.id)"""
_COUNTED = f"""
SELECT (SELECT count(*) FROM promises_promise p JOIN promises_kind k ON k.id = p.kind_id
        WHERE p.due_at >= %(since)s AND p.due_at < %(before)s AND NOT k.inside_case
          AND p.state IN ('kept', 'kept_late', 'broken', 'released')
          AND (%(kind)s::bigint IS NULL OR p.kind_id = %(kind)s::bigint)),
       count(DISTINCT {_EVENT}) FILTER (WHERE g.id IS NOT NULL),
       count(DISTINCT {_EVENT}) FILTER (WHERE c.cause_id IS NULL)
FROM cases_failure f JOIN cases_case c ON c.id = f.case_id
LEFT JOIN cases_cause g ON g.id = c.cause_id AND %(cause)s IN (g.id, g.parent_id)
WHERE f.at >= %(since)s AND f.at < %(before)s AND f.corrected_at IS NULL
  AND (%(kind)s::bigint IS NULL OR c.kind_id = %(kind)s::bigint)
"""  # noqa: S608 - written above
_WEEKS = f"""
WITH due AS (
    SELECT date_trunc('week', p.due_at AT TIME ZONE %(zone)s) AS week, count(*) AS due
    FROM promises_promise p JOIN promises_kind k ON k.id = p.kind_id
    WHERE p.due_at >= %(since)s AND p.due_at < %(before)s AND NOT k.inside_case
      AND p.state IN ('kept', 'kept_late', 'broken', 'released')
      AND (%(kind)s::bigint IS NULL OR p.kind_id = %(kind)s::bigint) GROUP BY 1
), failed AS (
    SELECT date_trunc('week', f.at AT TIME ZONE %(zone)s) AS week, count(DISTINCT {_EVENT}) AS failed
    FROM cases_failure f JOIN cases_case c ON c.id = f.case_id
    JOIN cases_cause g ON g.id = c.cause_id AND %(cause)s IN (g.id, g.parent_id)
    WHERE f.at >= %(since)s AND f.at < %(before)s AND f.corrected_at IS NULL
      AND (%(kind)s::bigint IS NULL OR c.kind_id = %(kind)s::bigint) GROUP BY 1
)
SELECT to_char(week, 'YYYY-MM-DD'), coalesce(due, 0), coalesce(failed, 0) FROM due FULL JOIN failed USING (week)
ORDER BY week
"""  # noqa: S608 - written above


def count(cause_id: int, kind_id: int | None, *, live_at: datetime | None, zone: str, now: datetime) -> dict[str, Any]:
    """What an improvement is judged by, to be kept with it: `before`, `since` and the same a year ago, each as promises
    due and failures; `unsolved` failures since that have no cause yet; and the weeks. Reads as many promises as fell
    due in that time."""
    middle = live_at or now
    found: dict[str, Any] = {}
    for name, since, until in (
        ("before", middle - BEFORE, middle), ("since", middle, now),
        ("season_before", middle - BEFORE - YEAR, middle - YEAR), ("season_since", middle - YEAR, now - YEAR),
    ):  # fmt: skip
        asked = {"cause": cause_id, "kind": kind_id, "since": since, "before": until}
        due, failed, unsolved = fetch_rows(_COUNTED, asked)[0]
        found[name] = [due, failed]
        if name == "since":
            found["unsolved"] = unsolved
    of_weeks = {"cause": cause_id, "kind": kind_id, "since": middle - BEFORE, "before": now, "zone": zone}
    return found | {"weeks": [list(row) for row in fetch_rows(_WEEKS, of_weeks)], "at": now.isoformat()}


def season_in(counted: dict[str, Any]) -> tuple[Count, Count] | None:
    """The same two stretches a year before, when promises fell due in both."""
    before, since = Count(*counted["season_before"]), Count(*counted["season_since"])
    return (before, since) if before.due and since.due else None
