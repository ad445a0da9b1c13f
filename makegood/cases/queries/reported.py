"""What became of a report, for whoever made it and may not look into the case that it went to."""

from __future__ import annotations

from dataclasses import dataclass

from makegood.cases.queries.seeing import unknown_case
from makegood.platform.rows import fetch_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedTo:
    """Who answers for the case now; `team` is "" for somebody in none. `joined` when it was open already."""

    ref: str
    owner: str
    team: str
    joined: bool


_REPORTED = """
SELECT o.name, coalesce(t.name, ''), e.verb <> 'case.opened'
FROM journal_entry e JOIN cases_case c ON c.id = e.case_id JOIN people_staff o ON o.id = c.owner_id
LEFT JOIN people_team t ON t.id = o.team_id
WHERE e.case_id = %s AND e.actor_kind = 'staff' AND e.actor_id = %s
  AND e.verb IN ('case.opened', 'case.joined', 'case.reported')
ORDER BY e.at DESC, e.id DESC LIMIT 1
"""


def reported_to(staff_id: int, number: int) -> ReportedTo:
    """Where what this person reported has gone. Raises Refusal "case.unknown" for everybody else."""
    found = fetch_rows(_REPORTED, [number, staff_id])
    if not found:
        raise unknown_case()
    owner, team, joined = found[0]
    return ReportedTo(ref=f"SR-{number}", owner=owner, team=team, joined=joined)
