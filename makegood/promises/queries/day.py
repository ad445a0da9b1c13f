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
"""With more promises than this in a day they are told by number and not one by one."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One promise on the day line; or, of a day with more than 400, how `many` are due around `due_at`."""

    due_at: datetime
    state: State
    title: str
    many: int = 1


@dataclass(frozen=True, slots=True)
class Day:
    """What is due in a day. `marks` are in due order and stand for all of them, as do the counts."""

    starts_at: datetime
    ends_at: datetime
    counts: Mapping[State, int]
    marks: tuple[Mark, ...]

    @property
    def total(self) -> int:
        """How many promises are due."""
        return sum(self.counts.values())


# All that counting needs stands in an index; titles are read of few. Many are told by number in slots of ten minutes,
# each by its middle.
_DAY = """
WITH due AS MATERIALIZED (
    SELECT p.id, p.due_at, p.state
    FROM promises_promise p JOIN promises_kind k ON k.id = p.kind_id LEFT JOIN people_staff o ON o.id = p.owner_id
    WHERE p.due_at >= %(starts_at)s::timestamptz AND p.due_at < %(ends_at)s::timestamptz AND NOT k.inside_case
      AND {whose} AND {seen}
), everyone AS MATERIALIZED (SELECT count(*) > {marks} AS many FROM due)
SELECT date_bin('10 minutes', due_at, %(starts_at)s::timestamptz) + interval '5 minutes' AS slot, state, '', count(*)
FROM due WHERE (SELECT many FROM everyone) GROUP BY slot, state
UNION ALL
(SELECT due.due_at, due.state, p.title, 1
 FROM (SELECT id, due_at, state FROM due WHERE NOT (SELECT many FROM everyone) LIMIT {marks}) due
 JOIN promises_promise p ON p.id = due.id ORDER BY due.due_at, due.id)
ORDER BY 1
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
    marks = tuple(Mark(due_at, State(state), title, many) for due_at, state, title, many in rows)
    counts: Counter[State] = Counter()
    for mark in marks:
        counts[mark.state] += mark.many
    return Day(starts_at, ends_at, counts, marks)
