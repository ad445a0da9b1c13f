"""Trying a mailbox or a line before it is set, or since: step by step, and nothing is read or changed there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack, cast

from makegood.adapters import imap
from makegood.adapters.mailserver import MailServer, Security
from makegood.adapters.smtp import try_smtp
from makegood.adapters.steps import Step, take
from makegood.adapters.texting import Account, AppriseTexter, TwilioTexter, try_texter
from makegood.conversation.actions.entering import asked_of
from makegood.conversation.actions.lines import NEW, LineDetails, describe_line
from makegood.conversation.actions.mailboxes import MailboxDetails, describe
from makegood.conversation.models import Line, Mailbox
from makegood.conversation.queries.lines import unknown_line
from makegood.conversation.queries.mailboxes import client_of, unknown_mailbox
from makegood.conversation.rules.services import SERVICES
from makegood.customers.rules import read_phone
from makegood.journal.actors import Actor
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.platform.mail_service import FOLDER, MailService
from makegood.platform.mail_service import SERVICES as OFFERED
from makegood.platform.sealing import SealBroken, unseal


@dataclass(frozen=True, slots=True)
class Tried:
    """What works and what does not, of mail that comes in and of mail that leaves."""

    reading: tuple[Step, ...]
    sending: tuple[Step, ...]

    @property
    def works(self) -> bool:
        """Whether nothing that was tried went wrong."""
        return all(step.ok is not False for step in (*self.reading, *self.sending))

    @property
    def says(self) -> bool:
        """Whether there was anything to try."""
        return any(step.ok is not None for step in (*self.reading, *self.sending))


def try_mailbox(
    mailbox_id: int | None,
    *,
    service: MailService | None,
    networks: Iterable[str],
    by: Actor,
    now: datetime,
    **details: Unpack[MailboxDetails],
) -> Tried:
    """Try a mailbox as it would be with these details; None for one that is not there yet. `service` is
    the mail service of the installation; `networks` of ours may be reached. It takes up to a minute.

    Raises Refusal as `add_mailbox` does, and "mailbox.unknown".
    """
    require(by, Ability.ADMINISTER)
    row = Mailbox() if mailbox_id is None else Mailbox.objects.filter(pk=mailbox_id).first()
    if row is None:
        raise unknown_mailbox()
    describe(row, details if mailbox_id else {"name": "", "address": "", **details})
    allowed = tuple(networks)
    try:
        token, steps = _token(row, allowed, now)
        if steps and not steps[0].ok:
            return Tried(steps, ())
        return Tried((*steps, *_reading(row, allowed, token)), _sending(row, allowed, service, token))
    except SealBroken as broken:
        return Tried((Step("Read what is kept", str(broken), ok=False),), ())


def _token(row: Mailbox, networks: tuple[str, ...], now: datetime) -> tuple[str, tuple[Step, ...]]:
    """The access token of one that signs in without a password, and what came of asking for it."""
    if not row.oauth_url:
        return "", ()
    got: list[str] = []

    def ask() -> str:
        got.append(asked_of(row, networks=networks, now=now))
        return "It lets us in."

    steps = take([(f"Ask {client_of(row).host} for a token", ask)])
    return next(iter(got), ""), steps


def try_line(
    line_id: int | None,
    *,
    to: str = "",
    called_at: str,
    networks: Iterable[str],
    by: Actor,
    **details: Unpack[LineDetails],
) -> Tried:
    """Try a line as it would be with these details; None for one that is not there yet. Nothing is sent, but for a few
    words to the number `to` where that is given. `called_at` is where we are called. It takes up to a minute.

    Raises Refusal as `add_line` does, "line.unknown", and "customer.bad_phone" for `to`.
    """
    require(by, Ability.ADMINISTER)
    row = Line() if line_id is None else Line.objects.filter(pk=line_id).first()
    if row is None:
        raise unknown_line()
    describe_line(row, details if line_id else {**NEW, **details})
    if to:
        to = read_phone(to, field="to")
    try:
        texter = _texter(row, tuple(networks))
        return Tried((_called(called_at, is_new=line_id is None),), try_texter(texter, number=row.number, to=to))
    except SealBroken as broken:
        return Tried((), (Step("Read what is kept", str(broken), ok=False),))


def _texter(row: Line, networks: tuple[str, ...]) -> TwilioTexter | AppriseTexter:
    secret = unseal(row.secret)
    if row.how == "apprise":
        return AppriseTexter(secret, networks=networks)
    account = Account(base_url=row.base_url, account=row.account, secret=secret, number=row.number)
    return TwilioTexter(account, networks=networks)


def _called(base_url: str, *, is_new: bool) -> Step:
    if not base_url.startswith("https:"):
        words = "Only what is in your own network can call it: MAKEGOOD_URL does not begin with https."
    elif is_new:
        words = "It gets an address to call once this is saved."
    else:
        words = "It has an address to call. Whether it is called shows the first message that comes in."
    return Step("Let the service bring messages", words, ok=None)


def _reading(row: Mailbox, networks: tuple[str, ...], token: str) -> tuple[Step, ...]:
    if row.imap_host:
        server = _server(row, "imap", token)
        return imap.try_mailbox(server, folder=row.folder, move_to=row.done_folder, networks=networks)
    if row.hook_service:
        name = SERVICES[row.hook_service]
        if row.pk is not None and not row.hook_digest:
            return (Step(f"Let {name} bring mail", "It has no address to call yet. Make one on its page.", ok=False),)
        words = "It has an address to call. Whether it calls shows the first message that comes in."
        there = words if row.hook_digest else "It gets an address to call once this is saved."
        return (Step(f"Let {name} bring mail", there, ok=None),)
    return (Step("Take mail in", "Nobody is asked for mail here, and no service brings any: it only sends.", ok=None),)


def _sending(row: Mailbox, networks: tuple[str, ...], service: MailService | None, token: str) -> tuple[Step, ...]:
    if row.smtp_host:
        server = _server(row, "smtp", token)
        return try_smtp(server, sender=row.address, networks=networks)
    if service is not None and service.name == FOLDER:
        return (Step("Send", "It goes to nobody: this installation keeps as files what would leave.", ok=None),)
    if service is not None:
        words = "It is set for this installation. Whether it takes what we send only a message shows."
        return (Step(f"Send by {OFFERED[service.name].title}", words, ok=None),)
    words = "Nothing leaves by it yet. Name its mail server, or a mail service for the installation."
    return (Step(f"Send as {row.address}", words, ok=False),)


def _server(row: Mailbox, way: str, token: str) -> MailServer:
    """How it is reached by `way`, imap or smtp."""
    host, port, security, user, secret = (
        getattr(row, f"{way}_{name}") for name in ("host", "port", "security", "user", "secret")
    )
    return MailServer(
        host=host, port=port, security=cast(Security, security), user=user or (row.address if token else ""),
        password=unseal(secret), token=token,
    )  # fmt: skip
