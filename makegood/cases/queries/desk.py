"""Today's work in three groups: broken, at risk, waiting on you. Each open case stands in one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from makegood.cases.queries.listing import CaseLine, lines_by_number
from makegood.cases.queries.seeing import NOBODY
from makegood.cases.queries.standing import CASELESS_MINE, MOST_READ, grouped
from makegood.people.rules import Scope
from makegood.platform.planning import planned_once
from makegood.platform.rows import fetch_rows
from makegood.promises.queries import PromiseFacts, promises_by_id
from makegood.promises.queries.reading import OF_TEAM, SEEN, sight

MOST = 25
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
        """The instant by which the row is placed: when what runs late was due, or the case opened."""
        if self.case is not None:
            due_at = self.case.next_due_at if self.case.late_word else self.case.promise_due_at
            return due_at or self.case.opened_at
        assert self.promise is not None  # noqa: S101 - a row is one or the other
        return self.promise.due_at


@dataclass(frozen=True, slots=True)
class DeskGroup:
    """A group: how many rows it holds, and the first twenty-five of them, what needs a person now before the rest.

    `first` is its oldest row, of what is at risk the next to break; None when nothing in it has a time that runs.
    `cut` says that there are more than are counted.
    """

    key: Literal["broken", "at_risk", "waiting"]
    count: int
    rows: tuple[DeskRow, ...]
    first: DeskRow | None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """The groups in their fixed order."""

    groups: tuple[DeskGroup, DeskGroup, DeskGroup]


def desk_rows(scope: Scope, *, who: Literal["me", "team"]) -> Desk:
    """What is to be done now, by oneself or by the team: what nobody has taken yet first, then the most urgent."""
    found = _read(scope, who)
    named = [one for one in (found.oldest_broken, found.next_at_risk, found.oldest_waiting) if one]
    lines = lines_by_number([*found.broken, *found.at_risk, *found.waiting, *named])
    alone = promises_by_id({
        *found.caseless_broken[:MOST], *found.caseless_broken[-1:], *found.caseless_at_risk[:MOST],
    })  # fmt: skip
    return Desk((_broken(found, lines, alone), _at_risk(found, lines, alone), _waiting(found, lines)))


@dataclass(frozen=True, slots=True)
class _Found:
    """The numbers of what stands in each group. `whys` are what each of `waiting` waits for."""

    broken: list[int]
    at_risk: list[int]
    waiting: list[int]
    whys: list[int]
    count_broken: int
    count_at_risk: int
    count_waiting: int
    oldest_broken: int | None
    next_at_risk: int | None
    oldest_waiting: int | None
    caseless_broken: list[int]
    caseless_at_risk: list[int]
    cut: bool


Lines = Mapping[int, CaseLine]
Promises = Mapping[int, PromiseFacts]


def _broken(found: _Found, lines: Lines, alone: Promises) -> DeskGroup:
    """Promises without a case come last: their kinds want no recovery."""
    rows = (*_cases(found.broken, lines), *_alone(found.caseless_broken, alone))[:MOST]
    olds = (*_cases([found.oldest_broken or NOBODY], lines), *_alone(found.caseless_broken[-1:], alone))
    count = found.count_broken + len(found.caseless_broken)
    return DeskGroup("broken", count, rows, _first(olds), found.cut or len(found.caseless_broken) == MOST_READ)


def _at_risk(found: _Found, lines: Lines, alone: Promises) -> DeskGroup:
    """Those of cases and those without one, the next to break first; what nobody has taken before all."""
    both = (*_cases(found.at_risk, lines), *_alone(found.caseless_at_risk, alone))
    rows = tuple(sorted(both, key=lambda row: (not row.case or row.case.taken_at is not None, _breaks(row))))[:MOST]
    nexts = (*_cases([found.next_at_risk or NOBODY], lines), *_alone(found.caseless_at_risk[:1], alone))
    count = found.count_at_risk + len(found.caseless_at_risk)
    cut = found.cut or len(found.caseless_at_risk) == MOST_READ
    return DeskGroup("at_risk", count, rows, min(nexts, key=_breaks, default=None), cut)


def _waiting(found: _Found, lines: Lines) -> DeskGroup:
    reasons = {
        number: _WHYS[rank].format(owner=lines[number].owner_name)
        for number, rank in zip(found.waiting, found.whys, strict=True)
    }
    rows = tuple(DeskRow(lines[number], None, reasons[number]) for number in found.waiting)
    oldest = next(_cases([found.oldest_waiting or NOBODY], lines), None)
    return DeskGroup("waiting", found.count_waiting, rows, oldest, found.cut)


def _cases(numbers: Iterable[int], lines: Lines) -> Iterator[DeskRow]:
    return (DeskRow(lines[number], None) for number in numbers if number in lines)


def _alone(numbers: Iterable[int], promises: Promises) -> Iterator[DeskRow]:
    return (DeskRow(None, promises[number]) for number in numbers if number in promises)


def _breaks(row: DeskRow) -> datetime:
    if row.promise is not None:
        return row.promise.breaks_at
    assert row.case is not None  # noqa: S101 - a row is one or the other
    return row.case.promise_breaks_at or row.case.opened_at


def _first(rows: Sequence[DeskRow]) -> DeskRow | None:
    return min(rows, key=lambda row: row.since, default=None)


# What others wait for, and from a hundred on what is only to be concluded.
_WHYS = {
    0: "{owner} offers it to you", 1: "Take it in charge", 2: "Speak to the customer yourself",
    3: "The customer wants more", 4: "The customer wrote to you", 5: "A message did not reach them",
    6: "Find out why it happened", 7: "Come back to the customer",
    100: "Ask whether it is right", 101: "Not reached so far: try again", 102: "Say why it happened",
    103: "Close it", 104: "Asked; the answer is awaited",
}  # fmt: skip


def _read(scope: Scope, who: str) -> _Found:
    theirs = SEEN if scope.team_id is None else OF_TEAM
    caseless = CASELESS_MINE if who == "me" else _CASELESS_NEAR
    bounds = {"read": MOST_READ, "looked_at": _LOOKED_AT, "theirs": theirs}
    statement = grouped(scope, who) + _DESK.format(
        most=MOST, read=MOST_READ,
        broken=caseless.format(state="broken", down="DESC", **bounds),
        at_risk=caseless.format(state="at_risk", down="", **bounds),
    )  # fmt: skip
    asked = {"me": scope.staff_id or NOBODY, "of_team_id": scope.team_id}
    return _Found(*fetch_rows(planned_once(statement), asked | sight(scope))[0])


# By hand and in one statement: putting together the ten that it was took longer than asking them. What nobody has
# taken comes first; then what is still broken, the gravest first, and of what is at risk the next to break.
_DESK = """
, broken AS (
    SELECT id, late_since, row_number() OVER (ORDER BY untaken DESC, runs DESC, severity DESC, opened_at, id) AS place
    FROM stood WHERE "group" = 'broken'
), at_risk AS (
    SELECT id, breaks_at, row_number() OVER (ORDER BY untaken DESC, runs DESC, breaks_at, id) AS place
    FROM stood WHERE "group" = 'at_risk'
), awaits AS (
    SELECT id, why, opened_at, row_number() OVER (ORDER BY why >= 100, opened_at, id) AS place FROM (
        SELECT number AS id, why, opened_at FROM waiting JOIN cases_case ON id = number
        UNION ALL SELECT id, to_conclude, opened_at FROM stood WHERE "group" = 'waiting'
    ) both_sorts
)
SELECT ARRAY(SELECT id FROM broken WHERE place <= {most} ORDER BY place),
       ARRAY(SELECT id FROM at_risk WHERE place <= {most} ORDER BY place),
       ARRAY(SELECT id FROM awaits WHERE place <= {most} ORDER BY place),
       ARRAY(SELECT why FROM awaits WHERE place <= {most} ORDER BY place),
       (SELECT count(*) FROM broken), (SELECT count(*) FROM at_risk), (SELECT count(*) FROM awaits),
       (SELECT id FROM broken WHERE late_since IS NOT NULL ORDER BY late_since, id LIMIT 1),
       (SELECT id FROM at_risk ORDER BY breaks_at, id LIMIT 1),
       (SELECT id FROM awaits ORDER BY opened_at, id LIMIT 1),
       ARRAY({broken}),
       ARRAY({at_risk}),
       EXISTS (SELECT FROM theirs GROUP BY untaken HAVING count(*) = {read})
"""

# The same, of a team or of all that one may see.
_CASELESS_NEAR = """
SELECT p.id FROM (
    SELECT id FROM (
        SELECT id FROM promises_promise WHERE state = '{state}'
        ORDER BY breaks_at {down}, id {down} LIMIT {looked_at}
    ) near WHERE NOT EXISTS (SELECT FROM cases_failure WHERE promise_id = near.id)
    OFFSET 0  -- nearly all have one, and no row is read to see that
) alone JOIN promises_promise p ON p.id = alone.id JOIN promises_kind k ON k.id = p.kind_id
LEFT JOIN people_staff o ON o.id = p.owner_id
WHERE {theirs} AND NOT k.inside_case
ORDER BY p.breaks_at {down}, p.id LIMIT {read}
"""
