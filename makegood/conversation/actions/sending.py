"""Taking messages to where they leave: which are next, and what came of each. Pulled by the worker.

A message is leased and carried outside any transaction. Just before the step after which the other server may have it
the carrier says so (`note_handing`); when its answer is heard the message is sent. Whoever dies before the first leaves
a lease that runs out, and the message is tried again; whoever dies between the two leaves it unsure, which a person
sees and settles. So nothing is lost and nothing is sent twice, whatever crashes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from makegood.cases.actions.holding import hold_theirs, tell
from makegood.cases.actions.speaking import tell_owner
from makegood.cases.actions.working import note_said
from makegood.cases.models import Case
from makegood.cases.rules import Step
from makegood.conversation.actions.missing import go_another_way, put_at_risk
from makegood.conversation.models import Attachment, Line, Mailbox, Message
from makegood.conversation.rules.messages import LEASE, MOVES, Channel, Move, State, next_try
from makegood.journal.actors import SYSTEM, Actor, ActorKind
from makegood.notices.actions import tell as tell_person
from makegood.platform.rows import fetch_rows

MOST = 50


class Carried(NamedTuple):
    """One message as it leaves, ours to carry until `leased_until`. `answers` are the ids of the messages before it in
    its thread, oldest first."""

    id: int
    case_id: int | None
    channel: Channel
    mailbox_id: int | None
    line_id: int | None
    to: str
    to_name: str
    subject: str
    text: str
    language: str
    message_id: str
    answers: tuple[str, ...]
    automatic: bool
    with_link: bool
    files: tuple[tuple[str, str, str, str], ...]
    """Name, content type, content id and digest of each file that goes with it."""
    leased_until: datetime


@transaction.atomic
def take_messages(*, channels: Collection[str], now: datetime, most: int = MOST) -> tuple[Carried, ...]:
    """Lease what is due on these channels, oldest first; () when nothing is. Any number of carriers may call this at
    once; each gets messages of its own. Of a thread only the first that waits leaves."""
    until = now + LEASE
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"channels": list(channels), "now": now, "until": until, "most": most})
        taken = [number for (number,) in cursor.fetchall()]
    if not taken:
        return ()
    rows = Message.objects.filter(pk__in=taken).select_related("thread").order_by("leave_at", "id")
    files, before = _files(taken), _before(taken)
    return tuple(
        Carried(
            id=row.pk, case_id=row.thread.case_id, channel=Channel(row.channel), mailbox_id=row.thread.mailbox_id,
            line_id=row.thread.line_id,
            to=row.address, to_name=row.name, subject=row.subject, text=row.text, language=row.language,
            message_id=row.message_id, answers=before.get(row.pk, ()), automatic=row.automatic,
            with_link=row.with_link,
            files=tuple(files.get(row.pk, ())), leased_until=until,
        )
        for row in rows
    )  # fmt: skip


_TAKE = """
UPDATE conversation_message SET leased_until = %(until)s WHERE id IN (
    SELECT m.id FROM conversation_message m
    LEFT JOIN conversation_thread t ON t.id = m.thread_id
    LEFT JOIN conversation_mailbox b ON b.id = t.mailbox_id
    LEFT JOIN conversation_line l ON l.id = t.line_id
    WHERE m.state = 'waiting' AND m.leave_at <= %(now)s AND m.channel = ANY(%(channels)s)
      AND (m.leased_until IS NULL OR m.leased_until <= %(now)s) AND m.handed_at IS NULL
      AND b.paused_at IS NULL AND (b.sending_next_at IS NULL OR b.sending_next_at <= %(now)s)
      AND l.paused_at IS NULL AND (l.sending_next_at IS NULL OR l.sending_next_at <= %(now)s)
      AND NOT EXISTS (SELECT FROM conversation_message e WHERE e.thread_id = m.thread_id AND e.id < m.id
                      AND e.state = 'waiting' AND e.leave_at <= %(now)s)
    ORDER BY m.leave_at, m.id LIMIT %(most)s FOR UPDATE OF m SKIP LOCKED
) RETURNING id
"""


def _files(message_ids: Sequence[int]) -> dict[int, list[tuple[str, str, str, str]]]:
    files: dict[int, list[tuple[str, str, str, str]]] = {}
    for row in Attachment.objects.filter(message_id__in=message_ids):
        files.setdefault(row.message_id, []).append((row.name, row.content_type, row.content_id, row.digest))
    return files


def _before(message_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """For each message the ids of those before it in its thread, of which the last is what it answers."""
    return {number: tuple(reversed(names)) for number, names in fetch_rows(_BEFORE, {"ids": list(message_ids)})}


_BEFORE = """
SELECT m.id, ARRAY(SELECT e.message_id FROM conversation_message e
                   WHERE e.thread_id = m.thread_id AND e.id < m.id AND e.message_id <> ''
                     AND (e.inward OR e.sent_at IS NOT NULL)
                   ORDER BY e.id DESC LIMIT 10)
FROM conversation_message m WHERE m.id = ANY(%(ids)s::bigint[])
"""


def note_handing(carried: Carried, *, now: datetime) -> bool:
    """The next step may bring it to the other server. Whether it is still ours to carry, and wanted: not when somebody
    took it back or the lease ran out."""
    mine = Message.objects.filter(pk=carried.id, leased_until=carried.leased_until, state=State.WAITING)
    return bool(mine.update(handed_at=now))


@transaction.atomic
def mark_sent(carried: Carried, *, reference: str = "", now: datetime) -> None:
    """The next server has accepted it: it is sent, and what it was to do is done."""
    case = hold_theirs(carried.case_id) if carried.case_id is not None else None
    row = Message.objects.select_for_update().get(pk=carried.id)
    if Move.SEND not in MOVES.allowed(State(row.state)):
        return
    row.state, row.sent_at, row.problem, row.reference = State.SENT, now, "", reference[:250]
    row.leased_until = row.leave_at = None
    row.save(update_fields=["state", "sent_at", "problem", "reference", "leased_until", "leave_at"])
    if case is not None:
        # What a machine said of itself is no answer to anybody.
        verb = "acknowledged" if row.automatic and not row.with_link else "message_sent"
        tell(verb, case, by=author_of(row), at=now, data={"message": row.pk, "channel": row.channel})
        count_as_said(case, row, now=now)


def count_as_said(case: Case, row: Message, *, now: datetime) -> None:
    """The customer has a message: the steps that it takes are taken. The case must be held."""
    by = author_of(row)
    if by.kind is ActorKind.STAFF and case.closed_at is None and not row.automatic:
        note_said(case, [Step(one) for one in row.covers], channel=row.channel, by=by, now=now, message=row.pk)


@transaction.atomic
def mark_refused(carried: Carried, problem: str, *, for_good: bool, now: datetime) -> None:
    """It was not accepted: it is tried again later, or given up, which is red on the case and told to its author."""
    case = hold_theirs(carried.case_id) if carried.case_id is not None else None
    row = Message.objects.select_for_update().get(pk=carried.id)
    if row.state != State.WAITING or row.leased_until != carried.leased_until:
        return
    row.attempts, row.problem, row.leased_until, row.handed_at = row.attempts + 1, problem[:300], None, None
    row.leave_at = None if for_good else next_try(row.attempts, now)
    if row.leave_at is None:
        row.state, row.ended_at = MOVES.after(State(row.state), Move.FAIL), now
    row.save()
    if row.leave_at is None and case is not None:
        _say_awry(case, row, "message_failed", now)


@transaction.atomic
def settle_doubts(*, now: datetime) -> int:
    """Messages whose carrier died after it began to hand them over: whether they left is for a person to say."""
    rows = Message.objects.filter(state=State.WAITING, leased_until__lte=now, handed_at__isnull=False)
    numbers = list(rows.order_by("id").values_list("pk", "thread__case_id")[:MOST])
    for number, case_id in numbers:
        mark_unsure(number, case_id, now=now)
    return len(numbers)


@transaction.atomic
def mark_unsure(message_id: int, case_id: int | None, *, now: datetime) -> None:
    """It was handed over and no answer was heard."""
    case = hold_theirs(case_id) if case_id is not None else None
    row = Message.objects.select_for_update().get(pk=message_id)
    if row.state != State.WAITING or row.handed_at is None:
        return
    row.state, row.leave_at, row.leased_until = MOVES.after(State(row.state), Move.DOUBT), None, None
    row.problem = "It was handed over, and the answer of the other server was not heard: it may have left."
    row.save(update_fields=["state", "leave_at", "leased_until", "problem"])
    if case is not None:
        _say_awry(case, row, "message_unsure", now)


def note_bounced(row: Message, case: Case | None, problem: str, *, now: datetime) -> None:
    """A message came back: the customer did not get it. The case must be held; one that stands apart has none."""
    if Move.BOUNCE not in MOVES.allowed(State(row.state)):
        return
    row.state, row.ended_at, row.problem = State.BOUNCED, now, problem[:300]
    row.sent_at = row.sent_at or row.handed_at
    row.save(update_fields=["state", "ended_at", "problem", "sent_at"])
    if case is not None:
        _say_awry(case, row, "message_bounced", now)


def _say_awry(case: Case, row: Message, verb: str, now: datetime) -> None:
    other = None if row.state == State.UNSURE else go_another_way(case, row, now=now)
    told = {"message": row.pk, "channel": row.channel, "problem": row.problem}
    tell(verb, case, by=SYSTEM, at=now, data=told | ({"instead": other.channel} if other else {}))
    put_at_risk(case, row, now=now)
    words = _SAID[verb] + (f" It goes by {other.channel} to {other.address} instead." if other else "")
    tell_owner(case, verb, words, by=SYSTEM, now=now)
    if row.by_id is not None and row.by_id != case.owner_id and not row.automatic:
        tell_person(
            row.by_id, about=("case", case.pk), topic=f"case.{verb}", words=words.format(f"SR-{case.pk}"),
            link=f"/cases/SR-{case.pk}/", occasion=now.isoformat(), by=SYSTEM, now=now,
        )  # fmt: skip


_SAID = {
    "message_failed": "A message to the customer of {} did not leave.",
    "message_unsure": "Nobody knows whether a message to the customer of {} left. Look, and send it again if not.",
    "message_bounced": "A message to the customer of {} came back.",
}


def author_of(row: Message) -> Actor:
    """Whoever wrote it, as the journal names them."""
    return Actor(ActorKind.STAFF, row.by_id, row.by_name) if row.by_id is not None else SYSTEM


def rest_sending(
    problem: str, *, mailbox_id: int | None = None, line_id: int | None = None, until: datetime, now: datetime
) -> None:  # fmt: skip
    """A mailbox or a line cannot send at all just now, which is no fault of its messages: they wait until then."""
    _outlet(mailbox_id, line_id).update(
        sending_next_at=until, sending_problem=problem[:300], sending_problem_at=Coalesce("sending_problem_at", now)
    )


def note_sending(*, mailbox_id: int | None = None, line_id: int | None = None) -> None:
    """It sends again."""
    _outlet(mailbox_id, line_id).exclude(sending_problem="", sending_next_at=None).update(
        sending_next_at=None, sending_problem="", sending_problem_at=None
    )


def _outlet(mailbox_id: int | None, line_id: int | None) -> QuerySet[Mailbox] | QuerySet[Line]:
    if line_id is not None:
        return Line.objects.filter(pk=line_id)
    return Mailbox.objects.filter(pk=mailbox_id) if mailbox_id is not None else Mailbox.objects.none()


def give_back(carried: Sequence[Carried]) -> None:
    """These were not carried after all: they may leave at once."""
    for one in carried:
        Message.objects.filter(
            pk=one.id, leased_until=one.leased_until, handed_at=None, state=State.WAITING
        ).update(leased_until=None)  # fmt: skip
