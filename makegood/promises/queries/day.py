"""The day line: every promise due in a day, and how it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from makegood.people.rules import Scope
from makegood.promises.queries.reading import visible
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


def day_of(
    scope: Scope, *, starts_at: datetime, ends_at: datetime, owner_id: int | None = None, team_id: int | None = None
) -> Day:
    """The promises due from `starts_at` up to `ends_at` (half-open, aware UTC), of one person, a team or all.

    Clocks inside cases are left out: they belong to the case's own line.
    """
    rows = visible(scope).filter(due_at__gte=starts_at, due_at__lt=ends_at, kind__inside_case=False)
    if owner_id is not None:
        rows = rows.filter(owner_id=owner_id)
    if team_id is not None:
        rows = rows.filter(Q(owner__team_id=team_id) | Q(owner__isnull=True, kind__team_id=team_id))
    counts = Counter(
        {State(state): number for state, number in rows.values_list("state").annotate(number=Count("id")).order_by()}
    )
    marks = tuple(
        Mark(number, due_at, State(state), title)
        for number, due_at, state, title in rows.order_by("due_at", "id").values_list("id", "due_at", "state", "title")[
            :MARKS
        ]
    )
    return Day(starts_at, ends_at, counts, marks)
