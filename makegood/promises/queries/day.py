"""The day line: every promise due in a day, and how it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from makegood.people.rules import Scope
from makegood.platform.planning import planned_once
from makegood.platform.rows import fetch_rows
from makegood.promises.queries.reading import OF_TEAM, SEEN, sight
from makegood.promises.rules import State

MARKS = 400


@dataclass(frozen=True, slots=True)
class Mark:
    """One promise on the day line."""

    promise_id: int
    due_at: datetime
    state: State
    title: str


@dataclass(frozen=True, slots=True)
class Day:
    """What is due in a day. `marks` are at most 400, in due order; the counts are of all."""

    starts_at: datetime
    ends_at: datetime
    counts: Mapping[State, int]
    marks: tuple[Mark, ...]

    @property
    def total(self) -> int:
        """How many promises are due."""
        return sum(self.counts.values())


# First how many there are in each state, then the marks.
_DAY = """
WITH due AS (
    SELECT p.id, p.due_at, p.state, p.title
    FROM promises_promise p JOIN promises_kind k ON k.id = p.kind_id LEFT JOIN people_staff o ON o.id = p.owner_id
    WHERE p.due_at >= %(starts_at)s::timestamptz AND p.due_at < %(ends_at)s::timestamptz AND NOT k.inside_case
      AND {whose} AND {seen}
)
SELECT NULL::bigint, NULL::timestamptz, state, '', count(*) FROM due GROUP BY state
UNION ALL
(SELECT id, due_at, state, title, 0 FROM due ORDER BY due_at, id LIMIT {marks})
"""


def day_of(
    scope: Scope, *, starts_at: datetime, ends_at: datetime, owner_id: int | None = None, team_id: int | None = None
) -> Day:
    """The promises due from `starts_at` up to `ends_at` (half-open, aware UTC), of one person, one team or all.

    Clocks inside cases are left out: they belong to the case's own line.
    """
    asked = {"starts_at": starts_at, "ends_at": ends_at, "owner_id": owner_id, **sight(scope)}
    whose = "true" if owner_id is None else "p.owner_id = %(owner_id)s::bigint"
    if team_id is not None:
        asked["of_team_id"], whose = team_id, OF_TEAM
    rows = fetch_rows(planned_once(_DAY.format(seen=SEEN, whose=whose, marks=MARKS)), asked)
    counts = Counter({State(state): count for number, _, state, _, count in rows if number is None})
    marks = tuple(Mark(number, due_at, State(state), title) for number, due_at, state, title, _ in rows if number)
    return Day(starts_at, ends_at, counts, marks)
