"""How much of what comes after a case is somebody's own and not done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from makegood.followups.queries.closures import MINE
from makegood.platform.rows import fetch_rows


@dataclass(frozen=True, slots=True)
class OwnPart:
    """Closed cases in which one person has something left to make good, and follow-ups of theirs that are due."""

    closures: int
    follow_ups: int


# Asked for every page, so in one.
_OWN = f"""
SELECT (SELECT count(*) FROM (
            SELECT FROM ({MINE}) mine JOIN cases_case c ON c.id = mine.case_id AND c.closed_at IS NOT NULL
            LIMIT %(most)s) closures),
       (SELECT count(*) FROM (
            SELECT FROM promises_promise p JOIN followups_followup f ON f.promise_id = p.id
            WHERE p.owner_id = %(me)s AND p.state IN ('open', 'at_risk', 'broken') AND p.due_at < %(until)s
            LIMIT %(most)s) follow_ups)
"""  # noqa: S608 - written in our rooms


def own_part(staff_id: int, *, until: datetime, at_most: int) -> OwnPart:
    """What is theirs, each counted up to `at_most`; follow-ups that are due before `until` (aware UTC)."""
    return OwnPart(*fetch_rows(_OWN, {"me": staff_id, "until": until, "most": at_most})[0])
