"""By whom mail leaves: the mail server that a mailbox names, or else the mail service of the installation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from makegood.adapters.mailserver import MailServer, Security
from makegood.adapters.sending import Accepted, Carrier, Handing, Refused
from makegood.adapters.smtp import Smtp
from makegood.conversation.queries import SendsAs
from makegood.platform.anymailing import service_mail
from makegood.platform.mail_service import MailService


def carriers(networks: Iterable[str], service: MailService | None) -> Callable[[SendsAs], Carrier]:
    """What makes the carrier of a mailbox. `networks` are those of ours that may be reached, `service` is the mail
    service of the installation."""
    allowed = tuple(networks)

    def make(box: SendsAs) -> Carrier:
        if not box.host:
            return Nobody() if service is None else service_mail(service)
        server = MailServer(
            host=box.host, port=box.port, security=cast(Security, box.security), user=box.user, password=box.password
        )
        return Smtp(server, networks=allowed)

    return make


class Nobody:
    """A mailbox that nobody has told how to send."""

    def send(self, raw: bytes, *, sender: str, to: Iterable[str], handing: Handing) -> Accepted | Refused:
        """It waits until somebody does."""
        return Refused(
            "This mailbox does not send yet. Name its mail server in the settings, or a mail service for all mailboxes:"
            " MAKEGOOD_MAIL_SERVICE.",
            temporary=True,
        )

    def close(self) -> None:
        """There is nothing to let go."""
