"""What fails beyond chance, as the last look found it; who was hit again; what came back. For whoever sees all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from makegood.kernel.refusals import forbidden, missing
from makegood.learning.models import Candidate
from makegood.learning.rules.signals import TOUCHED
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
    """Those that stand and nobody dismissed, with the most failures beyond those expected first; or those dismissed. Of
    whoever does not see all those that touch what they answer for.

    Raises Refusal "people.not_allowed".
    """
    if not scope.sees_all:
        if scope.sees_customers and not answers_for_something(scope.staff_id or 0):
            require_sight(scope)
        return touching(scope.staff_id or 0, dismissed=dismissed)
    return tuple(_facts(row) for row in fetch_rows(f"{_READ} WHERE {_WANTED[dismissed]} {_ORDER}", {"most": MOST}))


_WANTED = {True: "s.dismissed_at IS NOT NULL", False: "s.standing AND s.dismissed_at IS NULL"}
_ORDER = "ORDER BY s.improvement_id IS NOT NULL, s.failed - s.expected DESC, s.id LIMIT %(most)s"


def touching(staff_id: int, *, dismissed: bool = False) -> tuple[CandidateFacts, ...]:
    """Those that touch what somebody answers for, or that a change of theirs is about. They name no case."""
    statement = f"{_ANSWERED} {_READ} WHERE {_WANTED[dismissed]} AND {_TOUCHED} {_ORDER}"
    found = fetch_rows(statement, {"me": staff_id, "most": MOST})
    return tuple(replace(_facts(row), case_number=None) for row in found)


def touched_by(number: int) -> list[int]:
    """Who answers for what a signal touches, or changes it."""
    return [row[0] for row in fetch_rows(_WHOM, {"number": number})]


def answers_for_something(staff_id: int) -> bool:
    """Whether somebody is named for a process."""
    return bool(fetch_rows("SELECT 1 FROM followups_processowner WHERE staff_id = %s LIMIT 1", [staff_id]))


# A cause that has nobody of its own is of whoever is named for the nearest above it.
_NAMED = """
WITH RECURSIVE named AS (
    SELECT c.id, c.slug, o.staff_id FROM followups_processowner o JOIN cases_cause c ON c.id = o.cause_id
    UNION ALL
    SELECT c.id, c.slug, n.staff_id FROM cases_cause c JOIN named n ON c.parent_id = n.id
    WHERE NOT EXISTS (SELECT FROM followups_processowner o WHERE o.cause_id = c.id)
)
"""
_ANSWERED = f"""
{_NAMED}, mine AS (
    SELECT coalesce((SELECT array_agg(slug::text) FROM named WHERE staff_id = %(me)s), '{{}}') AS causes,
           coalesce((SELECT array_agg(k.slug::text) FROM followups_processowner o
                     JOIN promises_kind k ON k.id = o.kind_id WHERE o.staff_id = %(me)s), '{{}}') AS kinds
)
"""  # noqa: S608 - written here
_TOUCHED = """
(EXISTS (SELECT FROM mine WHERE s.causes ?| mine.causes OR s.kinds ?| mine.kinds)
 OR EXISTS (SELECT FROM learning_improvement i WHERE i.id = s.improvement_id AND i.owner_id = %(me)s))
"""
_WHOM = f"""
{_NAMED}
SELECT n.staff_id FROM named n JOIN learning_candidate s ON s.id = %(number)s AND s.causes ? n.slug
UNION
SELECT o.staff_id FROM followups_processowner o JOIN promises_kind k ON k.id = o.kind_id
JOIN learning_candidate s ON s.id = %(number)s AND s.kinds ? k.slug
UNION
SELECT i.owner_id FROM learning_candidate s JOIN learning_improvement i ON i.id = s.improvement_id
WHERE s.id = %(number)s
"""  # noqa: S608 - written here


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
    return [FailedPromise(*row) for row in fetch_rows(_FAILED, _group(one, zone, before) | {"most": most})]


def kinds_and_causes(what: str, value: str, *, zone: str, before: datetime) -> tuple[list[str], list[str]]:
    """The kinds and the causes (slugs) that a good part of a group's failures is of."""
    asked = _group_of(what, value, zone, before) | {"least": TOUCHED}
    found = fetch_rows(_OF_WHAT, asked)
    return [name for sort, name in found if sort == "kind"], [name for sort, name in found if sort == "cause"]


def _group(one: CandidateFacts | Candidate, zone: str, before: datetime) -> dict[str, object]:
    return _group_of(one.what, one.value, zone, before)


def _group_of(what: str, value: str, zone: str, before: datetime) -> dict[str, object]:
    return {
        "what": what, "value": value, "zone": zone, "before": before, "since": before - timedelta(days=DAYS),
        "word": f"\\m{value}\\M",
    }  # fmt: skip


_OF_GROUP = """
FROM promises_promise p JOIN promises_kind k ON k.id = p.kind_id LEFT JOIN people_team t ON t.id = k.team_id
LEFT JOIN cases_failure f ON f.promise_id = p.id
{more}
WHERE NOT k.inside_case AND p.state IN ('kept_late', 'broken', 'released')
  AND p.due_at >= %(since)s AND p.due_at < %(before)s
  AND CASE %(what)s WHEN 'kind' THEN k.slug = %(value)s WHEN 'team' THEN t.name = %(value)s
      WHEN 'weekday' THEN to_char(p.due_at AT TIME ZONE %(zone)s, 'ID') = %(value)s
      WHEN 'word' THEN p.title ~* %(word)s ELSE left(p.attributes ->> %(what)s, 80) = %(value)s END
"""
_FAILED = f"""
SELECT p.id, p.title, cu.name, cu.id, p.due_at, p.state, f.case_id
{_OF_GROUP.format(more="JOIN customers_customer cu ON cu.id = p.customer_id")}
ORDER BY p.due_at DESC, p.id DESC LIMIT %(most)s
"""
_OF_WHAT = f"""
WITH failed AS (
    SELECT k.slug AS kind, g.slug AS cause
    {_OF_GROUP.format(more="LEFT JOIN cases_case c ON c.id = f.case_id LEFT JOIN cases_cause g ON g.id = c.cause_id")}
), each AS (SELECT 'kind' AS sort, kind AS name FROM failed UNION ALL SELECT 'cause', cause FROM failed)
SELECT sort, name FROM each WHERE name IS NOT NULL GROUP BY sort, name
HAVING count(*) >= %(least)s * (SELECT count(*) FROM failed) ORDER BY sort, name
"""  # noqa: S608 - written here


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
