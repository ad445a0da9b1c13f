"""Writing to customers of no case: what is asked of many, and begins no conversation.

Such a message stands in a thread of its own that is settled from the start and is nobody's: it failing makes no promise
late, and whoever answers it by mail or text is heard as somebody who writes anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from makegood.conversation.actions.posting import machine_message, name_all
from makegood.conversation.actions.threads import SUBJECT_LIMIT, domain_of
from makegood.conversation.models import Line, Mailbox, Message, Thread
from makegood.conversation.rules.messages import Channel, Way
from makegood.kernel.texts import one_line


class Apart(NamedTuple):
    """What a customer is written, by one of the ways that messages are carried."""

    name: str
    way: Way
    subject: str
    text: str
    language: str


def write_apart(wanted: Sequence[Apart], *, leave_at: datetime, now: datetime) -> list[int]:
    """Write these: they leave from `leave_at` on as any message does, each with a private link that the mailer adds.

    Returns the ids in the same order, 0 where nothing can leave by that way any more.
    """
    mailbox = Mailbox.objects.filter(paused_at=None).order_by("pk").first()
    lines = {line.channel: line for line in Line.objects.filter(paused_at=None).order_by("-pk")}
    able = [one for one in wanted if (mailbox if one.way.channel is Channel.EMAIL else lines.get(one.way.channel))]
    threads = Thread.objects.bulk_create(
        Thread(
            mailbox=mailbox if one.way.channel is Channel.EMAIL else None, line=lines.get(one.way.channel),
            channel=one.way.channel, subject=one_line(one.subject)[:SUBJECT_LIMIT], begun_at=now, latest_at=now,
            settled_at=now,
        )
        for one in able
    )  # fmt: skip
    rows = [
        machine_message(
            one.way, name=one.name, subject=thread.subject, text=one.text, language=one.language, leave_at=leave_at,
            now=now,
        )
        for one, thread in zip(able, threads, strict=True)
    ]  # fmt: skip
    for row, thread in zip(rows, threads, strict=True):
        row.thread = thread
    Message.objects.bulk_create(rows)
    if mailbox is not None:
        domain = domain_of(mailbox.address)
        name_all([(row, domain) for row in rows if row.channel == Channel.EMAIL])
    made = iter(rows)
    return [next(made).pk if one in able else 0 for one in wanted]
