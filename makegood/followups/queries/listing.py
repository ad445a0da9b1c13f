"""Lists of follow-ups that are still to be done, across cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from makegood.cases.actions.clocks import FOLLOW_UP
from makegood.cases.queries.seeing import owned_by_team
from makegood.people.rules import Scope
from makegood.platform.among import array_of
from makegood.platform.paging import numbers_by_instant
from makegood.platform.planning import planned_anew
from makegood.platform.rows import fetch_rows
from makegood.promises.models import Promise, PromiseQuerySet
from makegood.promises.queries.reading import kind_id
from makegood.promises.rules import UNKEPT, State

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpFilter:
    """What a list of follow-ups is narrowed to; empty parts do not narrow. Instants are aware UTC, half-open."""

    owner_id: int | None = None
    team_id: int | None = None
    due_from: datetime | None = None
    due_before: datetime | None = None
    customer_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpLine:
    """A follow-up in a list. `texts` are what is asked, by language; `attempt` is None for one of the plan;
    `asks_at` and `trouble` as in `FollowUpFacts`."""

    promise_id: int
    case: int
    case_title: str
    customer_id: int
    customer_name: str
    title: str
    after: str
    attempt: int | None
    channel: str
    texts: Mapping[str, str]
    due_at: datetime
    warn_at: datetime
    breaks_at: datetime
    state: State
    owner_id: int | None
    owner: str
    asks_at: datetime | None
    trouble: str

    @property
    def ref(self) -> str:
        """The case as people say it."""
        return f"SR-{self.case}"


@dataclass(frozen=True, slots=True)
class FollowUpPage:
    """A page of follow-ups and the cursors of those around it ("" where there is none)."""

    rows: tuple[FollowUpLine, ...]
    next: str
    previous: str = ""


def follow_ups(
    scope: Scope, narrow: FollowUpFilter, *, after: str = "", before: str = "", limit: int = PAGE
) -> FollowUpPage:
    """The follow-ups that are still to be done, one's own and one's team's or everybody's, the first due first.

    Raises Refusal "page.bad_cursor".
    """
    with planned_anew():
        found = numbers_by_instant(_narrowed(scope, narrow), "due_at", limit=limit, after=after, before=before)
    by_id = {line.promise_id: line for line in _lines(found.ids)}
    return FollowUpPage(tuple(by_id[one] for one in found.ids if one in by_id), found.next, found.previous)


@planned_anew()
def count_follow_ups(scope: Scope, narrow: FollowUpFilter, *, at_most: int) -> int:
    """How many a list holds, counted up to `at_most`."""
    return _narrowed(scope, narrow)[:at_most].count()


def _narrowed(scope: Scope, narrow: FollowUpFilter) -> PromiseQuerySet:
    rows = Promise.objects.filter(
        _seen(scope), kind_id=kind_id(FOLLOW_UP), reference__isnull=True, state__in=sorted(UNKEPT)
    )  # fmt: skip
    parts: dict[str, Any] = {
        "owner_id": narrow.owner_id, "due_at__gte": narrow.due_from, "due_at__lt": narrow.due_before,
        "customer_id__in": narrow.customer_ids or None,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in parts.items() if value is not None})
    return rows if narrow.team_id is None else rows.filter(owned_by_team(narrow.team_id))


def _seen(scope: Scope) -> Q:
    """One's own and one's team's; or all."""
    if scope.sees_all:
        return Q()
    mine = Q(owner_id=scope.staff_id or 0)
    return mine if scope.team_id is None else mine | owned_by_team(scope.team_id)


_LINES = """
SELECT f.promise_id, f.case_id, c.title, p.customer_id, cu.name, p.title, f.after, f.attempt, f.channel, f.texts,
       p.due_at, p.warn_at, p.breaks_at, p.owner_id, coalesce(s.name, ''), f.asks_at, f.trouble, p.state
FROM followups_followup f
JOIN promises_promise p ON p.id = f.promise_id
JOIN cases_case c ON c.id = f.case_id
JOIN customers_customer cu ON cu.id = p.customer_id
LEFT JOIN people_staff s ON s.id = p.owner_id
WHERE f.promise_id = ANY(%s::bigint[])
"""
_NAMES = (
    "promise_id", "case", "case_title", "customer_id", "customer_name", "title", "after", "attempt", "channel", "texts",
    "due_at", "warn_at", "breaks_at", "owner_id", "owner", "asks_at", "trouble",
)  # fmt: skip


def _lines(promise_ids: Sequence[int]) -> list[FollowUpLine]:
    rows = fetch_rows(_LINES, [array_of(promise_ids)]) if promise_ids else ()
    return [FollowUpLine(**dict(zip(_NAMES, values, strict=True)), state=State(state)) for *values, state in rows]
