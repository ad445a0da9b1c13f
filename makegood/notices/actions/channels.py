"""Where people want to be told. Everybody sets their own, nobody another's."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.texts import is_text
from makegood.notices.models import Channel
from makegood.notices.queries import unknown_channel
from makegood.notices.rules import remembered

LONGEST = 600
_MOST_CHANNELS = 10


@transaction.atomic
def add_channel(
    staff_id: int, *, name: str, service: str, address: str, urgent_only: bool = False, by: Actor, now: datetime
) -> int:
    """Remember an address, whose `service` the port has named, for what happens from now on. Returns its id.

    Raises Refusal "channel.bad_name", "channel.bad_address", "channel.known", "channel.too_many".
    """
    address, name = address.strip(), name.strip() or service
    if not is_text(name) or len(name) > 60:
        raise invalid("channel.bad_name", "Call it something of up to 60 characters, such as My phone.", field="name")
    check_address(address)
    if Channel.objects.filter(staff_id=staff_id).count() >= _MOST_CHANNELS:
        raise Refusal("channel.too_many", f"You are told at {_MOST_CHANNELS} places already. Remove one first.")
    try:
        with transaction.atomic():
            row = Channel.objects.create(
                staff_id=staff_id, name=name, service=service[:80], address=address, urgent_only=urgent_only,
                made_at=now,
            )  # fmt: skip
    except IntegrityError:
        raise invalid("channel.known", "You are told at this address already.", field="address") from None
    _record("added", row, by=by, now=now)
    return row.pk


@transaction.atomic
def remove_channel(staff_id: int, channel_id: int, *, by: Actor, now: datetime) -> None:
    """Forget an address, and what still waits to leave for it. Raises Refusal "channel.unknown"."""
    row = Channel.objects.filter(pk=channel_id, staff_id=staff_id).first()
    if row is None:
        raise unknown_channel()
    _record("removed", row, by=by, now=now)
    row.delete()


@transaction.atomic
def record_test(staff_id: int, channel_id: int, problem: str, *, now: datetime) -> None:
    """Keep how a test ended: it shows beside the channel as the outcome of a notice does, and counts as a message."""
    for row in Channel.objects.select_for_update(no_key=True).filter(pk=channel_id, staff_id=staff_id):
        row.problem, row.problem_at = problem[:300], now if problem else None
        row.sent = row.sent if problem else remembered(row.sent, now)
        row.save(update_fields=["problem", "problem_at", "sent"])


def check_address(address: str) -> None:
    """Raises Refusal "channel.bad_address" for what cannot be one, whichever service it names."""
    if not is_text(address) or not address.isprintable() or not 0 < len(address) <= LONGEST:
        raise invalid(
            "channel.bad_address", f"Give one address, in one line of up to {LONGEST} characters.", field="address"
        )


def _record(what: str, row: Channel, *, by: Actor, now: datetime) -> None:
    """The journal learns which service, and nothing of the address."""
    told = {"channel": row.pk, "service": row.service}
    record(f"staff.channel_{what}", by=by, at=now, subject=("staff", row.staff_id), data=told)
