"""Promises as pages and integrations get them, each read checked against who asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.lookups import Exact

from makegood.kernel.refusals import missing
from makegood.people.models import Staff
from makegood.people.rules import Scope
from makegood.platform.among import array_of
from makegood.platform.paging import numbers_by_instant
from makegood.platform.planning import planned_anew, planned_once
from makegood.platform.rows import fetch_rows
from makegood.promises.models import Kind, Promise, PromiseQuerySet
from makegood.promises.rules import MOVES, Move, State

PAGE = 50
_BY_HAND = frozenset({Move.KEEP, Move.FORECAST, Move.REPLACE, Move.WITHDRAW, Move.RELEASE})


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseFacts:
    """One promise, whole. Instants are aware UTC; `moves` are what a person may do with it now."""

    id: int
    source: str
    reference: str | None
    customer_id: int
    customer_name: str
    customer_time_zone: str
    kind: str
    kind_name: str
    inside_case: bool
    severity: int
    title: str
    owner_id: int | None
    owner_name: str
    team_id: int | None
    made_by: str
    made_at: datetime
    due_at: datetime
    due_on: date | None
    warn_at: datetime
    breaks_at: datetime
    forecast_at: datetime | None
    kept_at: datetime | None
    withdrawn_at: datetime | None
    replaced_at: datetime | None
    replaces_id: int | None
    state: State
    next_check_at: datetime | None
    settled_at: datetime | None
    amount: Decimal | None
    currency: str
    attributes: Mapping[str, Any]
    working: Any
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFilter:
    """What a view of the ledger is narrowed to; empty parts do not narrow.

    `attributes` are names and the values they must have, as text; `words` are a part of the title. `to_customers`
    leaves out what colleagues promise each other inside cases, and what cases promise by themselves.
    `team_id` keeps what the people of a team answer for, and what nobody does that may be theirs.
    """

    states: tuple[State, ...] = ()
    kind: str = ""
    owner_id: int | None = None
    team_id: int | None = None
    customer_ids: tuple[int, ...] = ()
    source: str = ""
    due_from: datetime | None = None
    due_before: datetime | None = None
    forecast_from: datetime | None = None
    forecast_before: datetime | None = None
    reference: str = ""
    references: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    words: str = ""
    to_customers: bool = False
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """A page of the ledger and the cursors of those around it ("" where there is none)."""

    rows: tuple[PromiseFacts, ...]
    next: str
    previous: str = ""


def visible(scope: Scope) -> PromiseQuerySet:
    """The promises that somebody may see: those of no team, of their team, and their own."""
    if scope.sees_all:
        return Promise.objects.all()
    if not scope.sees_customers:
        return Promise.objects.none()
    theirs = Q(kind_id__in=_kinds_near(scope.team_id))
    if scope.team_id is not None:
        theirs |= Q(owner_id__in=_mates(scope.team_id))
    if scope.staff_id is not None:
        theirs |= Q(owner_id=scope.staff_id)
    return Promise.objects.filter(theirs)


def _kinds_near(team_id: int | None) -> QuerySet[Kind, int]:
    """The kinds of no team, and those of this one."""
    return Kind.objects.filter(Q(team__isnull=True) | Q(team=team_id)).order_by().values_list("pk", flat=True)


def _mates(team_id: int) -> QuerySet[Staff, int]:
    return Staff.objects.filter(team=team_id).order_by().values_list("pk", flat=True)


# Asked some ten times a page: by hand, because putting the statement together took longer than asking it.
_FACTS = """
SELECT p.id, p.source, p.reference, p.customer_id, c.name, c.time_zone, k.slug, k.name, k.inside_case, k.severity,
       p.title, p.owner_id, coalesce(o.name, ''), k.team_id, p.made_by, p.made_at, p.due_at, p.due_on, p.warn_at,
       p.breaks_at, p.forecast_at, p.kept_at, p.withdrawn_at, p.replaced_at, p.replaces_id, p.state, p.next_check_at,
       p.settled_at, p.amount, p.currency, p.attributes, p.working
FROM promises_promise p
JOIN promises_kind k ON k.id = p.kind_id
JOIN customers_customer c ON c.id = p.customer_id
LEFT JOIN people_staff o ON o.id = p.owner_id
"""
# What `visible` says, of a promise `p`, its kind `k` and its owner `o`.
SEEN = """
(%(sees_all)s::boolean OR %(sees_customers)s::boolean AND (
    k.team_id IS NULL OR k.team_id = %(team_id)s::bigint OR o.team_id = %(team_id)s::bigint
    OR p.owner_id = %(staff_id)s::bigint))
"""
# A team's own work, of the same three: what its people answer for, and what nobody does if its kind is theirs or no
# team's.
OF_TEAM = """
(o.team_id = %(of_team_id)s::bigint
 OR (p.owner_id IS NULL AND coalesce(k.team_id, %(of_team_id)s::bigint) = %(of_team_id)s::bigint))
"""


def promise_for(scope: Scope, promise_id: int) -> PromiseFacts:
    """One promise. Raises Refusal "promise.unknown" when there is none or none that may be seen."""
    found = _facts(f"WHERE p.id = %(id)s AND {SEEN}", {"id": promise_id, **sight(scope)})
    if not found:
        raise missing("promise.unknown", "There is no such promise.")
    return found[0]


def sight(scope: Scope) -> dict[str, Any]:
    """The values of `SEEN`."""
    return {
        "sees_all": scope.sees_all, "sees_customers": scope.sees_customers, "team_id": scope.team_id,
        "staff_id": scope.staff_id,
    }  # fmt: skip


def promises_by_id(promise_ids: Iterable[int]) -> dict[int, PromiseFacts]:
    """Promises by id, for rooms downstream that have checked who asks."""
    ids = array_of(promise_ids)
    return {one.id: one for one in _facts(planned_once(_OF_THESE), {"ids": ids})} if ids != "{}" else {}


_OF_THESE = "WHERE p.id = ANY(%(ids)s::bigint[])"


@planned_anew()
def _numbers(rows: PromiseQuerySet) -> list[int]:
    return list(rows.values_list("pk", flat=True))


def _in_order(promise_ids: Sequence[int]) -> tuple[PromiseFacts, ...]:
    found = promises_by_id(promise_ids)
    return tuple(found[number] for number in promise_ids if number in found)


def _facts(wanted: str, values: Mapping[str, Any]) -> list[PromiseFacts]:
    return [_fact(row) for row in fetch_rows(_FACTS + wanted, values)]


def _fact(row: Sequence[Any]) -> PromiseFacts:
    known = dict(zip(_NAMES, row, strict=True))
    known["state"] = state = State(known["state"])
    return PromiseFacts(**known, moves=moves_by_hand(state))


_NAMES = (
    "id", "source", "reference", "customer_id", "customer_name", "customer_time_zone", "kind", "kind_name",
    "inside_case", "severity", "title", "owner_id", "owner_name", "team_id", "made_by", "made_at", "due_at", "due_on",
    "warn_at", "breaks_at", "forecast_at", "kept_at", "withdrawn_at", "replaced_at", "replaces_id", "state",
    "next_check_at", "settled_at", "amount", "currency", "attributes", "working",
)  # fmt: skip


def of_customer(scope: Scope, customer_ids: Collection[int], *, limit: int) -> tuple[PromiseFacts, ...]:
    """The latest promises made to a customer, newest due first."""
    rows = visible(scope).filter(customer_id__in=customer_ids).order_by("-due_at", "-id")
    return _in_order(_numbers(rows[:limit]))


def newest_of_each(scope: Scope, customer_ids: Collection[int]) -> dict[int, PromiseFacts]:
    """Of each of a few customers the promise that is due last; those whom nothing was promised are left out."""
    rows = visible(scope).filter(customer_id__in=customer_ids).order_by("customer_id", "-due_at", "-id")
    return {one.customer_id: one for one in _in_order(_numbers(rows.distinct("customer_id")))}


def ledger(scope: Scope, narrow: LedgerFilter, *, after: str = "", before: str = "", limit: int = PAGE) -> LedgerPage:
    """A page of the ledger in the order of due dates, continued after a cursor or ending before one.

    Raises Refusal("page.bad_cursor").
    """
    with planned_anew():
        found = numbers_by_instant(
            _narrowed(visible(scope), narrow), "due_at", limit=limit, after=after, before=before,
            descending=narrow.newest_first,
        )  # fmt: skip
    return LedgerPage(_in_order(found.ids), found.next, found.previous)


@planned_anew()
def count_open(scope: Scope, narrow: LedgerFilter, *, at_most: int = 10_000) -> int:
    """How many promises a view holds, counted up to `at_most`."""
    return _narrowed(visible(scope), narrow)[:at_most].count()


@planned_anew()
def whom_it_concerns(scope: Scope, narrow: LedgerFilter, *, at_most: int) -> list[tuple[int, int]]:
    """The promises that a view holds, up to `at_most`, each with the customer it was made to; the oldest first."""
    return list(_narrowed(visible(scope), narrow).order_by("id").values_list("pk", "customer_id")[:at_most])


@planned_anew()
def attributes_in(scope: Scope, narrow: LedgerFilter, *, at_most: int) -> list[Mapping[str, Any]]:
    """What is known of the promises that a view holds, up to `at_most` of them."""
    return list(_narrowed(visible(scope), narrow).values_list("attributes", flat=True)[:at_most])


def search(scope: Scope, text: str, *, limit: int) -> tuple[PromiseFacts, ...]:
    """Promises by their reference in another system (its beginning is enough) or by their own number."""
    wanted = Q(reference__startswith=text, reference__isnull=False)
    if text.isascii() and text.isdigit() and len(text) < 18:
        wanted |= Q(pk=int(text))
    return _in_order(_numbers(visible(scope).filter(wanted).order_by("-due_at")[:limit]))


def _narrowed(rows: PromiseQuerySet, narrow: LedgerFilter) -> PromiseQuerySet:
    parts: dict[str, Any] = {
        "state__in": narrow.states,
        "kind_id": kind_id(narrow.kind) if narrow.kind else None,
        "owner_id": narrow.owner_id,
        "customer_id__in": narrow.customer_ids,
        "source": narrow.source,
        "due_at__gte": narrow.due_from,
        "due_at__lt": narrow.due_before,
        "forecast_at__gte": narrow.forecast_from,
        "forecast_at__lt": narrow.forecast_before,
        "reference__startswith": narrow.reference,
        "reference__in": narrow.references,
        "title__icontains": narrow.words,
    }
    rows = rows.filter(**{name: value for name, value in parts.items() if value not in (None, "", ())})
    if narrow.team_id is not None:
        rows = rows.filter(_of_team(narrow.team_id))
    if narrow.to_customers:
        rows = rows.filter(kind_id__in=Kind.objects.filter(inside_case=False).order_by().values("pk"))
    return rows.filter(*(Exact(KeyTextTransform(name, "attributes"), value) for name, value in narrow.attributes))


def _of_team(team_id: int) -> Q:
    """What `OF_TEAM` says."""
    return Q(owner_id__in=_mates(team_id)) | Q(owner__isnull=True, kind_id__in=_kinds_near(team_id))


def kind_id(slug: str) -> int:
    """A kind by its number: the planner knows how many promises are of that one, and not of one that is named."""
    return Kind.objects.filter(slug=slug).values_list("pk", flat=True).first() or 0


@cache
def moves_by_hand(state: State) -> tuple[Move, ...]:
    """What a person may do with a promise in this state."""
    return tuple(move for move in MOVES.allowed(state) if move in _BY_HAND)
