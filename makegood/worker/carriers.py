"""By whom mail leaves: the mail server that a mailbox names, or else the mail service of the installation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from makegood.adapters.mailserver import MailServer, Security
from makegood.adapters.sending import Accepted, Carrier, Handing, Refused
from makegood.adapters.smtp import Smtp
from makegood.conversation.queries import SendsAs


def carriers(networks: Iterable[str]) -> Callable[[SendsAs], Carrier]:
    """What makes the carrier of a mailbox. `networks` are those of ours that may be reached."""
    allowed = tuple(networks)

    def make(box: SendsAs) -> Carrier:
        if not box.host:
            return Nobody()
        server = MailServer(
            host=box.host, port=box.port, security=cast(Security, box.security), user=box.user, password=box.password
        )
        return Smtp(server, networks=allowed)

    return make


class Nobody:
    """A mailbox that nobody has told how to send."""

    def send(self, raw: bytes, *, sender: str, to: Iterable[str], handing: Handing) -> Accepted | Refused:
        """It waits until somebody does."""
        return Refused("This mailbox does not send yet. Name its mail server in the settings.", temporary=True)

    def close(self) -> None:
        """There is nothing to let go."""
