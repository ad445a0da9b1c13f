"""How a mailbox sends: whom the carrier connects to, as whom, and what stands on each of its messages."""

from __future__ import annotations

from dataclasses import dataclass, field

from makegood.conversation.models import Mailbox
from makegood.platform.sealing import SealBroken, unseal


@dataclass(frozen=True, slots=True)
class SendsAs:
    """A mailbox as far as sending goes. Without a `host` it sends by the mail service of the installation.
    `by_token`: it shows an access token, for which whoever carries asks. With a `fault` it cannot send at all, which
    says why. `ailing`: a trouble of its sending is on record, which ends when a message leaves."""

    id: int
    name: str
    address: str
    sender_name: str
    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    fault: str
    by_token: bool = False
    token: str = field(default="", repr=False)
    ailing: bool = field(default=False, compare=False)


def sends_as(mailbox_id: int) -> SendsAs | None:
    """How this mailbox sends just now; None when it is gone."""
    row = Mailbox.objects.filter(pk=mailbox_id).first()
    if row is None:
        return None
    password, fault = "", ""
    try:
        password = unseal(row.smtp_secret)
    except SealBroken as broken:
        fault = str(broken)
    return SendsAs(
        row.pk, row.name, row.address, row.sender_name, row.smtp_host, row.smtp_port, row.smtp_security,
        row.smtp_user or (row.address if row.oauth_url else ""), password, fault, bool(row.oauth_url),
        ailing=bool(row.sending_problem or row.sending_next_at),
    )  # fmt: skip
