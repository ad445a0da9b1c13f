"""Making of what came in a message of a thread: whose it is, which case it belongs to, and who hears of it.

A batch is one transaction: killed at any instant it happened whole or not at all. One message that cannot be read holds
up no other: the batch is then done one by one, and what fails is kept, tried again and shown.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import Error, transaction

from makegood.adapters.mail.letter import Letter
from makegood.adapters.texts import read_text
from makegood.cases.actions.holding import hold_promises
from makegood.conversation.actions.placing import Mail, place_all
from makegood.conversation.actions.receiving import Files
from makegood.conversation.actions.storing import store_all
from makegood.conversation.models import Arrival
from makegood.conversation.rules.messages import TEXTED, Channel
from makegood.kernel.refusals import Refusal

log = logging.getLogger(__name__)

MOST = 40
_AGAIN = timedelta(minutes=5)
_TRIES = 20

Read = Callable[[bytes], Letter]


class _Failed(NamedTuple):
    """One that could not be made a message, and why."""

    arrival_id: int
    problem: str


def sort_arrivals(read: Read, files: Files, *, now: datetime, most: int = MOST) -> int:
    """Sort what waits, oldest first. Returns how many were looked at: none means that nothing waits. Any number of
    processes may call this at once; each takes its own."""
    try:
        return _sort(read, files, now=now, most=most)
    except (Error, Refusal, ValueError, LookupError, OSError) as fault:
        if most == 1:
            return _set_back(fault, now)
        log.warning("A batch of messages could not be sorted; they are taken one by one: %s", fault)
        return sort_arrivals(read, files, now=now, most=1)


@transaction.atomic
def _sort(read: Read, files: Files, *, now: datetime, most: int) -> int:
    taken = _claim(now, most)
    if not taken:
        return 0
    mail = [Mail(row, _read(row, read, files)) for row in taken]
    placed = place_all(mail, now=now)
    hold_promises([one.case_id for one in placed if one.case_id is not None])
    store_all(placed, files, now=now)
    return len(taken)


def _read(row: Arrival, read: Read, files: Files) -> Letter:
    raw = files.read(row.raw)
    return read_text(raw, in_chat=row.channel == Channel.CHAT) if row.channel in TEXTED else read(raw)


def _claim(now: datetime, most: int) -> list[Arrival]:
    waiting = (
        Arrival.objects.filter(next_at__lte=now).select_related("mailbox__kind", "line__kind").order_by("next_at", "id")
    )
    return list(waiting.select_for_update(of=("self",), skip_locked=True)[:most])


@transaction.atomic
def _set_back(fault: Exception, now: datetime) -> int:
    """The first that waits could not be sorted: it is tried again later, and given up after many tries, being kept."""
    for row in _claim(now, 1):
        row.attempts += 1
        row.problem = str(fault).strip().partition("\n")[0][:300] or type(fault).__name__
        row.next_at = now + _AGAIN * row.attempts if row.attempts < _TRIES else None
        row.save(update_fields=["attempts", "problem", "next_at"])
        log.error("A message could not be sorted (arrival %d, try %d): %s", row.pk, row.attempts, row.problem)
        return 1
    return 0
