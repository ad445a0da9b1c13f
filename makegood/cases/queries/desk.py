"""Today's work in three groups: broken, at risk, waiting on you."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from makegood.cases.queries.listing import CaseLine, lines_by_number
from makegood.cases.queries.seeing import NOBODY, SEEN_WITHOUT_TEAM
from makegood.people.rules import Scope
from makegood.platform.rows import fetch_rows
from makegood.promises.queries import PromiseFacts, promises_by_id
from makegood.promises.queries.reading import SEEN, sight

MOST = 25
_COUNTED = 1_000
# Among these many promises, the last that broke or the next to be looked at, those without a case are sought:
# the desk costs the same however long the ledger is.
_LOOKED_AT = 2_000


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One row: a case, or a promise in trouble that has none. `why` says what waits on you, "" otherwise."""

    case: CaseLine | None
    promise: PromiseFacts | None
    why: str = ""

    @property
    def since(self) -> datetime:
        """The instant by which the row is placed: when the promise was due, or the case opened."""
        if self.case is not None:
            return self.case.promise_due_at or self.case.opened_at
        assert self.promise is not None  # noqa: S101 - a row is one or the other
        return self.promise.due_at


@dataclass(frozen=True, slots=True)
class DeskGroup:
    """A group and how many it holds (counted up to a thousand); at most twenty-five rows of them."""

    key: Literal["broken", "at_risk", "waiting"]
    count: int
    rows: tuple[DeskRow, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """The groups in their fixed order."""

    groups: tuple[DeskGroup, DeskGroup, DeskGroup]


def desk_rows(scope: Scope, *, who: Literal["me", "team"]) -> Desk:
    """What is to be done now, by oneself or by the team, most urgent first."""
    found = _read(scope, who)
    shown = {
        "broken": found.caseless_broken[: MOST - len(found.broken)],
        "at_risk": found.caseless_at_risk[: MOST - len(found.at_risk)],
    }
    lines = lines_by_number([*found.broken, *found.at_risk, *found.waiting])
    promises = promises_by_id([*shown["broken"], *shown["at_risk"]])
    broken = _rows(found.broken, lines) + _alone(shown["broken"], promises)
    at_risk = _rows(found.at_risk, lines) + _alone(shown["at_risk"], promises)
    whys = dict(zip(found.waiting, found.whys, strict=True))
    return Desk(
        (
            DeskGroup("broken", found.count_broken + len(found.caseless_broken), broken),
            DeskGroup("at_risk", found.count_at_risk + len(found.caseless_at_risk), at_risk),
            DeskGroup("waiting", found.count_waiting, _rows(found.waiting, lines, whys)),
        )
    )


_WHYS = (
    "{owner} offers it to you", "Take it in charge", "Speak to the customer yourself", "The customer wants more",
    "The customer wrote to you", "Find out why it happened",
)  # fmt: skip


def _rows(
    numbers: Sequence[int], lines: Mapping[int, CaseLine], whys: Mapping[int, int] | None = None
) -> tuple[DeskRow, ...]:
    reasons = {number: _WHYS[rank].format(owner=lines[number].owner_name) for number, rank in (whys or {}).items()}
    return tuple(DeskRow(lines[number], None, reasons.get(number, "")) for number in numbers)


def _alone(numbers: Sequence[int], promises: Mapping[int, PromiseFacts]) -> tuple[DeskRow, ...]:
    return tuple(DeskRow(None, promises[number]) for number in numbers if number in promises)


@dataclass(frozen=True, slots=True)
class _Found:
    """The numbers of what stands in each group. `whys` are the places of `waiting` in the words for it."""

    broken: list[int]
    at_risk: list[int]
    count_broken: int
    count_at_risk: int
    caseless_broken: list[int]
    caseless_at_risk: list[int]
    waiting: list[int]
    whys: list[int]
    count_waiting: int


def _read(scope: Scope, who: str) -> _Found:
    ours, caseless = _ours(scope, who), _CASELESS_MINE if who == "me" else _caseless_near(scope)
    asked = {"me": scope.staff_id or NOBODY, "most": MOST, "counted": _COUNTED, "looked_at": _LOOKED_AT}
    statement = _DESK.format(
        replies=_REPLIES,
        theirs=_THEIRS,
        broken=_CASES.format(ours=ours, which="NOT foretold OR failed"),
        at_risk=_CASES.format(ours=ours, which="foretold AND NOT failed"),
        caseless_broken=caseless.format(state="broken", down="DESC"),
        caseless_at_risk=caseless.format(state="at_risk", down=""),
    )
    return _Found(*fetch_rows(statement, asked | sight(scope))[0])


# By hand and in one statement: putting together the ten that it was took longer than asking them.
#
# What waits for this very person, and for what; where several hold, the first. Up to a thousand of each sort: after
# a storm a lead may be drawn into more than anybody could look at.
_DESK = """
WITH waiting AS MATERIALIZED (
    SELECT number, min(why) AS why FROM (
        (SELECT 0 AS why, id AS number FROM cases_case WHERE closed_at IS NULL AND offered_to_id = %(me)s
         ORDER BY id LIMIT %(counted)s)
        UNION ALL
        (SELECT 1, e.case_id FROM cases_escalation e
         JOIN cases_commitment m ON m.id = e.charge_id JOIN promises_promise p ON p.id = m.promise_id
         WHERE e.person_id = %(me)s AND e.taken_at IS NULL AND p.state IN ('open', 'at_risk', 'broken')
         ORDER BY e.case_id LIMIT %(counted)s)
        UNION ALL
        (SELECT 2, m.case_id FROM promises_promise p JOIN cases_commitment m ON m.promise_id = p.id
         WHERE m.purpose = 'personal_contact' AND p.owner_id = %(me)s AND p.state IN ('open', 'at_risk', 'broken')
         ORDER BY m.case_id LIMIT %(counted)s)
        UNION ALL
        (SELECT 3, c.id FROM cases_case c
         WHERE c.closed_at IS NULL AND NOT c.light AND c.owner_id = %(me)s
           AND (SELECT answer FROM cases_satisfactioncheck WHERE case_id = c.id AND undone_at IS NULL
                ORDER BY asked_at DESC, id DESC LIMIT 1) = 'more'
         ORDER BY c.id LIMIT %(counted)s)
        UNION ALL
        (SELECT 4, c.id FROM cases_case c
         WHERE c.closed_at IS NULL AND NOT c.light AND c.owner_id = %(me)s
           AND (SELECT verb FROM journal_entry
                WHERE case_id = c.id AND verb IN ({theirs}, {replies})
                ORDER BY at DESC, id DESC LIMIT 1) IN ({theirs})
         ORDER BY c.id LIMIT %(counted)s)
        UNION ALL
        (SELECT 5, m.case_id FROM promises_promise p JOIN cases_commitment m ON m.promise_id = p.id
         WHERE m.purpose = 'find_cause' AND p.owner_id = %(me)s AND p.state IN ('at_risk', 'broken')
         ORDER BY m.case_id LIMIT %(counted)s)
    ) each_sort GROUP BY number
), longest AS (
    SELECT number, why, opened_at FROM waiting JOIN cases_case ON id = number ORDER BY opened_at, number LIMIT %(most)s
)
SELECT ARRAY({broken} ORDER BY severity DESC, opened_at, id LIMIT %(most)s),
       ARRAY({at_risk} ORDER BY severity DESC, opened_at, id LIMIT %(most)s),
       (SELECT count(*) FROM ({broken} LIMIT %(counted)s) b),
       (SELECT count(*) FROM ({at_risk} LIMIT %(counted)s) r),
       ARRAY({caseless_broken} LIMIT %(counted)s),
       ARRAY({caseless_at_risk} LIMIT %(counted)s),
       ARRAY(SELECT number FROM longest ORDER BY opened_at, number),
       ARRAY(SELECT why FROM longest ORDER BY opened_at, number),
       (SELECT count(*) FROM waiting)
"""

# What the customer did on their page that wants a reply.
_THEIRS = "'case.wrote', 'case.asked_else', 'case.link_asked'"
# What is a reply to a customer who wrote, or one that the customer needs no more.
_REPLIES = "'case.step', 'case.committed', 'case.asked', 'case.answered', 'case.choice_offered', 'case.link_made'"

# Only a case that was opened to speak first can hold nothing that failed: the others need no look at theirs. One
# that was foretold to break and then kept in time, or replaced with the customer's consent, never failed.
_CASES = """
SELECT c.id FROM cases_case c, LATERAL (SELECT c.detected_by = 'forecast' AS foretold) f, LATERAL (
    SELECT EXISTS (
        SELECT FROM cases_failure LEFT JOIN promises_promise p ON p.id = promise_id
        WHERE case_id = c.id AND corrected_at IS NULL
          AND (promise_id IS NULL OR p.state IN ('broken', 'kept_late', 'released'))
    ) AS failed
) x
WHERE c.closed_at IS NULL AND NOT c.light AND {ours} AND c.id NOT IN (SELECT number FROM waiting) AND ({which})
"""


def _ours(scope: Scope, who: str) -> str:
    """One's own open cases, or the team's; for those in no team all that they may see."""
    if who == "me":
        return "c.owner_id = %(me)s"
    if scope.team_id is not None:
        return "c.owner_id IN (SELECT id FROM people_staff WHERE team_id = %(team_id)s)"
    return "true" if scope.sees_all else SEEN_WITHOUT_TEAM


# Promises in a state that no case is about, the latest to break or the next to break first.
_CASELESS_MINE = """
SELECT p.id FROM promises_promise p
WHERE p.owner_id = %(me)s AND p.state = '{state}'
  AND p.kind_id IN (SELECT id FROM promises_kind WHERE NOT inside_case)
  AND NOT EXISTS (SELECT FROM cases_failure WHERE promise_id = p.id)
ORDER BY p.breaks_at {down}, p.id
"""
_CASELESS_NEAR = """
SELECT p.id FROM (
    SELECT id, kind_id, owner_id, breaks_at FROM promises_promise WHERE state = '{{state}}'
    ORDER BY breaks_at {{down}}, id {{down}} LIMIT %(looked_at)s
) p JOIN promises_kind k ON k.id = p.kind_id LEFT JOIN people_staff o ON o.id = p.owner_id
WHERE {theirs} AND NOT k.inside_case AND NOT EXISTS (SELECT FROM cases_failure WHERE promise_id = p.id)
ORDER BY p.breaks_at {{down}}, p.id
"""


def _caseless_near(scope: Scope) -> str:
    """The team's; for those in no team all that they may see."""
    return _CASELESS_NEAR.format(theirs=SEEN if scope.team_id is None else "o.team_id = %(team_id)s")
