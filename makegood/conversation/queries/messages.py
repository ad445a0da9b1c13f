"""The messages of a case, and one message with all that came with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from makegood.cases.queries import case_for
from makegood.conversation.models import Attachment
from makegood.conversation.rules.messages import AWRY, MOVES, Channel, Move, Sort, State
from makegood.people.rules import Scope
from makegood.platform.among import array_of
from makegood.platform.rows import fetch_rows


@dataclass(frozen=True, slots=True)
class AttachmentFacts:
    """A file of a message. `digest` is the name under which it is kept."""

    id: int
    name: str
    content_type: str
    content_id: str
    size: int
    inline: bool
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """One message, whole; see `models.Message`. `moves` are what may happen to it next, `carried_by` names the
    mailbox or line that it came or goes by, `looked_by` who looked at it, `look_words` why they sent it back.
    `promises` are made when it leaves: where in its text each stands, and what it is called."""

    id: int
    thread_id: int
    case_id: int | None
    inward: bool
    channel: Channel
    sort: Sort
    state: State
    automatic: bool
    with_link: bool
    message_id: str
    address: str
    name: str
    subject: str
    text: str
    rest: str
    html: str
    at: datetime
    by_id: int | None
    by_name: str
    raw: str
    size: int
    note: str
    covers: tuple[str, ...]
    minutes: int | None
    leave_at: datetime | None
    handed_at: datetime | None
    sent_at: datetime | None
    carried_by: str
    attempts: int
    problem: str
    looked_by: str
    look_words: str
    promises: list[tuple[int, str]]
    files: tuple[AttachmentFacts, ...]

    @property
    def acknowledges(self) -> bool:
        """Whether it only says, by machine, that something arrived."""
        return self.automatic and not self.with_link

    @property
    def is_awry(self) -> bool:
        """Whether the customer did not get it, or nobody knows whether they did."""
        return self.state in AWRY

    @property
    def moves(self) -> tuple[Move, ...]:
        """What may happen to it next."""
        return MOVES.allowed(self.state)


def messages_of(scope: Scope, number: int) -> tuple[MessageFacts, ...]:
    """The messages of a case, oldest first. Raises Refusal "case.unknown"."""
    case_for(scope, number)
    return of_case(number)


def of_case(number: int) -> tuple[MessageFacts, ...]:
    """The same for whoever has the case before them already."""
    return _facts("t.case_id = %s", number)


def of_thread(thread_id: int) -> tuple[MessageFacts, ...]:
    """The messages of one thread, oldest first, for whoever may see it."""
    return _facts("m.thread_id = %s", thread_id)


def awry_among(numbers: Collection[int]) -> frozenset[int]:
    """Those of these cases whose customer did not get the last that was sent to them, as far as anybody knows."""
    if not numbers:
        return frozenset()
    return frozenset(number for (number,) in fetch_rows(_AWRY, [array_of(numbers)]))


_AWRY = """
SELECT DISTINCT t.case_id FROM conversation_message m JOIN conversation_thread t ON t.id = m.thread_id
WHERE m.state IN ('unsure', 'failed', 'bounced') AND t.case_id = ANY(%s::bigint[])
  AND NOT EXISTS (SELECT FROM conversation_message n JOIN conversation_thread o ON o.id = n.thread_id
                  WHERE o.case_id = t.case_id AND NOT n.inward AND n.id > m.id
                    AND (n.with_link OR NOT n.automatic)
                    AND n.state IN ('waiting', 'sent'))
"""


def by_number(numbers: Collection[int]) -> tuple[MessageFacts, ...]:
    """These messages, oldest first, for whoever may see them."""
    return _facts("m.id = ANY(%s::bigint[])", array_of(numbers))


def said_on_page(number: int) -> tuple[MessageFacts, ...]:
    """What we wrote to the customer's page of a case, oldest first; what was taken back or waits is not there."""
    return tuple(one for one in of_case(number) if one.channel is Channel.PAGE and one.state is State.SENT)


def file_of(row: Attachment) -> AttachmentFacts:
    """A row as what is told of it."""
    return AttachmentFacts(row.pk, row.name, row.content_type, row.content_id, row.size, row.inline, row.digest)


# By hand: putting it together took longer than asking it, and it is asked for every case that is opened.
_MESSAGES = """
SELECT m.id, m.thread_id, t.case_id, m.inward, m.automatic, m.with_link, m.message_id, m.address, m.name, m.subject,
       m.text, m.rest, m.html, m.at, m.by_id, m.by_name, m.raw, m.size, m.note, m.minutes, m.leave_at, m.handed_at,
       m.sent_at, coalesce(b.name, l.name, ''), m.attempts, m.problem,
       coalesce(k.by_name, ''), coalesce(k.words, ''), coalesce(k.promises, '[]'), m.channel, m.sort, m.state, m.covers,
       (SELECT coalesce(json_agg(json_build_array(id, name, content_type, content_id, size, inline, digest)
                                 ORDER BY id), '[]')
        FROM conversation_attachment WHERE message_id = m.id)
FROM conversation_message m
JOIN conversation_thread t ON t.id = m.thread_id
LEFT JOIN conversation_mailbox b ON b.id = t.mailbox_id
LEFT JOIN conversation_line l ON l.id = t.line_id
LEFT JOIN conversation_look k ON k.message_id = m.id
WHERE {which} ORDER BY m.at, m.id
"""
_NAMES = (
    "id", "thread_id", "case_id", "inward", "automatic", "with_link", "message_id", "address", "name", "subject",
    "text", "rest", "html", "at", "by_id", "by_name", "raw", "size", "note", "minutes", "leave_at", "handed_at",
    "sent_at", "carried_by", "attempts", "problem", "looked_by", "look_words", "promises",
)  # fmt: skip


def _facts(which: str, number: int | str) -> tuple[MessageFacts, ...]:
    return tuple(_one(row) for row in fetch_rows(_MESSAGES.format(which=which), [number]))


def _one(row: Sequence[Any]) -> MessageFacts:
    *values, channel, sort, state, covers, files = row
    return MessageFacts(
        **dict(zip(_NAMES, values, strict=True)), channel=Channel(channel), sort=Sort(sort), state=State(state),
        covers=tuple(covers), files=tuple(AttachmentFacts(*file) for file in files),
    )  # fmt: skip
