"""Which thread, case or customer an incoming message belongs to, without ever guessing at a stranger's. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from makegood.kernel.texts import fold, one_line

_REPLY = re.compile(
    r"^(?:(?:re|aw|antw|antwort|sv|vs|res|resp|rif|ref|odp|ynt|vl|r|回复|回覆|答复|رد)\s*(?:\[\d+\]|\(\d+\))?\s*[:：]\s*)+",
    re.IGNORECASE,
)
"""What mail programs put before the subject of an answer. Only these: "Software: question" is a subject of its own."""
_NUMBER = re.compile(r"(?<![\w-])SR-(\d{1,18})(?![\w-])")


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject, read: whether it is an answer's, what remains without the marks, and the case number in it."""

    is_reply: bool
    bare: str
    number: int | None


def read_subject(text: str) -> Subject:
    """Read a subject as it came."""
    line = one_line(text)
    mark = _REPLY.match(line)
    bare = line[mark.end() :] if mark else line
    named = _NUMBER.search(bare)
    return Subject(mark is not None, fold(bare).strip(), int(named.group(1)) if named else None)


_LEAST_WORDS = 3
_LONGEST_SILENCE = timedelta(days=30)


_OF_A_COPY = ("from", "to", "cc", "subject", "date", "message-id")


def fingerprint(raw: bytes) -> str:
    """What tells the same message from another, by whichever way and how often it comes: what its author wrote, and
    nothing that servers added on the way. Without a Message-ID all of it counts."""
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    fields: dict[bytes, bytes] = {}
    for line in re.split(rb"\n(?![ \t])", head):
        name, colon, value = line.partition(b":")
        if colon:
            fields.setdefault(name.strip().lower(), b" ".join(value.split()))
    if not fields.get(b"message-id"):
        return hashlib.sha256(raw).hexdigest()
    told = [fields.get(name.encode(), b"") for name in _OF_A_COPY]
    return hashlib.sha256(b"\0".join([*told, body.rstrip()])).hexdigest()


@dataclass(frozen=True, slots=True)
class Known:
    """A thread of the sender's that they may be answering. `at` is its latest message (aware UTC)."""

    thread_id: int
    case_id: int | None
    subject: str
    at: datetime
    channel: str = "email"


def thread_by_subject(subject: Subject, known: Sequence[Known], now: datetime) -> int | None:
    """The one thread of this sender that a message without a known reference answers, None when that would be a guess.

    By the number of a case of theirs; or, for an answer, by a subject that is theirs alone among what was written
    lately and says enough to be no chance.
    """
    if subject.number is not None:
        named = {one.thread_id for one in known if one.case_id == subject.number}
        return max(named) if named else None
    if not subject.is_reply or len(subject.bare.split()) < _LEAST_WORDS:
        return None
    same = {
        one.thread_id for one in known
        if now - one.at <= _LONGEST_SILENCE and read_subject(one.subject).bare == subject.bare
    }  # fmt: skip
    return same.pop() if len(same) == 1 else None


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote, as far as we know them: the living customers of their address, and the threads of theirs."""

    customers: Collection[int]
    threads: Sequence[Known] = ()
    open_cases: Sequence[tuple[int, int]] = ()
    """Number and kind of each open case of theirs."""
    unsure: bool = False
    """Their address is only much like this one: a person says whether it is theirs."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes: a thread there is, else a case there is, else a new case of this customer (None: of
    somebody new), else, with `waits`, on the pile that a person sorts."""

    thread_id: int | None = None
    case_id: int | None = None
    customer_id: int | None = None
    waits: bool = False


def place_of(
    *, ours: int | None, followed: Collection[int], subject: Subject, sender: Sender, kind_id: int | None, now: datetime
) -> Place:
    """Where an incoming message belongs, without ever guessing at somebody else's case.

    `ours` is the thread whose key it carries: whoever has that was written to, or was handed our message. `followed`
    are the threads in which the messages stand that it names. These, subjects and numbers count only within what is
    the sender's own. A sender whose address several customers share is sorted by a person.
    """
    if ours is not None:
        return Place(thread_id=ours)
    own = {one.thread_id for one in sender.threads}
    if known := own & set(followed):
        return Place(thread_id=max(known))
    by_subject = thread_by_subject(subject, sender.threads, now)
    if by_subject is not None:
        return Place(thread_id=by_subject)
    if len(sender.customers) > 1 or sender.unsure:
        return Place(waits=True)
    customer_id = next(iter(sender.customers), None)
    case_id = _case_of(subject, sender.open_cases, kind_id)
    if case_id is not None:
        return Place(case_id=case_id, customer_id=customer_id)
    return Place(customer_id=customer_id, waits=kind_id is None)


def _case_of(subject: Subject, cases: Sequence[tuple[int, int]], kind_id: int | None) -> int | None:
    """The open case of theirs that a message of no thread is about: the one it names, the only one, or the one of the
    kind that the mailbox is for."""
    numbers = [number for number, _kind in cases]
    if subject.number in numbers:
        return subject.number
    if len(numbers) == 1:
        return numbers[0]
    return next((number for number, kind in cases if kind == kind_id), None)


MOST_AN_HOUR = 30
"""Messages of one sender that reach people within an hour; more is a machine, and is kept without telling anybody."""
ANSWERED_ONCE_IN = timedelta(days=1)
"""How long nobody gets a second automatic answer. RFC 3834 section 2: one per sender in a period of days."""
