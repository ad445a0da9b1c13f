"""By whom mail leaves: the mail server that a mailbox names, or else the mail service of the installation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import cast

from makegood.adapters.folder import Folder
from makegood.adapters.mailserver import MailServer, Security
from makegood.adapters.sending import Accepted, Carrier, Handing, Refused
from makegood.adapters.smtp import Smtp
from makegood.adapters.texting import Account, AppriseTexter, Texter, TwilioTexter
from makegood.conversation.queries import SendsAs, TextsAs
from makegood.platform.anymailing import service_mail
from makegood.platform.mail_service import FOLDER, MailService


def carriers(networks: Iterable[str], service: MailService | None, *, folder: Path) -> Callable[[SendsAs], Carrier]:
    """What makes the carrier of a mailbox. `networks` are those of ours that may be reached, `service` is the mail
    service of the installation, and `folder` where its mail is kept when that is to go nowhere."""
    allowed = tuple(networks)

    def make(box: SendsAs) -> Carrier:
        if not box.host:
            return _by_service(service, folder)
        server = MailServer(
            host=box.host,
            port=box.port,
            security=cast(Security, box.security),
            user=box.user,
            password=box.password,
            token=box.token,
        )
        return Smtp(server, networks=allowed)

    return make


def texters(networks: Iterable[str], base_url: str) -> Callable[[TextsAs], Texter]:
    """What makes the texter of a line. `networks` are those of ours that may be reached; we are told at `base_url`."""
    allowed = tuple(networks)

    def make(line: TextsAs) -> Texter:
        if line.how == "apprise":
            return AppriseTexter(line.secret, networks=allowed)
        told_at = f"{base_url}{line.events_path}" if base_url.startswith("https:") else ""
        account = Account(
            base_url=line.base_url, account=line.account, secret=line.secret, number=line.number, told_at=told_at
        )
        return TwilioTexter(account, networks=allowed)

    return make


def _by_service(service: MailService | None, folder: Path) -> Carrier:
    if service is None:
        return Nobody()
    return Folder(folder) if service.name == FOLDER else service_mail(service)


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
