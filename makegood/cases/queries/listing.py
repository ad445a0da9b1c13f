"""Lists of cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet

from makegood.cases.models import Case
from makegood.cases.queries.seeing import SEEN, owned_by_team, parse_number, reader_of, visible
from makegood.cases.rules import CONVERSATION
from makegood.customers import queries as customers
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Scope
from makegood.platform.among import array_of
from makegood.platform.paging import numbers_by_instant
from makegood.platform.planning import planned_anew
from makegood.platform.rows import fetch_rows
from makegood.promises.queries.reading import sight
from makegood.promises.rules import State

PAGE = 50
_CUSTOMERS = 200
# A search that finds more cases than so many, whoever may see them, meets the newest of them soon.
_FEW = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """What a list of cases is narrowed to; empty parts do not narrow. `state` is open, closed or "" for both; a `cause`
    stands for those below it, too."""

    state: str = "open"
    owner_id: int | None = None
    team_id: int | None = None
    kind: str = ""
    severity: int | None = None
    repeat: bool = False
    detected_by: str = ""
    customer_ids: tuple[int, ...] = ()
    q: str = ""
    oldest_first: bool = False
    cause: str = ""
    opened_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case in a list. `promise_*` tell of the promise that failed; `next_*` of the earliest still to be kept in
    the case; `pips` which of the five steps of the conversation were taken."""

    number: int
    customer_id: int
    customer_name: str
    title: str
    kind_name: str
    severity: int
    detected_by: str
    opened_at: datetime
    closed_at: datetime | None
    outcome: str
    owner_id: int
    owner_name: str
    taken_at: datetime | None
    offered_to_id: int | None
    repeat: bool
    pips: tuple[bool, ...]
    promise_title: str
    promise_state: State | None
    promise_due_at: datetime | None
    promise_due_on: date | None
    promise_breaks_at: datetime | None
    promise_settled_at: datetime | None
    next_title: str
    next_due_at: datetime | None
    next_state: State | None
    cause_name: str

    @property
    def late_word(self) -> bool:
        """Whether what runs late is a word given in the case (`next_*`), and not the promise that it is about."""
        about = self.promise_state
        return self.next_state is State.BROKEN and about is not None and about is not State.BROKEN

    @property
    def ref(self) -> str:
        """Its number as people say it."""
        return f"SR-{self.number}"


@dataclass(frozen=True, slots=True)
class CasesPage:
    """A page of cases and the cursors of those around it ("" where there is none)."""

    rows: tuple[CaseLine, ...]
    next: str
    previous: str = ""


def cases_list(scope: Scope, narrow: CaseFilter, *, after: str = "", before: str = "", limit: int = PAGE) -> CasesPage:
    """A page of cases by when they were opened, newest first unless told otherwise, continued after a cursor or
    ending before one. Raises Refusal("page.bad_cursor")."""
    with planned_anew():
        found = numbers_by_instant(
            _narrowed(scope, narrow), "opened_at", limit=limit, after=after, before=before,
            descending=not narrow.oldest_first,
        )  # fmt: skip
    return CasesPage(_in_order(found.ids), found.next, found.previous)


@planned_anew()
def count_open(scope: Scope, narrow: CaseFilter, *, at_most: int = 10_000) -> int:
    """How many cases a view holds, counted up to `at_most`."""
    return _narrowed(scope, narrow).order_by()[:at_most].count()


def search(scope: Scope, text: str, *, limit: int) -> tuple[CaseLine, ...]:
    """Cases by their number or by words of what failed, the harm or what was said; the newest first."""
    return _in_order(_numbers_found(scope, text, limit))


@planned_anew()
def _numbers_found(scope: Scope, text: str, limit: int) -> list[int]:
    wanted = _found_by(scope, text)
    if wanted is None:
        return []
    # What may be seen is asked of few: a condition across both would read every case for a word that hardly any has.
    few = list(Case.objects.filter(wanted).order_by().values_list("pk", flat=True)[: _FEW + 1])
    if len(few) <= _FEW:
        asked = {"numbers": array_of(few), "limit": limit} | sight(scope) | {"me": reader_of(scope)}
        return [number for (number,) in fetch_rows(_SEEN_NEWEST, asked)] if few else []
    rows = visible(scope).filter(wanted).order_by("-opened_at", "-id")
    return list(rows.values_list("pk", flat=True)[:limit])


_SEEN_NEWEST = f"""
SELECT c.id FROM cases_case c JOIN people_staff o ON o.id = c.owner_id JOIN promises_kind k ON k.id = c.kind_id
WHERE c.id = ANY(%(numbers)s::bigint[]) AND {SEEN} ORDER BY c.opened_at DESC, c.id DESC LIMIT %(limit)s
"""  # noqa: S608 - written in `seeing`


def lines_by_number(numbers: Iterable[int]) -> dict[int, CaseLine]:
    """Cases as lines, whatever their number in one read, for those who found them by who asks."""
    return {row[0]: _line(row) for row in fetch_rows(_LINES, [array_of(numbers)])}


def _in_order(numbers: Sequence[int]) -> tuple[CaseLine, ...]:
    found = lines_by_number(numbers)
    return tuple(found[number] for number in numbers if number in found)


# By hand: putting the four statements together that it was took longer than asking them. Of several failures the first
# is shown, of several promises ahead the next that is made to the customer.
_LINES = """
SELECT c.id, c.customer_id, cu.name, c.title, k.name, c.severity, c.detected_by, c.opened_at, c.closed_at, c.outcome,
       c.owner_id, o.name, c.taken_at, c.offered_to_id, c.ordinal > 1, coalesce(f.title, ''), f.due_at, f.due_on,
       f.breaks_at, f.settled_at, coalesce(n.title, ''), n.due_at,
       coalesce((SELECT name FROM cases_cause WHERE id = c.cause_id), ''), f.state, n.state,
       ARRAY(SELECT step FROM cases_stepdone WHERE case_id = c.id AND undone_at IS NULL)
FROM cases_case c
JOIN customers_customer cu ON cu.id = c.customer_id
JOIN promises_kind k ON k.id = c.kind_id
JOIN people_staff o ON o.id = c.owner_id
LEFT JOIN LATERAL (
    SELECT p.title, p.due_at, p.due_on, p.breaks_at, p.settled_at, p.state
    FROM cases_failure f JOIN promises_promise p ON p.id = f.promise_id
    WHERE f.case_id = c.id ORDER BY f.at, f.id LIMIT 1
) f ON true
LEFT JOIN LATERAL (
    SELECT p.title, p.due_at, p.state FROM cases_commitment m JOIN promises_promise p ON p.id = m.promise_id
    WHERE m.case_id = c.id AND m.purpose NOT IN ('take_in_charge', 'personal_contact', 'find_cause', 'change')
      AND p.state IN ('open', 'at_risk', 'broken')
    ORDER BY p.due_at, m.id LIMIT 1
) n ON true
WHERE c.id = ANY(%s::bigint[])
"""
_NAMES = (
    "number", "customer_id", "customer_name", "title", "kind_name", "severity", "detected_by", "opened_at",
    "closed_at", "outcome", "owner_id", "owner_name", "taken_at", "offered_to_id", "repeat", "promise_title",
    "promise_due_at", "promise_due_on", "promise_breaks_at", "promise_settled_at", "next_title", "next_due_at",
    "cause_name",
)  # fmt: skip


def _line(row: Sequence[Any]) -> CaseLine:
    *values, state, next_state, steps = row
    return CaseLine(
        **dict(zip(_NAMES, values, strict=True)), promise_state=State(state) if state else None,
        next_state=State(next_state) if next_state else None, pips=tuple(step in steps for step in CONVERSATION),
    )  # fmt: skip


def _narrowed(scope: Scope, narrow: CaseFilter) -> QuerySet[Case]:
    parts = {
        "owner_id": narrow.owner_id,
        "kind__slug": narrow.kind,
        "severity": narrow.severity,
        "detected_by": narrow.detected_by,
        "customer_id__in": narrow.customer_ids,
    }
    rows = visible(scope).filter(**{name: value for name, value in parts.items() if value not in (None, "", ())})
    if narrow.team_id is not None:
        rows = rows.filter(owned_by_team(narrow.team_id))
    if narrow.cause:
        rows = rows.filter(Q(cause__slug=narrow.cause) | Q(cause__parent__slug=narrow.cause))
    if narrow.opened_from is not None:
        rows = rows.filter(opened_at__gte=narrow.opened_from)
    if narrow.state:
        rows = rows.filter(closed_at__isnull=narrow.state == "open")
    if narrow.repeat:
        rows = rows.filter(ordinal__gt=1)
    if narrow.q:
        wanted = _found_by(scope, narrow.q)
        rows = rows.none() if wanted is None else rows.filter(wanted)
    return rows


def _found_by(scope: Scope, text: str) -> Q | None:
    """By number, by the beginnings of words of the case, or by its customer; None when there is nothing to look for."""
    number = _number(text)
    if number is not None and not text.strip().isdigit():
        return Q(pk=number)
    words = ["".join(letter for letter in word if letter.isalnum()) for word in text.split()]
    terms = " & ".join(f"{word}:*" for word in words if word)
    if not terms:
        return None
    # Customers are looked up first: a condition across both tables would be met by reading every case.
    theirs = customers.numbers_found(scope, text, limit=_CUSTOMERS) if scope.sees_customers else ()
    wanted = Q(search=SearchQuery(terms, search_type="raw", config="simple")) | Q(customer_id__in=theirs)
    return wanted if number is None else wanted | Q(pk=number)


def _number(text: str) -> int | None:
    try:
        return parse_number(text)
    except Refusal:
        return None
