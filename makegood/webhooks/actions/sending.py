"""Taking messages to the systems that want them: which are next, and what came of each. Pulled by the worker.

Each endpoint reads the journal by a cursor of its own, which moves on once a message was accepted and not before: in
order, nothing left out. Nothing is held while a system is asked: a parcel is leased for a while and done outside any
transaction. Whoever dies in between leaves a lease that runs out, and what was accepted and not marked leaves again by
the same message id: it may come twice, and the receiver can tell.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from django.db import transaction
from django.db.models import F, Q

from makegood.adapters.hooks import Heard
from makegood.customers.queries import keys_of
from makegood.journal.actions import record
from makegood.journal.actors import SYSTEM
from makegood.journal.queries import Recorded, read_some
from makegood.notices import actions as notices
from makegood.people.queries import roster
from makegood.people.rules import Ability, may
from makegood.remedies.queries import words_of
from makegood.webhooks.models import Delivery, Endpoint
from makegood.webhooks.queries import signing
from makegood.webhooks.rules import GONE, Moved, message_id, payload, retry_at, verbs_and_kinds

LEASE = timedelta(minutes=5)
"""Longer than a parcel takes: at most `MOST` messages, each given up by the port after ten seconds."""
MOST = 10
KEPT = timedelta(days=180)


class Port(Protocol):
    """What hands messages over; `makegood.adapters.hooks.Hook`, or what a test puts in its place."""

    def send(self, url: str, message_id: str, body: bytes, *, secrets: Sequence[str], at: datetime) -> Heard:
        """Hand a message over; without a problem it was accepted."""


class Message(NamedTuple):
    """One message, as it leaves, and the cursor behind it."""

    id: str
    body: bytes
    moved: Moved


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
        if parcel := _parcel(row, now):
            return parcel
    return None


@transaction.atomic
def mark_sent(parcel: Parcel, message: Message, heard: Heard, *, now: datetime) -> bool:
    """The system has accepted a message. Whether the next may follow: not when the webhook was paused, or is another's
    to send to by now."""
    row = _ours(parcel)
    if row is None:
        return False
    row.cursor, row.sent_at, row.attempts, row.next_at = message.moved.cursor, now, 0, None
    row.problem, row.problem_at = "", None
    row.save(update_fields=["cursor", "sent_at", "attempts", "next_at", "problem", "problem_at"])
    keep_delivery(_delivery(row, message), heard, now)
    return row.paused_at is None


@transaction.atomic
def mark_refused(parcel: Parcel, message: Message, heard: Heard, *, now: datetime) -> None:
    """A message was not accepted: it is tried again later, and all behind it waits. After the last time, or when the
    system says that it is gone for good, the webhook is paused and those who administer are told."""
    row = _ours(parcel)
    if row is None:
        return
    row.attempts += 1
    row.next_at = retry_at(row.attempts, now)
    row.problem, row.problem_at = heard.problem[:300], now
    if row.next_at is None or heard.status == GONE:
        row.paused_at, row.gave_up, row.next_at = now, True, None
        _say_gave_up(row, now)
    row.save(
        update_fields=["attempts", "next_at", "problem", "problem_at", "paused_at", "gave_up"]
    )  # fmt: skip
    keep_delivery(_delivery(row, message), heard, now)


def give_back(parcel: Parcel) -> None:
    """The parcel is done: what comes now may leave at once. Not when the lease is another's by now."""
    Endpoint.objects.filter(pk=parcel.endpoint_id, leased_until=parcel.leased_until).update(leased_until=None)


def keep_delivery(row: Delivery, heard: Heard, now: datetime) -> None:
    """Write what came of one more try of a message."""
    row.attempts += 1
    row.tried_at, row.status, row.answer = now, heard.status, heard.text[:300]
    row.problem, row.took_ms = heard.problem[:300], heard.took_ms
    row.sent_at = None if heard.problem else now
    row.save()


def forget_old(*, now: datetime) -> int:
    """Delete what was sent more than half a year ago. How many there were."""
    return Delivery.objects.filter(tried_at__lt=now - KEPT).delete()[0]


def _parcel(row: Endpoint, now: datetime) -> Parcel | None:
    """The next messages of an endpoint that is held, leased; without any its cursor moves on past what it wants not."""
    verbs, kinds = verbs_and_kinds(row.verbs)
    stretch = read_some(row.cursor, verbs=verbs, kinds=kinds, limit=MOST)
    if not stretch.entries:
        if stretch.cursor != row.cursor:
            Endpoint.objects.filter(pk=row.pk).update(cursor=stretch.cursor)
        return None
    until = now + LEASE
    Endpoint.objects.filter(pk=row.pk).update(leased_until=until, served_at=now)
    return Parcel(row.pk, row.name, row.url, signing(row, now), _messages(stretch.entries), until)


def _messages(entries: Collection[Recorded]) -> tuple[Message, ...]:
    keys = keys_of({one.customer_id for one in entries if one.customer_id is not None})
    words = words_of({one.data["grant"] for one in entries if "grant" in one.data})
    moves = [
        Moved(
            entry_id=one.id, cursor=one.cursor, verb=one.verb, at=one.at, case_id=one.case_id,
            subject=(one.subject_kind, one.subject_id), data=one.data,
            customer=(one.customer_id, keys.get(one.customer_id, "")) if one.customer_id is not None else None,
            words=words.get(one.data.get("grant", 0), ""),
        )
        for one in entries
    ]  # fmt: skip
    return tuple(
        Message(message_id(one.entry_id), json.dumps(payload(one), ensure_ascii=False).encode(), one) for one in moves
    )


def _ours(parcel: Parcel) -> Endpoint | None:
    """The endpoint, held, as long as it is ours to send to: who took it over sends the same messages."""
    rows = Endpoint.objects.select_for_update(no_key=True)
    return rows.filter(pk=parcel.endpoint_id, leased_until=parcel.leased_until).first()


def _delivery(row: Endpoint, message: Message) -> Delivery:
    moved = message.moved
    kind, number = ("grant", moved.data["grant"]) if "grant" in moved.data else moved.subject
    found = Delivery.objects.filter(endpoint=row, message_id=message.id).first()
    return found or Delivery(
        endpoint=row, message_id=message.id, entry_id=moved.entry_id, verb=moved.verb, case_id=moved.case_id,
        about_kind=kind, about_id=number,
    )  # fmt: skip


def _say_gave_up(row: Endpoint, now: datetime) -> None:
    """Write down that it is paused, and tell everybody who administers."""
    told = {"name": row.name, "url": row.url, "problem": row.problem}
    record("webhook.gave_up", by=SYSTEM, at=now, subject=("webhook", row.pk), data=told)
    people = roster(now).people.values()
    notices.tell_many(
        [
            notices.News(
                staff_id=one.id, about=("webhook", row.pk), topic="webhook_gave_up", occasion=now.isoformat(),
                words=f"The webhook {row.name} is paused: its messages were not accepted for days.", urgent=True,
                link=f"/settings/webhooks/{row.pk}/",
            )
            for one in people
            if one.is_active and may(one.role, Ability.ADMINISTER)
        ],
        by=SYSTEM, now=now,
    )  # fmt: skip
