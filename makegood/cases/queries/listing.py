"""Lists of cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet

from makegood.cases.models import Case, Commitment, Failure, StepDone
from makegood.cases.queries.seeing import owned_by_team, parse_number, visible
from makegood.cases.rules import CONVERSATION, Purpose
from makegood.customers import queries as customers
from makegood.customers.models import Customer
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Scope
from makegood.platform.paging import slice_of
from makegood.platform.planning import planned_anew
from makegood.promises.queries import parse_cursor
from makegood.promises.rules import LIVE, State

PAGE = 50
_CUSTOMERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """What a list of cases is narrowed to; empty parts do not narrow. `state` is open, closed or "" for both."""

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


@planned_anew()
def cases_list(scope: Scope, narrow: CaseFilter, *, after: str = "", before: str = "", limit: int = PAGE) -> CasesPage:
    """A page of cases by when they were opened, newest first unless told otherwise, continued after a cursor or
    ending before one. Raises Refusal("page.bad_cursor")."""
    found = slice_of(
        with_names(_narrowed(scope, narrow)), "opened_at", list, limit=limit, descending=not narrow.oldest_first,
        after=parse_cursor(after) if after else None, before=parse_cursor(before) if before else None,
    )  # fmt: skip
    previous, following = found.around(lambda case: f"{case.opened_at.isoformat()}~{case.pk}")
    return CasesPage(lines(found.rows), following, previous)


@planned_anew()
def count_open(scope: Scope, narrow: CaseFilter, *, at_most: int = 10_000) -> int:
    """How many cases a view holds, counted up to `at_most`."""
    return _narrowed(scope, narrow).order_by()[:at_most].count()


@planned_anew()
def search(scope: Scope, text: str, *, limit: int) -> tuple[CaseLine, ...]:
    """Cases by their number or by words of what failed, the harm or what was said; the newest first."""
    wanted = _found_by(scope, text)
    if wanted is None:
        return ()
    return lines(list(with_names(visible(scope).filter(wanted)).order_by("-opened_at", "-id")[:limit]))


def with_names(rows: QuerySet[Case]) -> QuerySet[Case]:
    """With what a line shows, and without the words it is found by."""
    return rows.select_related("customer", "kind", "owner").defer("search")


def lines(cases: Sequence[Case]) -> tuple[CaseLine, ...]:
    """Cases as lines, whatever their number with three reads."""
    numbers = [case.pk for case in cases]
    steps, failures, ahead = _steps(numbers), _first_failures(numbers), _next_commitments(numbers)
    return tuple(_line(case, steps[case.pk], failures.get(case.pk), ahead.get(case.pk)) for case in cases)


def _line(case: Case, steps: set[str], failure: Failure | None, ahead: Commitment | None) -> CaseLine:
    promise = failure.promise if failure else None
    return CaseLine(
        number=case.pk, customer_id=case.customer_id, customer_name=case.customer.name, title=case.title,
        kind_name=case.kind.name, severity=case.severity, detected_by=case.detected_by, opened_at=case.opened_at,
        closed_at=case.closed_at, outcome=case.outcome, owner_id=case.owner_id, owner_name=case.owner.name,
        taken_at=case.taken_at, offered_to_id=case.offered_to_id, repeat=case.ordinal > 1,
        pips=tuple(step in steps for step in CONVERSATION), promise_title=promise.title if promise else "",
        promise_state=State(promise.state) if promise else None, promise_due_at=promise.due_at if promise else None,
        promise_due_on=promise.due_on if promise else None,
        promise_breaks_at=promise.breaks_at if promise else None,
        promise_settled_at=promise.settled_at if promise else None,
        next_title=ahead.promise.title if ahead else "", next_due_at=ahead.promise.due_at if ahead else None,
    )  # fmt: skip


def _steps(numbers: Collection[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for number, step in StepDone.objects.filter(case_id__in=numbers).order_by().values_list("case_id", "step"):
        found[number].add(step)
    return found


def _first_failures(numbers: Collection[int]) -> dict[int, Failure]:
    rows = Failure.objects.select_related("promise").filter(case_id__in=numbers, promise__isnull=False)
    return {failure.case_id: failure for failure in rows.order_by("-at", "-id")}


def _next_commitments(numbers: Collection[int]) -> dict[int, Commitment]:
    rows = Commitment.objects.select_related("promise").filter(
        case_id__in=numbers, promise__state__in=[*LIVE, State.BROKEN]
    )
    rows = rows.exclude(purpose__in=(Purpose.TAKE_IN_CHARGE, Purpose.FIND_CAUSE))
    return {one.case_id: one for one in rows.order_by("-promise__due_at", "-id")}


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
    found = customers.search(scope, text, limit=_CUSTOMERS) if scope.sees_customers else ()
    theirs = [customer.id for customer in found]
    theirs += Customer.objects.filter(merged_into_id__in=theirs).values_list("pk", flat=True) if theirs else []
    wanted = Q(search=SearchQuery(terms, search_type="raw", config="simple")) | Q(customer_id__in=theirs)
    return wanted if number is None else wanted | Q(pk=number)


def _number(text: str) -> int | None:
    try:
        return parse_number(text)
    except Refusal:
        return None
