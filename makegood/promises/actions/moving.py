"""Moves that a person makes on one promise."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import msgspec
from django.db import connection, transaction
from msgspec.structs import replace as changed

from makegood.journal.actions import RECORDED, NewEntry, entry_rows, record_many
from makegood.journal.actors import Actor
from makegood.kernel.refusals import invalid, missing
from makegood.promises.actions.ledger import VERBS, clocks_of, events_of, policy_of
from makegood.promises.actions.making import Made, make
from makegood.promises.models import Promise
from makegood.promises.rules import MOVES, Events, Move, Moved, State, stand


@transaction.atomic
def keep(promise_id: int, *, by: Actor, now: datetime, at: datetime | None = None) -> Moved:
    """Record that a promise was kept at `at` (aware UTC; now unless given).

    Kept before it broke but told only afterwards sets a broken promise right. Raises Refusal
    "promise.illegal_move" when it already ended, "promise.future" when `at` has not come yet.
    """
    promise = locked(promise_id)
    MOVES.after(State(promise.state), Move.KEEP)
    when = at or now
    if when > now:
        raise invalid("promise.future", "That time has not come yet: a promise is kept once it is done.", field="at")
    return _settle(promise, changed(events_of(promise), kept_at=when), stamp="kept_at", by=by, now=now)


@transaction.atomic
def forecast(promise_id: int, *, forecast_at: datetime, by: Actor, now: datetime) -> Moved:
    """Record the latest estimate of when a promise will be kept (aware UTC).

    Past the point where it breaks, the promise is at risk; in time again, it is calm. Raises Refusal
    "promise.illegal_move" once it broke or ended.
    """
    promise = locked(promise_id)
    MOVES.after(State(promise.state), Move.FORECAST)
    events = changed(events_of(promise), forecast_at=forecast_at)
    return _settle(
        promise, events, stamp="forecast_at", by=by, now=now, verb="promise.forecast",
        data={"forecast_at": forecast_at.isoformat()},
    )  # fmt: skip


@transaction.atomic
def withdraw(promise_id: int, *, reason: str, by: Actor, now: datetime) -> Moved:
    """The customer no longer wants it, before it broke. Raises Refusal when it broke or ended."""
    promise = locked(promise_id)
    MOVES.after(State(promise.state), Move.WITHDRAW)
    events = changed(events_of(promise), withdrawn_at=now)
    return _settle(promise, events, stamp="withdrawn_at", by=by, now=now, data={"reason": _said(reason)})


@transaction.atomic
def release(promise_id: int, *, reason: str, by: Actor, now: datetime) -> Moved:
    """The customer lets us off a broken promise. Raises Refusal when it is not broken."""
    promise = locked(promise_id)
    MOVES.after(State(promise.state), Move.RELEASE)
    events = changed(events_of(promise), withdrawn_at=now)
    return _settle(promise, events, stamp="withdrawn_at", by=by, now=now, data={"reason": _said(reason)})


@transaction.atomic
def replace(
    promise_id: int,
    *,
    due_at: datetime | None = None,
    due_on: date | None = None,
    title: str | None = None,
    by: Actor,
    now: datetime,
) -> Made:
    """The customer agreed to a new promise before the old one broke; the new one links back.

    Raises Refusal "promise.illegal_move" when the old one broke or ended, and what `make` raises.
    """
    promise = locked(promise_id)
    MOVES.after(State(promise.state), Move.REPLACE)
    new = make(
        customer_id=promise.customer_id,
        kind=promise.kind.slug,
        title=title or promise.title,
        due_at=due_at,
        due_on=due_on,
        owner_id=promise.owner_id,
        amount=promise.amount,
        currency=promise.currency,
        attributes=promise.attributes,
        replaces_id=promise.pk,
        by=by,
        now=now,
    )
    events = changed(events_of(promise), replaced_at=now)
    _settle(promise, events, stamp="replaced_at", by=by, now=now, data={"by": new.pk, "due_at": new.due_at.isoformat()})
    return new


@transaction.atomic
def give(promise_ids: Collection[int], *, owner_id: int, by: Actor, now: datetime) -> None:
    """Make a member of staff answer for promises."""
    held = Promise.objects.select_for_update(no_key=True).filter(pk__in=promise_ids).order_by("pk")
    others = [row for row in held.values_list("pk", "customer_id", "owner_id") if row[2] != owner_id]
    Promise.objects.filter(pk__in=[pk for pk, _, _ in others]).update(owner_id=owner_id)
    record_many(
        NewEntry(
            verb="promise.given", by=by, at=now, subject=("promise", pk), customer_id=customer_id,
            data={"owner": owner_id},
        )
        for pk, customer_id, _ in others
    )  # fmt: skip


def locked(promise_id: int) -> Promise:
    """The promise, held for this transaction. Raises Refusal "promise.unknown"."""
    promise = Promise.objects.select_for_update(of=("self",)).select_related("kind").filter(pk=promise_id).first()
    if promise is None:
        raise missing("promise.unknown", "There is no such promise.")
    return promise


_SETTLE = f"""
WITH {RECORDED}
UPDATE promises_promise SET forecast_at = %(forecast_at)s, kept_at = %(kept_at)s, withdrawn_at = %(withdrawn_at)s,
    replaced_at = %(replaced_at)s, state = %(state)s, next_check_at = %(next_check_at)s, settled_at = %(settled_at)s,
    stamps = %(stamps)s::jsonb
WHERE id = %(id)s
"""  # noqa: S608 - a statement of the journal's


def _settle(
    promise: Promise,
    events: Events,
    *,
    stamp: str,
    by: Actor,
    now: datetime,
    verb: str | None = None,
    data: dict[str, Any] | None = None,
) -> Moved:
    """Write what is newly known and where that leaves the promise, with one journal row."""
    standing = stand(clocks_of(promise), events, now=now)
    before, after = State(promise.state), standing.state
    told = {"from": before, "to": after, "due_at": promise.due_at.isoformat(), "title": promise.title, **(data or {})}
    entry = NewEntry(
        verb=verb or VERBS[after],
        by=by,
        at=standing.settled_at or now,
        subject=("promise", promise.pk),
        customer_id=promise.customer_id,
        data=told,
    )
    news = {
        **msgspec.structs.asdict(events),
        **msgspec.structs.asdict(standing),
        "stamps": msgspec.json.encode({**(promise.stamps or {}), stamp: now.isoformat()}).decode(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, {**news, "id": promise.pk, "entries": entry_rows([entry])})
    return _moved(promise, events, before, after)


def _moved(promise: Promise, events: Events, before: State, after: State) -> Moved:
    policy = policy_of(promise.kind)
    return Moved(
        promise_id=promise.pk, customer_id=promise.customer_id, kind_id=promise.kind_id, title=promise.title,
        owner_id=promise.owner_id, due_at=promise.due_at, breaks_at=promise.breaks_at,
        forecast_at=events.forecast_at, kept_at=events.kept_at, before=before, after=after,
        opens_case=policy.opens_case, inside_case=policy.inside_case, severity=policy.severity,
        team_id=policy.team_id, role=policy.role,
    )  # fmt: skip


def _said(reason: str) -> str:
    if not reason.strip():
        raise invalid("promise.no_reason", "Say why, in the customer's words if you can.", field="reason")
    return reason.strip()
