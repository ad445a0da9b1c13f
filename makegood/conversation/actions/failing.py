"""Mailboxes and lines that have not worked for a while: those who administer are told, once each time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from makegood.conversation.models import Line, Mailbox
from makegood.notices.actions import tell_administrators

AFTER = timedelta(hours=1)
"""How long a mailbox may fail before people are told: mail servers are away for minutes now and then."""


def tell_of_failing(*, now: datetime) -> None:
    """Tell everybody who administers of mailboxes that could not be read, and of what could not send, for an hour."""
    late = now - AFTER
    failing = Q(problem_at__lte=late) | Q(sending_problem_at__lte=late)
    for row in Mailbox.objects.filter(failing, paused_at=None):
        if row.problem_at is not None and row.problem_at <= late:
            _tell(row, "mailbox_unread", f"The mailbox {row.name} cannot be read for an hour now.", row.problem_at, now)
        if row.sending_problem_at is not None and row.sending_problem_at <= late:
            words = f"The mailbox {row.name} sends nothing for an hour now: what was written waits."
            _tell(row, "mailbox_silent", words, row.sending_problem_at, now)
    for line in Line.objects.filter(sending_problem_at__lte=late, paused_at=None):
        assert line.sending_problem_at is not None  # noqa: S101 - asked for above
        tell_administrators(
            ("line", line.pk), topic="line_silent", occasion=line.sending_problem_at.isoformat(),
            words=f"The line {line.name} sends nothing for an hour now: what was written waits.",
            link=f"/settings/lines/{line.pk}/", now=now,
        )  # fmt: skip


def _tell(row: Mailbox, topic: str, words: str, since: datetime, now: datetime) -> None:
    tell_administrators(
        ("mailbox", row.pk), topic=topic, occasion=since.isoformat(), words=words,
        link=f"/settings/mailboxes/{row.pk}/", now=now,
    )  # fmt: skip
