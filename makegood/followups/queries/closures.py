"""What is still to be made good once the customer is: for those who have a part in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from makegood.cases.queries.seeing import visible
from makegood.cases.queries.standing import ASKED_OF_ME
from makegood.followups.rules import may_hear
from makegood.kernel.refusals import missing
from makegood.people.rules import Ability, Scope
from makegood.platform.among import array_of
from makegood.platform.rows import fetch_rows
from makegood.promises.rules import UNKEPT, State

MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingFacts:
    """Somebody who carried a case. What they and their lead said is "" for everybody else; `mine` and `to_hear` tell
    whose it is of those who look."""

    staff_id: int
    staff: str
    lead: str
    heard_at: datetime | None
    heard_by: str
    is_well: bool | None
    word: str
    cost: str
    helped: str
    mine: bool
    to_hear: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureFacts:
    """The closures of one closed case. `change_*` tell of the promise to change something, when there is one.

    `may_close` says that the process is for whoever looks to close, `may_keep` that the change is theirs to say done,
    `may_open` that they see the case itself. Whoever sees no customers is told of none, nor what they said. Instants
    are aware UTC.
    """

    number: int
    title: str
    customer_name: str
    kind_name: str
    harm: str
    outcome: str
    cause: str
    cause_name: str
    cause_note: str
    customer_at: datetime
    owner_id: int | None
    owner: str
    process_at: datetime | None
    process_by: str
    words: str
    change_due_at: datetime | None
    change_state: State | None
    change_by: str
    employee_at: datetime | None
    hearings: tuple[HearingFacts, ...]
    may_close: bool
    may_keep: bool
    may_open: bool

    @property
    def ref(self) -> str:
        """Its number as people say it."""
        return f"SR-{self.number}"

    @property
    def made(self) -> int:
        """How many of the three are made."""
        return 1 + (self.process_at is not None) + (self.employee_at is not None)


# Whatever is left for this person: a process of theirs, somebody to hear, to be heard, a change they promised. For a
# statement that begins with `ASKED_OF_ME`.
MINE = """
SELECT case_id FROM followups_closure WHERE owner_id = %(me)s::bigint AND process_at IS NULL
UNION SELECT case_id FROM followups_hearing WHERE lead_id = %(me)s::bigint AND heard_at IS NULL
UNION SELECT case_id FROM followups_hearing
    WHERE staff_id = %(me)s::bigint AND heard_at IS NULL AND cost = '' AND helped = ''
UNION SELECT case_id FROM asked_of_me WHERE purpose = 'change'
"""
_CLOSURES = """
SELECT f.case_id, c.title, cu.name, k.name, c.harm, c.outcome, coalesce(cause.slug, ''), coalesce(cause.name, ''),
       c.cause_note, f.customer_at, f.owner_id, coalesce(o.name, ''), f.process_at, coalesce(b.name, ''), f.words,
       p.due_at, p.state, coalesce(d.name, ''), f.employee_at, p.owner_id
FROM followups_closure f
JOIN cases_case c ON c.id = f.case_id AND c.closed_at IS NOT NULL
JOIN customers_customer cu ON cu.id = c.customer_id
JOIN promises_kind k ON k.id = c.kind_id
LEFT JOIN cases_cause cause ON cause.id = c.cause_id
LEFT JOIN people_staff o ON o.id = f.owner_id
LEFT JOIN people_staff b ON b.id = f.process_by_id
LEFT JOIN promises_promise p ON p.id = f.promise_id
LEFT JOIN people_staff d ON d.id = p.owner_id
"""
_NAMES = (
    "number", "title", "customer_name", "kind_name", "harm", "outcome", "cause", "cause_name", "cause_note",
    "customer_at", "owner_id", "owner", "process_at", "process_by", "words", "change_due_at", "change_state",
    "change_by", "employee_at",
)  # fmt: skip
_HEARINGS = """
SELECT h.case_id, h.staff_id, s.name, s.team_id, h.lead_id, coalesce(l.name, ''), h.heard_at, h.heard_by_id,
       coalesce(b.name, ''), h.is_well, h.word, h.cost, h.helped
FROM followups_hearing h JOIN people_staff s ON s.id = h.staff_id
LEFT JOIN people_staff l ON l.id = h.lead_id LEFT JOIN people_staff b ON b.id = h.heard_by_id
WHERE h.case_id = ANY(%s::bigint[]) ORDER BY h.id
"""


def closures(scope: Scope, *, every: bool = False) -> tuple[ClosureFacts, ...]:
    """Cases in which something is left to be made good by whoever looks, the longest closed first; `every` for those
    of everybody, for those who see all."""
    if every and scope.sees_all:
        wanted = "WHERE f.process_at IS NULL OR f.employee_at IS NULL"
    else:
        wanted = f"WHERE f.case_id IN ({MINE})"
    found = fetch_rows(
        f"{ASKED_OF_ME} {_CLOSURES} {wanted} ORDER BY f.customer_at, f.case_id LIMIT %(most)s",
        {"me": scope.staff_id or 0, "most": MOST},
    )
    return _facts(found, scope)


@dataclass(frozen=True, slots=True)
class LeftFacts:
    """What is left to one person after a closed case: to say what changes (`due_at` None), or to have it changed by
    `due_at` (aware UTC). `about` is the cause, or the kind of promise where there is none. It tells of no customer."""

    number: int
    about: str
    due_at: datetime | None


def left_to(staff_id: int, until: datetime) -> tuple[LeftFacts, ...]:
    """What one person is to say, the longest closed first; then what they are to have changed before `until`."""
    found = fetch_rows(_LEFT, {"me": staff_id, "until": until, "unkept": sorted(UNKEPT), "most": MOST})
    return tuple(LeftFacts(*row) for row in found)


_LEFT = """
SELECT f.case_id, coalesce(cause.name, k.name), CASE WHEN f.process_at IS NULL THEN NULL ELSE p.due_at END
FROM followups_closure f
JOIN cases_case c ON c.id = f.case_id AND c.closed_at IS NOT NULL
JOIN promises_kind k ON k.id = c.kind_id
LEFT JOIN cases_cause cause ON cause.id = c.cause_id
LEFT JOIN promises_promise p ON p.id = f.promise_id
WHERE f.case_id IN (
    SELECT case_id FROM followups_closure WHERE owner_id = %(me)s::bigint AND process_at IS NULL
    UNION SELECT d.case_id FROM promises_promise o JOIN followups_closure d ON d.promise_id = o.id
        WHERE o.owner_id = %(me)s::bigint AND o.state = ANY(%(unkept)s::text[]) AND o.due_at < %(until)s
)
ORDER BY f.process_at IS NOT NULL, p.due_at, f.customer_at, f.case_id LIMIT %(most)s
"""


def closure_for(scope: Scope, number: int) -> ClosureFacts:
    """The closures of one case, for whoever sees it or has a part in it. Raises Refusal "closure.none"."""
    found = _facts(fetch_rows(f"{_CLOSURES} WHERE f.case_id = %(number)s", {"number": number}), scope)
    if not found or not (found[0].may_open or _has_part(found[0], scope)):
        raise missing("closure.none", "Nothing is left to be made good in such a case.")
    return found[0]


def _has_part(one: ClosureFacts, scope: Scope) -> bool:
    own = scope.staff_id is not None and scope.staff_id == one.owner_id
    return own or one.may_close or one.may_keep or any(each.mine or each.to_hear for each in one.hearings)


def _facts(rows: Sequence[Sequence[Any]], scope: Scope) -> tuple[ClosureFacts, ...]:
    numbers = [row[0] for row in rows]
    seen = set(visible(scope).filter(pk__in=numbers).values_list("pk", flat=True)) if numbers else set()
    heard = _hearings(numbers, scope) if numbers else {}
    return tuple(_closure(row, heard.get(row[0], ()), row[0] in seen, scope) for row in rows)


def _closure(row: Sequence[Any], heard: tuple[HearingFacts, ...], seen: bool, scope: Scope) -> ClosureFacts:
    *values, doer = row
    told = dict(zip(_NAMES, values, strict=True))
    if not scope.sees_customers:
        told |= {"title": "", "customer_name": "", "harm": "", "cause_note": ""}
        heard = tuple(each for each in heard if each.mine)
    state = State(told["change_state"]) if told["change_state"] else None
    manages = scope.sees_all and scope.may(Ability.ASSIGN)
    me = scope.staff_id is not None and scope.staff_id
    return ClosureFacts(
        **told | {"change_state": state}, hearings=heard, may_open=seen,
        may_close=told["process_at"] is None and (me == told["owner_id"] or manages),
        may_keep=state in UNKEPT and (me in (told["owner_id"], doer) or manages),
    )  # fmt: skip


def _hearings(numbers: Sequence[int], scope: Scope) -> Mapping[int, tuple[HearingFacts, ...]]:
    found: dict[int, tuple[HearingFacts, ...]] = {}
    for number, *row in fetch_rows(_HEARINGS, [array_of(numbers)]):
        found[number] = (*found.get(number, ()), _hearing(row, scope))
    return found


def _hearing(row: Sequence[Any], scope: Scope) -> HearingFacts:
    staff_id, staff, team_id, lead_id, lead, heard_at, heard_by_id, heard_by, is_well, *said = row
    mine = scope.staff_id == staff_id
    hears = may_hear(scope, staff_id=staff_id, team_id=team_id, lead_id=lead_id)
    # In confidence: of these words not even who sees every case sees any, unless it was they who heard them.
    knows = mine or (scope.staff_id is not None and scope.staff_id in (lead_id, heard_by_id))
    word, cost, helped = said if knows else ("", "", "")
    return HearingFacts(
        staff_id=staff_id, staff=staff, lead=lead, heard_at=heard_at, heard_by=heard_by,
        is_well=is_well if knows else None, word=word, cost=cost, helped=helped, mine=mine,
        to_hear=heard_at is None and hears,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClosureCounts:
    """How many closed cases have one, two or all three closures, and since when the oldest of them waits."""

    one: int
    two: int
    three: int
    oldest: datetime | None


_COUNTS = """
SELECT count(*) FILTER (WHERE made = 1), count(*) FILTER (WHERE made = 2), count(*) FILTER (WHERE made = 3),
       min(customer_at) FILTER (WHERE made < 3)
FROM (
    SELECT 1 + (f.process_at IS NOT NULL)::int + (f.employee_at IS NOT NULL)::int AS made, f.customer_at
    FROM followups_closure f JOIN cases_case c ON c.id = f.case_id AND c.closed_at IS NOT NULL
    WHERE %(since)s::timestamptz IS NULL OR f.customer_at >= %(since)s
) each_case
"""


def closure_counts(since: datetime | None) -> ClosureCounts:
    """Of the cases closed since an instant (aware UTC), or ever."""
    return ClosureCounts(*fetch_rows(_COUNTS, {"since": since})[0])


@dataclass(frozen=True, slots=True)
class NamedOwner:
    """Who answers for the process behind a cause, or behind a kind of promise ("" for the other)."""

    cause: str
    kind: str
    name: str
    staff_id: int
    staff: str


def process_owners() -> tuple[NamedOwner, ...]:
    """Everybody who is named for a process: causes first, by name."""
    return tuple(NamedOwner(*row) for row in fetch_rows(_OWNERS, ()))


_OWNERS = """
SELECT coalesce(c.slug, ''), coalesce(k.slug, ''), coalesce(c.name, k.name), s.id, s.name
FROM followups_processowner o JOIN people_staff s ON s.id = o.staff_id
LEFT JOIN cases_cause c ON c.id = o.cause_id LEFT JOIN promises_kind k ON k.id = o.kind_id
ORDER BY c.name IS NULL, coalesce(c.name, k.name)
"""
