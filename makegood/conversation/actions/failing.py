"""Mailboxes that have not worked for a while: those who administer are told, once each time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from makegood.conversation.models import Mailbox
from makegood.notices.actions import tell_administrators

AFTER = timedelta(hours=1)
"""How long a mailbox may fail before people are told: mail servers are away for minutes now and then."""


def tell_of_failing(*, now: datetime) -> None:
    """Tell everybody who administers of mailboxes that could not be read, or could not send, for an hour."""
    late = now - AFTER
    failing = Q(problem_at__lte=late) | Q(sending_problem_at__lte=late)
    for row in Mailbox.objects.filter(failing, paused_at=None):
        if row.problem_at is not None and row.problem_at <= late:
            _tell(row, "mailbox_unread", f"The mailbox {row.name} cannot be read for an hour now.", row.problem_at, now)
        if row.sending_problem_at is not None and row.sending_problem_at <= late:
            words = f"The mailbox {row.name} sends nothing for an hour now: what was written waits."
            _tell(row, "mailbox_silent", words, row.sending_problem_at, now)


def _tell(row: Mailbox, topic: str, words: str, since: datetime, now: datetime) -> None:
    tell_administrators(
        ("mailbox", row.pk), topic=topic, occasion=since.isoformat(), words=words,
        link=f"/settings/mailboxes/{row.pk}/", now=now,
    )  # fmt: skip
