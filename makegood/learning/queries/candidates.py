"""What fails beyond chance, as the last look found it; who was hit again; what came back. For whoever sees all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from makegood.kernel.refusals import forbidden, missing
from makegood.learning.models import Candidate
from makegood.people.rules import Scope
from makegood.platform.rows import fetch_rows

DAYS = 90
"""So many days of promises are looked through."""
AGAIN = timedelta(days=30)
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateFacts:
    """A group that fails beyond chance. `name` is what it is called: the kind's own name, else its value. `expected`
    failures if it were like the others of its kinds and weeks, `share` how much of what is as clear may be chance."""

    id: int
    what: str
    value: str
    name: str
    due: int
    failed: int
    expected: float
    share: float
    first_at: datetime
    last_at: datetime
    standing: bool
    dismissed_at: datetime | None
    dismissed_by: str
    reason: str
    case_number: int | None
    improvement: int | None

    @property
    def ratio(self) -> float:
        """Failures ÷ expected failures."""
        return self.failed / self.expected if self.expected else 0.0


class HitAgain(NamedTuple):
    """A customer whom we failed again within the window, how often in all, and their last case."""

    customer_id: int
    name: str
    times: int
    case_number: int
    at: datetime


class FailedPromise(NamedTuple):
    """A promise of a group that was not kept in time, and its case (None without)."""

    id: int
    title: str
    customer: str
    customer_id: int
    due_at: datetime
    state: str
    case_number: int | None


def require_sight(scope: Scope) -> None:
    """Signals tell of every team's work. Raises Refusal "people.not_allowed"."""
    if not scope.sees_all:
        raise forbidden("people.not_allowed", "Signals are for managers and analysts: they tell of every team.")


def candidates(scope: Scope, *, dismissed: bool = False) -> tuple[CandidateFacts, ...]:
    """Those that stand and nobody dismissed, with the most failures beyond those expected first; or those dismissed.

    Raises Refusal "people.not_allowed".
    """
    require_sight(scope)
    wanted = "s.dismissed_at IS NOT NULL" if dismissed else "s.standing AND s.dismissed_at IS NULL"
    order = "ORDER BY s.improvement_id IS NOT NULL, s.failed - s.expected DESC, s.id LIMIT %(most)s"
    return tuple(_facts(row) for row in fetch_rows(f"{_READ} WHERE {wanted} {order}", {"most": MOST}))


def candidate_for(scope: Scope, number: int) -> CandidateFacts:
    """One of them. Raises Refusal "people.not_allowed", "signal.unknown"."""
    require_sight(scope)
    found = fetch_rows(f"{_READ} WHERE s.id = %(number)s", {"number": number})
    if not found:
        raise missing("signal.unknown", "There is no such signal.")
    return _facts(found[0])


_READ = """
SELECT s.id, s.what, s.value, coalesce(k.name, s.value), s.due, s.failed, s.expected, s.share, s.first_at, s.last_at,
       s.standing, s.dismissed_at, coalesce(b.name, ''), s.reason, s.case_id, s.improvement_id
FROM learning_candidate s LEFT JOIN people_staff b ON b.id = s.dismissed_by_id
LEFT JOIN promises_kind k ON s.what = 'kind' AND k.slug = s.value
"""
_NAMES = (
    "id", "what", "value", "name", "due", "failed", "expected", "share", "first_at", "last_at", "standing",
    "dismissed_at", "dismissed_by", "reason", "case_number", "improvement",
)  # fmt: skip


def _facts(row: tuple[object, ...]) -> CandidateFacts:
    return CandidateFacts(**dict(zip(_NAMES, row, strict=True)))  # type: ignore[arg-type]


def failed_of(one: CandidateFacts | Candidate, *, zone: str, before: datetime, most: int = 50) -> list[FailedPromise]:
    """The promises of a group that failed in the days that were looked through, the last first."""
    asked = {
        "what": one.what, "value": one.value, "zone": zone, "before": before, "since": before - timedelta(days=DAYS),
        "most": most, "word": f"\\m{one.value}\\M",
    }  # fmt: skip
    return [FailedPromise(*row) for row in fetch_rows(_FAILED, asked)]


_FAILED = """
SELECT p.id, p.title, cu.name, cu.id, p.due_at, p.state, f.case_id
FROM promises_promise p JOIN promises_kind k ON k.id = p.kind_id LEFT JOIN people_team t ON t.id = k.team_id
JOIN customers_customer cu ON cu.id = p.customer_id LEFT JOIN cases_failure f ON f.promise_id = p.id
WHERE NOT k.inside_case AND p.state IN ('kept_late', 'broken', 'released')
  AND p.due_at >= %(since)s AND p.due_at < %(before)s
  AND CASE %(what)s WHEN 'kind' THEN k.slug = %(value)s WHEN 'team' THEN t.name = %(value)s
      WHEN 'weekday' THEN to_char(p.due_at AT TIME ZONE %(zone)s, 'ID') = %(value)s
      WHEN 'word' THEN p.title ~* %(word)s ELSE left(p.attributes ->> %(what)s, 80) = %(value)s END
ORDER BY p.due_at DESC, p.id DESC LIMIT %(most)s
"""


def hit_again(scope: Scope, *, now: datetime, most: int = 20) -> list[HitAgain]:
    """Customers whom we failed again in the last thirty days, those most often first. Raises Refusal
    "people.not_allowed"."""
    require_sight(scope)
    return [HitAgain(*row) for row in fetch_rows(_AGAIN, {"since": now - AGAIN, "most": most})]


_AGAIN = """
SELECT cu.id, cu.name, max(c.ordinal), max(c.id), max(c.opened_at)
FROM cases_case c JOIN customers_customer w ON w.id = c.customer_id
JOIN customers_customer cu ON cu.id = coalesce(w.merged_into_id, w.id)
WHERE c.opened_at >= %(since)s AND c.ordinal > 1 AND c.outcome <> 'corrected'
GROUP BY cu.id, cu.name ORDER BY 3 DESC, 5 DESC LIMIT %(most)s
"""


def looked_at() -> datetime | None:
    """When promises were looked through last (aware UTC); None before the first time."""
    found = fetch_rows("SELECT looked_at FROM learning_look ORDER BY id LIMIT 1", [])
    return found[0][0] if found else None
