"""Threads, and the ids by which the answers to our mail find them again."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from makegood.adapters.mail.message_ids import mint
from makegood.cases.models import Case
from makegood.conversation.models import Mailbox, Message, Thread
from makegood.conversation.queries.lines import texts_by
from makegood.conversation.queries.mailboxes import sends_by
from makegood.conversation.rules.messages import TEXTED, Channel
from makegood.kernel.refusals import Refusal
from makegood.kernel.texts import one_line

SUBJECT_LIMIT = 300


def thread_of(case: Case, way: Channel, subject: str, *, now: datetime) -> Thread:
    """The thread of a case that a message on this channel continues, or a new one. The case must be held.

    Raises Refusal "message.no_mailbox" or "message.no_line" when it cannot leave.
    """
    mailbox = sends_by(case.pk) if way is Channel.EMAIL else None
    line = texts_by(case.pk, way) if way in TEXTED else None
    if way is Channel.EMAIL and mailbox is None:
        raise Refusal(
            "message.no_mailbox", "There is no mailbox to send from. Someone who administers can connect one: Settings."
        )
    if way in TEXTED and line is None:
        raise Refusal(
            "message.no_line", "There is no line for such messages. Someone who administers can add one: Settings."
        )
    threads = Thread.objects.filter(case=case, channel=way, mailbox=mailbox, line=line).order_by("-latest_at", "-id")
    thread = threads.first()
    if thread is None:
        bare = one_line(subject) or f"{case.title} [SR-{case.pk}]"
        return Thread.objects.create(
            case=case, customer_id=case.customer_id, mailbox=mailbox, line=line, channel=way,
            subject=bare[:SUBJECT_LIMIT], begun_at=now, latest_at=now,
        )  # fmt: skip
    thread.latest_at = now
    thread.save(update_fields=["latest_at"])
    return thread


def name_message(row: Message, mailbox: Mailbox | None) -> None:
    """Mail carries an id that tells our thread when it is answered, and that nobody else can make."""
    if mailbox is not None:
        made = mint(settings.SECRET_KEY, row.thread_id, row.pk, domain_of(mailbox.address))
        row.message_id = made
        row.save(update_fields=["message_id"])


def domain_of(address: str) -> str:
    """What stands after the @."""
    return address.rpartition("@")[2]
