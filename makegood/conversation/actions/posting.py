"""Writing to many customers at once, each in their own case: what no person composes for each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from makegood.adapters.mail.message_ids import mint
from makegood.conversation.actions.threads import SUBJECT_LIMIT, domain_of
from makegood.conversation.models import Message, Thread
from makegood.conversation.rules.messages import Channel, State, Way
from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.texts import one_line
from makegood.platform.among import Among, array_of
from makegood.platform.rows import fetch_rows


class Posted(NamedTuple):
    """What the customer of a case is written, by one of the ways that messages are carried. `about` is what it stands
    under where it begins a thread."""

    case_id: int
    customer_id: int
    name: str
    way: Way
    about: str
    text: str
    language: str


class _Route(NamedTuple):
    """By what a message of a case leaves: its thread, if there is one already, and the mailbox or line."""

    thread_id: int | None
    subject: str
    mailbox_id: int | None
    line_id: int | None
    domain: str


def write_many(wanted: Sequence[Posted], *, by: Actor, leave_at: datetime, now: datetime) -> list[int]:
    """Write these, one for each case at most: they leave from `leave_at` on as any message does, each with a private
    link to the customer's page below it, and no machine answers them. The cases must be held.

    Returns the ids in the same order, 0 where nothing can leave by that way any more.
    """
    routes = {way: _routes(way, [one.case_id for one in wanted if one.way.channel is way]) for way in _VIA}
    able = [(one, routes[one.way.channel].get(one.case_id)) for one in wanted]
    sent = [(one, route, _row(one, route, by, leave_at, now)) for one, route in able if route is not None]
    _join_threads(sent, now)
    Message.objects.bulk_create([row for _one, _route, row in sent])
    name_all([(row, route.domain) for one, route, row in sent if one.way.channel is Channel.EMAIL])
    made = {one.case_id: row.pk for one, _route, row in sent}
    return [made.get(one.case_id, 0) for one in wanted]


def _row(one: Posted, route: _Route, by: Actor, leave_at: datetime, now: datetime) -> Message:
    row = machine_message(
        one.way, name=one.name, subject=_subject(one, route), text=one.text, language=one.language,
        leave_at=leave_at, now=now,
    )  # fmt: skip
    if by.kind is ActorKind.STAFF:
        row.by_id, row.by_name = by.id, by.name[:120]
    return row


def machine_message(
    way: Way, *, name: str, subject: str, text: str, language: str, leave_at: datetime, now: datetime
) -> Message:
    """A message that no machine answers and that carries a private link, of no thread yet."""
    return Message(
        inward=False, channel=way.channel, state=State.WAITING, automatic=True, with_link=True, address=way.address,
        name=name[:200], subject=subject, text=text, language=language, at=now, leave_at=leave_at,
    )  # fmt: skip


def _subject(one: Posted, route: _Route) -> str:
    return route.subject or f"{one_line(one.about)[: SUBJECT_LIMIT - 30]} [SR-{one.case_id}]"


def _join_threads(sent: Sequence[tuple[Posted, _Route, Message]], now: datetime) -> None:
    """Each goes on with its thread, or begins one."""
    begun = [
        Thread(
            case_id=one.case_id, customer_id=one.customer_id, mailbox_id=route.mailbox_id, line_id=route.line_id,
            channel=one.way.channel, subject=_subject(one, route), begun_at=now, latest_at=now,
        )
        for one, route, _row in sent if route.thread_id is None
    ]  # fmt: skip
    Thread.objects.bulk_create(begun)
    fresh = iter(begun)
    for _one, route, row in sent:
        row.thread_id = route.thread_id or next(fresh).pk
    old = [route.thread_id for _one, route, _row in sent if route.thread_id is not None]
    Thread.objects.filter(pk__in=Among(old)).update(latest_at=now)


def name_all(mail: Sequence[tuple[Message, str]]) -> None:
    """Mail, each with the domain that it leaves by, carries an id that tells our thread when it is answered; it is made
    of the numbers that were just given."""
    names = [mint(settings.SECRET_KEY, row.thread_id, row.pk, domain) for row, domain in mail]
    with connection.cursor() as cursor:
        cursor.execute(_NAME, [[row.pk for row, _domain in mail], names])


_NAME = """
UPDATE conversation_message m SET message_id = n.name
FROM unnest(%s::bigint[], %s::text[]) AS n(id, name) WHERE m.id = n.id
"""

# The mailbox or line of each: the one by which it was last written, else the one for its kind, else the first. As
# `sends_by` and `texts_by` say of one case.
_ROUTES = """
SELECT c.id, t.id, coalesce(t.subject, ''), via.id, {address}
FROM cases_case c
JOIN LATERAL (
    SELECT b.* FROM {table} b
    WHERE b.paused_at IS NULL {only}
    ORDER BY (SELECT max(o.latest_at) FROM conversation_thread o WHERE o.case_id = c.id AND o.{column} = b.id)
             DESC NULLS LAST, (b.kind_id = c.kind_id) DESC NULLS LAST, b.id
    LIMIT 1
) via ON true
LEFT JOIN LATERAL (
    SELECT o.id, o.subject FROM conversation_thread o
    WHERE o.case_id = c.id AND o.channel = %(channel)s AND o.{column} = via.id
    ORDER BY o.latest_at DESC, o.id DESC LIMIT 1
) t ON true
WHERE c.id = ANY(%(cases)s::bigint[])
"""
_BY_LINE = _ROUTES.format(table="conversation_line", column="line_id", only="AND b.channel = %(channel)s", address="''")
_VIA = {
    Channel.EMAIL: _ROUTES.format(table="conversation_mailbox", column="mailbox_id", only="", address="via.address"),
    Channel.SMS: _BY_LINE,
    Channel.CHAT: _BY_LINE,
}


def _routes(way: Channel, numbers: Collection[int]) -> dict[int, _Route]:
    """By what a message of each of these cases leaves; those are missing for which there is nothing."""
    if not numbers:
        return {}
    rows = fetch_rows(_VIA[way], {"cases": array_of(numbers), "channel": way.value})
    return {
        number: _Route(
            thread, subject, via if way is Channel.EMAIL else None, None if way is Channel.EMAIL else via,
            domain_of(address),
        )
        for number, thread, subject, via, address in rows
    }  # fmt: skip


def withdraw_many(message_ids: Collection[int], *, now: datetime) -> list[int]:
    """Take back those of these messages that nobody has begun to hand over. Their cases must be held, and whoever asks
    records it. Returns those that were taken back."""
    rows = fetch_rows(_WITHDRAW, {"ids": array_of(message_ids), "now": now})
    return [number for (number,) in rows]


_WITHDRAW = """
UPDATE conversation_message SET state = 'withdrawn', ended_at = %(now)s, leave_at = NULL, leased_until = NULL
WHERE id IN (SELECT id FROM conversation_message WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id FOR UPDATE)
  AND state = 'waiting' AND handed_at IS NULL
RETURNING id
"""
