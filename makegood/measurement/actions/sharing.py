"""Links to the insights as somebody narrowed them: whoever opens one signs in and sees what is theirs to see."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.refusals import invalid, missing
from makegood.measurement.models import SharedView
from makegood.people.queries import token_digest

BYTES = 24
LONGEST = timedelta(days=90)
_PAGES = "/insights/"


@transaction.atomic
def share_view(address: str, *, holds_for: timedelta, by: Actor, now: datetime) -> str:
    """Make a link to a page of the insights with its filters. Returns its token in plain; it cannot be shown again.

    Raises Refusal "share.bad_address", "share.bad_time".
    """
    if not address.startswith(_PAGES) or len(address) > 300 or "\\" in address:
        raise invalid("share.bad_address", "Only pages of the insights are shared so.", field="address")
    if not timedelta(0) < holds_for <= LONGEST:
        raise invalid("share.bad_time", "A link holds for up to 90 days.", field="days")
    if by.id is None:
        raise missing("people.unknown", "A link is made by a person.")
    token = secrets.token_urlsafe(BYTES)
    row = SharedView.objects.create(
        token_hash=token_digest(token), address=address, made_by_id=by.id, made_at=now, expires_at=now + holds_for
    )  # fmt: skip
    record("share.made", by=by, at=now, subject=("share", row.pk), data={"address": address})
    return token


@transaction.atomic
def revoke_view(number: int, *, by: Actor, now: datetime) -> None:
    """Let a link of one's own lead nowhere from now on. Raises Refusal "share.unknown"."""
    row = SharedView.objects.select_for_update().filter(pk=number, made_by_id=by.id, revoked_at=None).first()
    if row is None:
        raise missing("share.unknown", "There is no such link, or it was taken back already.")
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])
    record("share.revoked", by=by, at=now, subject=("share", row.pk))
