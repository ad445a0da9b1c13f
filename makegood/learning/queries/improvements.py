"""Improvements, for everybody at the desk, as they tell of no customer; a process owner sees their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from makegood.kernel.refusals import missing
from makegood.learning.rules.recurrence import Count, Judged, Ratio, State, Why, ratio_of
from makegood.people.rules import Ability, Scope
from makegood.platform.rows import fetch_rows
from makegood.promises.rules import State as PromiseState

MOST = 200


@dataclass(frozen=True, slots=True)
class Week:
    """A week by its Monday (YYYY-MM-DD), the promises due in it and the failures by the cause."""

    begins: str
    due: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImprovementFacts:
    """An improvement, and who asked for it (`asked_by`, "" for no person). `expected_at` is when it will be live
    if its owner said that it will be later, because of `obstacle`. `may` says that it is the reader's to bring live or
    to drop. Instants are aware UTC.

    `ratio` is the rate since ÷ before with its 95 % interval as of `counted_at`, None while it is not known.
    """

    number: int
    cause: str
    cause_name: str
    function: str
    change: str
    owner_id: int
    owner: str
    asked_by: str
    kind: str
    kind_name: str
    less_by: int
    exposure: int
    state: State
    judged: Judged | None
    looks: int
    began_at: datetime
    due_at: datetime
    promise_state: PromiseState
    live_at: datetime | None
    ended_at: datetime | None
    expected_at: datetime | None
    obstacle: str
    before: Count
    since: Count
    unsolved: int
    weeks: tuple[Week, ...]
    counted_at: datetime | None
    may: bool

    @property
    def ratio(self) -> Ratio | None:
        """The rate since ÷ the rate before, with its interval of 95 per cent."""
        return ratio_of(self.before, self.since) if self.live_at else None

    @property
    def more_needed(self) -> int:
        """How many promises must still fall due before it is judged next; 0 when it is no more."""
        return max(0, self.exposure * (self.looks + 1) - self.since.due) if self.live_at else self.exposure


_READ = """
SELECT i.id, g.slug, g.name, coalesce(nullif(g.function, ''), up.function, ''), i.change, i.owner_id, s.name,
       coalesce(a.name, ''), coalesce(k.slug, ''), coalesce(k.name, ''), i.less_by, i.exposure, i.state, i.why, i.looks,
       i.began_at, p.due_at, p.state, i.live_at, i.ended_at, i.expected_at, i.obstacle, i.counted
FROM learning_improvement i JOIN cases_cause g ON g.id = i.cause_id LEFT JOIN cases_cause up ON up.id = g.parent_id
JOIN people_staff s ON s.id = i.owner_id JOIN promises_promise p ON p.id = i.promise_id
LEFT JOIN promises_kind k ON k.id = i.kind_id LEFT JOIN people_staff a ON a.id = i.asked_by_id
"""


# Whoever sees no customers sees what is asked of them, and nothing that is asked of others.
_SEEN = "(%(sees_customers)s OR i.owner_id = %(me)s::bigint)"


def improvements(scope: Scope, *, mine: bool = False, ended: bool = False) -> tuple[ImprovementFacts, ...]:
    """Those under way, one's own first and then by when they are due; `mine` one's own alone, `ended` those dropped,
    too. At most 200."""
    wanted = f"WHERE (%(ended)s OR i.state <> 'dropped') AND (NOT %(mine)s OR i.owner_id = %(me)s::bigint) AND {_SEEN}"
    order = "ORDER BY i.owner_id = %(me)s::bigint DESC, i.state <> 'planned', p.due_at, i.id LIMIT %(most)s"
    asked = {"mine": mine, "ended": ended, "most": MOST} | _sight(scope)
    return tuple(_facts(row, scope) for row in fetch_rows(f"{_READ} {wanted} {order}", asked))


def improvements_about(scope: Scope, cause: str) -> tuple[ImprovementFacts, ...]:
    """Those about a cause, the one above it or those below it, the newest first; at most 200."""
    wanted = f"""WHERE {_SEEN} AND (%(cause)s IN (g.slug, up.slug)
        OR g.id = (SELECT parent_id FROM cases_cause WHERE slug = %(cause)s)) ORDER BY i.id DESC LIMIT %(most)s"""  # noqa: S608 - written above
    asked = {"cause": cause, "most": MOST} | _sight(scope)
    return tuple(_facts(row, scope) for row in fetch_rows(f"{_READ} {wanted}", asked))


def improvement_for(scope: Scope, number: int) -> ImprovementFacts:
    """One improvement. Raises Refusal "improvement.unknown"."""
    found = fetch_rows(f"{_READ} WHERE i.id = %(number)s AND {_SEEN}", {"number": number} | _sight(scope))
    if not found:
        raise missing("improvement.unknown", "There is no such improvement.")
    return _facts(found[0], scope)


def _sight(scope: Scope) -> dict[str, Any]:
    return {"sees_customers": scope.sees_customers, "me": scope.staff_id or 0}


def may_move(scope: Scope, owner_id: int) -> bool:
    """Whether an improvement of this owner is theirs to bring live, to change or to drop."""
    return scope.staff_id == owner_id or scope.may(Ability.ASSIGN)


def _facts(row: Sequence[Any], scope: Scope) -> ImprovementFacts:
    told = dict(zip(_NAMES, row, strict=True))
    state, why, counted = State(told["state"]), told.pop("why"), told.pop("counted")
    return ImprovementFacts(
        **told | {"state": state, "promise_state": PromiseState(told["promise_state"])},
        judged=Judged(state, Why(why)) if why else None, may=may_move(scope, told["owner_id"]), **_of(counted),
    )  # fmt: skip


def _of(counted: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "before": Count(*counted.get("before", (0, 0))), "since": Count(*counted.get("since", (0, 0))),
        "unsolved": counted.get("unsolved", 0), "weeks": tuple(Week(*week) for week in counted.get("weeks", ())),
        "counted_at": datetime.fromisoformat(counted["at"]) if counted else None,
    }  # fmt: skip


_NAMES = (
    "number", "cause", "cause_name", "function", "change", "owner_id", "owner", "asked_by", "kind", "kind_name",
    "less_by", "exposure", "state", "why", "looks", "began_at", "due_at", "promise_state", "live_at", "ended_at",
    "expected_at", "obstacle", "counted",
)  # fmt: skip
