"""Promises as pages and integrations get them, each read checked against who asks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db.models import Q

from makegood.kernel.refusals import invalid, missing
from makegood.people.rules import Scope
from makegood.platform.paging import slice_of
from makegood.platform.planning import planned_anew
from makegood.promises.models import Promise, PromiseQuerySet
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
    """What a view of the ledger is narrowed to; empty parts do not narrow."""

    states: tuple[State, ...] = ()
    kind: str = ""
    owner_id: int | None = None
    team_id: int | None = None
    customer_ids: tuple[int, ...] = ()
    source: str = ""
    due_from: datetime | None = None
    due_before: datetime | None = None
    reference: str = ""
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """A page of the ledger and the cursors of those around it ("" where there is none)."""

    rows: tuple[PromiseFacts, ...]
    next: str
    previous: str = ""


def visible(scope: Scope) -> PromiseQuerySet:
    """The promises that somebody may see: those of no team, of their team, and their own."""
    promises = Promise.objects.select_related("kind", "customer", "owner")
    if scope.sees_all:
        return promises
    return promises.filter(
        Q(kind__team__isnull=True)
        | Q(kind__team=scope.team_id)
        | Q(owner__team=scope.team_id)
        | Q(owner=scope.staff_id)
    )


def promise_for(scope: Scope, promise_id: int) -> PromiseFacts:
    """One promise. Raises Refusal "promise.unknown" when there is none or none that may be seen."""
    promise = visible(scope).filter(pk=promise_id).first()
    if promise is None:
        raise missing("promise.unknown", "There is no such promise.")
    return facts_of(promise)


def promises_by_id(promise_ids: Collection[int]) -> dict[int, PromiseFacts]:
    """Promises by id, for rooms downstream that have checked who asks."""
    rows = Promise.objects.select_related("kind", "customer", "owner").filter(pk__in=promise_ids)
    return {promise.pk: facts_of(promise) for promise in rows}


@planned_anew()
def of_customer(scope: Scope, customer_ids: Collection[int], *, limit: int) -> tuple[PromiseFacts, ...]:
    """The latest promises made to a customer, newest due first."""
    rows = visible(scope).filter(customer_id__in=customer_ids).order_by("-due_at", "-id")[:limit]
    return tuple(facts_of(promise) for promise in rows)


@planned_anew()
def ledger(scope: Scope, narrow: LedgerFilter, *, after: str = "", before: str = "", limit: int = PAGE) -> LedgerPage:
    """A page of the ledger in the order of due dates, continued after a cursor or ending before one.

    Raises Refusal("page.bad_cursor").
    """
    found = slice_of(
        _narrowed(visible(scope), narrow), "due_at", list, limit=limit, descending=narrow.newest_first,
        after=parse_cursor(after) if after else None, before=parse_cursor(before) if before else None,
    )  # fmt: skip
    previous, following = found.around(lambda promise: f"{promise.due_at.isoformat()}~{promise.pk}")
    return LedgerPage(tuple(facts_of(promise) for promise in found.rows), following, previous)


@planned_anew()
def count_open(scope: Scope, narrow: LedgerFilter, *, at_most: int = 10_000) -> int:
    """How many promises a view holds, counted up to `at_most`."""
    return _narrowed(visible(scope), narrow)[:at_most].count()


@planned_anew()
def search(scope: Scope, text: str, *, limit: int) -> tuple[PromiseFacts, ...]:
    """Promises by their reference in another system (its beginning is enough) or by their own number."""
    wanted = Q(reference__startswith=text, reference__isnull=False)
    if text.isascii() and text.isdigit() and len(text) < 18:
        wanted |= Q(pk=int(text))
    rows = visible(scope).filter(wanted).order_by("-due_at")[:limit]
    return tuple(facts_of(promise) for promise in rows)


def parse_cursor(text: str) -> tuple[datetime, int]:
    """A cursor of a page. Raises Refusal "page.bad_cursor"."""
    at, _, number = text.partition("~")
    try:
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None or not 0 < int(number) < 2**63:
            raise ValueError
    except ValueError:
        raise invalid("page.bad_cursor", "Use the cursor that the page before gave, or none.", field="after") from None
    return instant, int(number)


def _narrowed(rows: PromiseQuerySet, narrow: LedgerFilter) -> PromiseQuerySet:
    parts: dict[str, Any] = {
        "state__in": narrow.states,
        "kind__slug": narrow.kind,
        "owner_id": narrow.owner_id,
        "owner__team_id": narrow.team_id,
        "customer_id__in": narrow.customer_ids,
        "source": narrow.source,
        "due_at__gte": narrow.due_from,
        "due_at__lt": narrow.due_before,
        "reference__startswith": narrow.reference,
    }
    return rows.filter(**{name: value for name, value in parts.items() if value not in (None, "", ())})


@cache
def moves_by_hand(state: State) -> tuple[Move, ...]:
    """What a person may do with a promise in this state."""
    return tuple(move for move in MOVES.allowed(state) if move in _BY_HAND)


def facts_of(promise: Promise) -> PromiseFacts:
    """A stored promise as a frozen value; `kind`, `customer` and `owner` must have been read with it."""
    kind, owner = promise.kind, promise.owner
    state = State(promise.state)
    return PromiseFacts(
        id=promise.pk, source=promise.source, reference=promise.reference, customer_id=promise.customer_id,
        customer_name=promise.customer.name, customer_time_zone=promise.customer.time_zone, kind=kind.slug,
        kind_name=kind.name, inside_case=kind.inside_case, severity=kind.severity, title=promise.title,
        owner_id=promise.owner_id, owner_name=owner.name if owner else "", team_id=kind.team_id,
        made_by=promise.made_by, made_at=promise.made_at, due_at=promise.due_at, due_on=promise.due_on,
        warn_at=promise.warn_at, breaks_at=promise.breaks_at, forecast_at=promise.forecast_at,
        kept_at=promise.kept_at, withdrawn_at=promise.withdrawn_at, replaced_at=promise.replaced_at,
        replaces_id=promise.replaces_id, state=state, next_check_at=promise.next_check_at,
        settled_at=promise.settled_at, amount=promise.amount, currency=promise.currency,
        attributes=promise.attributes, working=promise.working,
        moves=moves_by_hand(state),
    )  # fmt: skip
