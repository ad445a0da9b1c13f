"""Taking messages to the systems that want them: which are next, and what came of each. Pulled by the worker.

Each endpoint reads the journal by a cursor of its own: what it wants becomes a row that waits, in the transaction that
moves the cursor on, so nothing is left out. A message that is refused waits its time; the others go on, but for what
came later about the same thing. Nothing is held while a system is asked: a parcel is leased for a while and done
outside any transaction. Whoever dies in between leaves a lease that runs out, and what was accepted and not marked
leaves again by the same message id: it may come twice, and the receiver can tell.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from makegood.adapters.hooks import Heard
from makegood.customers.queries import keys_of
from makegood.journal.actions import record
from makegood.journal.actors import SYSTEM
from makegood.journal.queries import Recorded, entries_of, read_some
from makegood.remedies.queries import words_of
from makegood.webhooks.actions.setting_aside import say_of, set_aside_old
from makegood.webhooks.models import Delivery, Endpoint
from makegood.webhooks.queries import signing
from makegood.webhooks.rules import (
    GONE,
    OFF_AFTER,
    PATIENCE,
    Moved,
    failing_since,
    message_id,
    payload,
    rest_until,
    retry_at,
    thing,
    verbs_and_kinds,
)

LEASE = timedelta(minutes=5)
"""Longer than a parcel takes: at most `MOST` messages, each given up by the port after ten seconds."""
MOST = 10
KEPT = timedelta(days=180)


class Port(Protocol):
    """What hands messages over; `makegood.adapters.hooks.Hook`, or what a test puts in its place."""

    def send(self, url: str, message_id: str, body: bytes, *, secrets: Sequence[str], at: datetime) -> Heard:
        """Hand a message over; without a problem it was accepted."""


class Message(NamedTuple):
    """One message, as it leaves."""

    id: str
    body: bytes


class Parcel(NamedTuple):
    """What leaves now for one endpoint, which is ours to send to until `leased_until`. `secrets` sign, newest first."""

    endpoint_id: int
    name: str
    url: str
    secrets: tuple[str, ...]
    messages: tuple[Message, ...]
    leased_until: datetime


@transaction.atomic
def take_parcel(*, now: datetime) -> Parcel | None:
    """Lease the endpoint that was served longest ago among those with news, and say what leaves; None without news.

    Any number of senders may call this at once; each gets endpoints of its own.
    """
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    due = Endpoint.objects.filter(free, Q(next_at=None) | Q(next_at__lte=now), paused_at=None)
    rows = due.select_for_update(no_key=True, skip_locked=True)
    for row in rows.order_by(F("served_at").asc(nulls_first=True), "pk"):
        if waiting := _waiting(row, now):
            return _parcel(row, waiting, now)
    return None


@transaction.atomic
def mark_sent(parcel: Parcel, message: Message, heard: Heard, *, now: datetime) -> bool:
    """The system has accepted a message. Whether the next may follow: not when the webhook was paused, or is another's
    to send to by now."""
    row = _ours(parcel)
    if row is None:
        return False
    if row.attempts >= PATIENCE:
        # It was the system, which is back: what waits need not wait on.
        row.deliveries.filter(next_at__gt=now).update(next_at=now)
    row.sent_at, row.attempts, row.next_at, row.failing_since = now, 0, None, None
    row.problem, row.problem_at = "", None
    row.save(update_fields=["sent_at", "attempts", "next_at", "failing_since", "problem", "problem_at"])
    keep_delivery(row.deliveries.get(message_id=message.id), heard, now)
    return row.paused_at is None


@transaction.atomic
def mark_refused(parcel: Parcel, message: Message, heard: Heard, *, now: datetime) -> bool:
    """A message was not accepted: it is tried again later, and set aside once it was tried for long enough.

    A system that refuses several in a row is left alone for a while; one that accepts nothing for days, or says that
    it is gone for good, is told no more, and those who administer hear of it. Whether the next message may follow.
    """
    row = _ours(parcel)
    if row is None:
        return False
    told = row.deliveries.get(message_id=message.id)
    # Only the first failure of a message counts against the system: one that is never accepted is no sign that others
    # would not be.
    row.attempts += told.attempts == 0 or row.attempts >= PATIENCE
    row.failing_since = failing_since(row.failing_since, row.problem_at, now)
    row.problem, row.problem_at, row.next_at = heard.problem[:300], now, rest_until(row.attempts, now)
    if now - row.failing_since >= OFF_AFTER or heard.status == GONE:
        row.paused_at, row.gave_up, row.next_at = now, True, None
        _say_gave_up(row, now)
    row.save(
        update_fields=["attempts", "failing_since", "problem", "problem_at", "next_at", "paused_at", "gave_up"]
    )  # fmt: skip
    keep_delivery(told, heard, now)
    set_aside_old(row, now)
    return row.next_at is None and row.paused_at is None


def give_back(parcel: Parcel) -> None:
    """The parcel is done: what comes now may leave at once. Not when the lease is another's by now."""
    Endpoint.objects.filter(pk=parcel.endpoint_id, leased_until=parcel.leased_until).update(leased_until=None)


def keep_delivery(row: Delivery, heard: Heard, now: datetime) -> None:
    """Write what came of one more try of a message, and when the next one is if there is to be one."""
    row.attempts += 1
    row.tried_at, row.status, row.answer = now, heard.status, heard.text[:300]
    row.problem, row.took_ms = heard.problem[:300], heard.took_ms
    row.sent_at = None if heard.problem else now
    if heard.problem and row.entry_id is not None:
        row.first_at = row.first_at or now
        # Past its time it waits for `set_aside_old`, which comes next.
        row.next_at = retry_at(row.attempts, row.first_at, now) or now
    else:
        row.next_at = None
    row.save()


def forget_old(*, now: datetime) -> int:
    """Delete what was sent, or set aside, more than half a year ago. How many there were."""
    return Delivery.objects.filter(tried_at__lt=now - KEPT, next_at=None).delete()[0]


def _waiting(row: Endpoint, now: datetime) -> list[Delivery]:
    """What leaves now to an endpoint that is held, in the order in which it happened. To one that was left alone only
    one, and sooner one that it never saw: the others may be what it does not take."""
    trying = row.attempts >= PATIENCE
    most, order = (1, ("attempts", "next_at", "id")) if trying else (MOST, ("id",))
    before = Delivery.objects.filter(
        endpoint=row, next_at__isnull=False, about_kind=OuterRef("about_kind"), about_id=OuterRef("about_id"),
        pk__lt=OuterRef("pk"),
    )  # fmt: skip
    mine = Delivery.objects.filter(~Exists(before), endpoint=row, next_at__isnull=False)
    due = (mine if trying else mine.filter(next_at__lte=now)).order_by(*order)[:most]
    found = list(due)
    fresh = sum(one.attempts == 0 for one in found) if trying else len(found)
    return list(due.all()) if fresh < most and _read_on(row, most - fresh, now) else found


def _read_on(row: Endpoint, most: int, now: datetime) -> bool:
    """Let what happened since and is wanted wait as messages. Whether there is any."""
    verbs, kinds = verbs_and_kinds(row.verbs)
    stretch = read_some(row.cursor, verbs=verbs, kinds=kinds, limit=most)
    if stretch.cursor != row.cursor:
        Endpoint.objects.filter(pk=row.pk).update(cursor=stretch.cursor)
    # After a restore the journal may be read once more; what has a row was told, or waits to be.
    Delivery.objects.bulk_create([_delivery(row, one, now) for one in stretch.entries], ignore_conflicts=True)
    return bool(stretch.entries)


def _delivery(row: Endpoint, entry: Recorded, now: datetime) -> Delivery:
    kind, number = thing(entry.data, (entry.subject_kind, entry.subject_id))
    return Delivery(
        endpoint=row, message_id=message_id(entry.id), entry_id=entry.id, verb=entry.verb, case_id=entry.case_id,
        about_kind=kind, about_id=number, next_at=now,
    )  # fmt: skip


def _parcel(row: Endpoint, waiting: Sequence[Delivery], now: datetime) -> Parcel:
    until = now + LEASE
    Endpoint.objects.filter(pk=row.pk).update(leased_until=until, served_at=now)
    entries = entries_of({one.entry_id for one in waiting if one.entry_id is not None})
    messages = _messages([entries[one.entry_id] for one in waiting if one.entry_id is not None])
    return Parcel(row.pk, row.name, row.url, signing(row, now), messages, until)


def _messages(entries: Collection[Recorded]) -> tuple[Message, ...]:
    keys = keys_of({one.customer_id for one in entries if one.customer_id is not None})
    words = words_of({one.data["grant"] for one in entries if "grant" in one.data})
    moves = [
        Moved(
            entry_id=one.id, verb=one.verb, at=one.at, case_id=one.case_id,
            subject=(one.subject_kind, one.subject_id), data=one.data,
            customer=(one.customer_id, keys.get(one.customer_id, "")) if one.customer_id is not None else None,
            words=words.get(one.data.get("grant", 0), ""),
        )
        for one in entries
    ]  # fmt: skip
    return tuple(
        Message(message_id(one.entry_id), json.dumps(payload(one), ensure_ascii=False).encode()) for one in moves
    )


def _ours(parcel: Parcel) -> Endpoint | None:
    """The endpoint, held, as long as it is ours to send to: who took it over sends the same messages."""
    rows = Endpoint.objects.select_for_update(no_key=True)
    return rows.filter(pk=parcel.endpoint_id, leased_until=parcel.leased_until).first()


def _say_gave_up(row: Endpoint, now: datetime) -> None:
    """Write down that it is told no more, and tell everybody who administers."""
    told = {"name": row.name, "url": row.url, "problem": row.problem}
    record("webhook.gave_up", by=SYSTEM, at=now, subject=("webhook", row.pk), data=told)
    say_of(
        row, "webhook_gave_up", now.isoformat(),
        f"The webhook {row.name} is switched off: it accepted nothing for days, or is gone.", now,
    )  # fmt: skip
