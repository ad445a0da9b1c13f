"""Who may bring mail to a mailbox by calling us: whoever knows the secret in the address."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from makegood.conversation.models import Mailbox
from makegood.people.queries import token_digest
from makegood.platform.sealing import unseal


@dataclass(frozen=True, slots=True)
class Brought:
    """A mailbox that a mail service fills. `key` is what the service signs with, or by which we fetch from it."""

    id: int
    service: str
    is_paused: bool
    key: str = field(repr=False)


def mailbox_by_hook(mailbox_id: int, service: str, secret: str) -> Brought | None:
    """The mailbox, for somebody who names its secret; None for everybody else. Raises SealBroken."""
    row = Mailbox.objects.filter(pk=mailbox_id).first()
    known = row.hook_digest if row is not None else ""
    # Compared all the same when there is none, so that the time taken tells nothing.
    fits = hmac.compare_digest(token_digest(secret), known or token_digest(""))
    if row is None or not known or not fits or row.hook_service != service:
        return None
    return Brought(row.pk, row.hook_service, row.paused_at is not None, unseal(row.hook_key))
