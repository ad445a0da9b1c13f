"""Telling somebody who wrote to us that it arrived, who looks after it, and by when they hear: by machine, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from makegood.cases.models import Commitment
from makegood.cases.rules import Purpose
from makegood.conversation.actions.placing import Placed
from makegood.conversation.actions.threads import name_message
from makegood.conversation.models import Message, Thread
from makegood.conversation.rules.messages import Channel, Sort, State
from makegood.conversation.rules.placing import ANSWERED_ONCE_IN
from makegood.conversation.rules.saying import acknowledgement
from makegood.customers.queries import customer_for
from makegood.people.rules import READS_ALL
from makegood.promises.rules import LIVE


def acknowledge(began: Sequence[tuple[Placed, Thread]], *, now: datetime) -> None:
    """Answer those who began something new in a mailbox that acknowledges. Never a machine, and nobody twice in a day
    (RFC 3834)."""
    for placed, thread in began:
        box = placed.mail.arrival.mailbox
        if box is None or not box.acknowledges or placed.sort is not Sort.ORDINARY:
            continue
        address = placed.mail.letter.author.email.lower()
        lately = Message.objects.filter(
            inward=False,
            automatic=True,
            with_link=False,
            address=address,
            at__gte=now - ANSWERED_ONCE_IN,
            thread__mailbox=box,
        )
        if not lately.exists():
            _answer(placed, thread, address, now)


def _answer(placed: Placed, thread: Thread, address: str, now: datetime) -> None:
    if thread.case_id is None or thread.customer_id is None:
        return
    contact = Commitment.objects.filter(
        case_id=thread.case_id, purpose=Purpose.FIRST_CONTACT, promise__state__in=LIVE
    ).select_related("promise__owner").first()  # fmt: skip
    if contact is None or contact.promise.owner is None:
        return
    customer = customer_for(READS_ALL, thread.customer_id)
    text = acknowledgement(
        language=customer.language, owner=contact.promise.owner.name, due_at=contact.promise.due_at,
        zone=ZoneInfo(customer.time_zone or "UTC"), number=f"SR-{thread.case_id}",
    )  # fmt: skip
    row = Message.objects.create(
        thread=thread, inward=False, channel=Channel.EMAIL, state=State.WAITING, automatic=True, address=address,
        name=placed.mail.letter.author.name[:200], subject=f"Re: {thread.subject}"[:300], text=text,
        language=customer.language, at=now, leave_at=now,
    )  # fmt: skip
    name_message(row, thread.mailbox)
