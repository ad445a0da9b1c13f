"""What a mail or text service says of messages that it had accepted: they did not arrive after all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from makegood.cases.actions.holding import hold_theirs
from makegood.conversation.actions.sending import note_bounced
from makegood.conversation.models import Mailbox, Message
from makegood.conversation.rules.messages import State
from makegood.kernel.refusals import Refusal


class Lost(NamedTuple):
    """A message that did not arrive: what the service calls it, or its Message-ID, and why."""

    name: str
    words: str


@transaction.atomic
def note_lost(lost: Sequence[Lost], *, mailbox_id: int | None = None, line_id: int | None = None, now: datetime) -> int:
    """These came back, as the service says by which a mailbox or a line sends. Of others than our own nothing is
    known. Returns how many messages of ours it was about.

    Raises Refusal "hook.too_soon" when one is just leaving: its service is to say so again.
    """
    ours = Q(thread__mailbox_id=mailbox_id) if line_id is None else Q(thread__line_id=line_id)
    return sum(_lose(one, ours, now) for one in lost)


def note_brought(mailbox_id: int, *, now: datetime) -> None:
    """A mail service brought mail to it: it works."""
    Mailbox.objects.filter(pk=mailbox_id).update(read_at=now, problem="", problem_at=None)


def _lose(one: Lost, ours: Q, now: datetime) -> bool:
    name = one.name.strip("<>")
    if not name:
        return False
    meant = Message.objects.filter(ours, inward=False)
    found = meant.filter(Q(reference__in=(name, f"<{name}>")) | Q(message_id=name)).values_list("pk", "thread__case_id")
    for number, case_id in found[:1]:
        case = hold_theirs(case_id) if case_id is not None else None
        row = Message.objects.select_for_update().get(pk=number)
        if row.state == State.WAITING:
            raise Refusal("hook.too_soon", "That message is just leaving. Say so again in a minute.", status=503)
        note_bounced(row, case, one.words or "The service says that it did not arrive.", now=now)
        return True
    return False
