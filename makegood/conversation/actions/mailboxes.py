"""Mailboxes: added, changed, paused and resumed by those who administer."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction

from makegood.adapters.oauth import token_url
from makegood.conversation.models import Mailbox, Message
from makegood.conversation.queries.mailboxes import unknown_mailbox
from makegood.conversation.rules.messages import State
from makegood.conversation.rules.services import SERVICES
from makegood.customers.rules import read_email
from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.texts import is_text, one_line
from makegood.people.queries import require, token_digest
from makegood.people.rules import Ability
from makegood.platform.sealing import seal
from makegood.promises.models import Kind

MOST = 50
SECURITIES = ("tls", "starttls", "none")
_HOOK_BYTES = 24
_LINES = {"sender_name": 120, "folder": 200, "done_folder": 200, "imap_user": 254, "smtp_user": 254}


class MailboxDetails(TypedDict, total=False):
    """What may be said of a mailbox; what is left out stays as it is. `kind` is a slug, "" for none; a secret that is
    "" stays, None takes it away."""

    name: str
    address: str
    sender_name: str
    kind: str
    acknowledges: bool
    imap_host: str
    imap_port: int
    imap_security: str
    imap_user: str
    imap_secret: str | None
    folder: str
    done_folder: str
    hook_service: str
    hook_key: str | None
    smtp_host: str
    smtp_port: int
    smtp_security: str
    smtp_user: str
    smtp_secret: str | None
    oauth_url: str
    oauth_client: str
    oauth_secret: str | None
    oauth_refresh: str | None


@transaction.atomic
def add_mailbox(*, by: Actor, now: datetime, **details: Unpack[MailboxDetails]) -> int:
    """Take a mailbox in. Returns its id.

    Raises Refusal "mailbox.bad_name", "mailbox.known", "mailbox.bad_server", "mailbox.bad_service",
    "mailbox.needs_secret", "mailbox.too_many",
    "customer.bad_email", "kind.unknown", "people.not_allowed".
    """
    require(by, Ability.ADMINISTER)
    if Mailbox.objects.count() >= MOST:
        raise Refusal("mailbox.too_many", f"There are {MOST} mailboxes already. Remove one first.")
    row = Mailbox(made_at=now)
    describe(row, {"name": "", "address": "", **details})
    row.save()
    _record("added", row, by, now)
    return row.pk


@transaction.atomic
def change_mailbox(mailbox_id: int, *, by: Actor, now: datetime, **details: Unpack[MailboxDetails]) -> None:
    """Change what is given; it is read and sent by anew at once. Raises Refusal as `add_mailbox` does, and
    "mailbox.unknown"."""
    row = _held(mailbox_id, by)
    where = (row.imap_host, row.imap_user, row.folder)
    describe(row, details)
    if (row.imap_host, row.imap_user, row.folder) != where:
        row.uid_validity, row.last_uid = None, 0
    row.problem, row.problem_at, row.leased_until = "", None, None
    row.sending_problem, row.sending_problem_at, row.sending_next_at, row.sending_attempts = "", None, None, 0
    row.save()
    _record("changed", row, by, now)


@transaction.atomic
def pause_mailbox(mailbox_id: int, *, by: Actor, now: datetime) -> None:
    """Neither read it nor send by it for now. Raises Refusal "mailbox.unknown", "mailbox.paused"."""
    row = _held(mailbox_id, by)
    if row.paused_at is not None:
        raise Refusal("mailbox.paused", "It is paused already.")
    row.paused_at = now
    row.save(update_fields=["paused_at"])
    _record("paused", row, by, now)


@transaction.atomic
def resume_mailbox(mailbox_id: int, *, by: Actor, now: datetime) -> None:
    """Go on where it stopped. Raises Refusal "mailbox.unknown", "mailbox.running"."""
    row = _held(mailbox_id, by)
    if row.paused_at is None:
        raise Refusal("mailbox.running", "It is not paused.")
    row.paused_at = row.problem_at = row.sending_problem_at = row.sending_next_at = None
    row.problem = row.sending_problem = ""
    row.save()
    _record("resumed", row, by, now)


@transaction.atomic
def remove_mailbox(mailbox_id: int, *, by: Actor, now: datetime) -> None:
    """Forget how to reach it; what came by it stays. Raises Refusal "mailbox.unknown", "mailbox.waits" while messages
    wait to leave by it."""
    row = _held(mailbox_id, by)
    if Message.objects.filter(thread__mailbox=row, state__in=(State.HELD, State.WAITING)).exists():
        raise Refusal("mailbox.waits", "Messages still wait to leave by it. Let them leave, or take them back, first.")
    _record("removed", row, by, now)
    row.delete()


@transaction.atomic
def renew_hook(mailbox_id: int, *, by: Actor, now: datetime) -> str:
    """A new secret by which a mail service may bring mail to it; the old one works no more. Returns it in plain; it
    cannot be shown again. Raises Refusal "mailbox.unknown"."""
    row = _held(mailbox_id, by)
    secret = secrets.token_urlsafe(_HOOK_BYTES)
    row.hook_digest = token_digest(secret)
    row.save(update_fields=["hook_digest"])
    _record("hook_renewed", row, by, now)
    return secret


def _held(mailbox_id: int, by: Actor) -> Mailbox:
    require(by, Ability.ADMINISTER)
    row = Mailbox.objects.select_for_update().filter(pk=mailbox_id).first()
    if row is None:
        raise unknown_mailbox()
    return row


def describe(row: Mailbox, details: Mapping[str, Any]) -> None:
    """Set what is said, checked; nothing is stored. Raises Refusal for the first that is wrong."""
    if "name" in details:
        row.name = _name(row, details["name"])
    if "address" in details:
        row.address = _address(row, details["address"])
    if "kind" in details:
        row.kind = kind_or_none(details["kind"])
    for field, most in _LINES.items():
        if field in details:
            setattr(row, field, read_line(details[field], field, most))
    row.acknowledges = details.get("acknowledges", row.acknowledges)
    for way in ("imap", "smtp"):
        _reach(row, way, details)
    if "hook_service" in details:
        row.hook_service = _service(details["hook_service"])
    _seal_in(row, "hook_key", details)
    _let_in(row, details)


def _let_in(row: Mailbox, details: Mapping[str, Any]) -> None:
    """By whom it is let in. What was given for one client at one provider is forgotten with them."""
    was = (row.oauth_url, row.oauth_client)
    if said := details.get("oauth_url", row.oauth_url):
        row.oauth_url = token_url(read_line(said, "oauth_url", 300))
        if not row.oauth_url:
            words = "Give google, microsoft, microsoft/TENANT, or the web address that gives tokens out."
            raise invalid("mailbox.bad_server", words, field="oauth_url")
    else:
        row.oauth_url = ""
    row.oauth_client = read_line(details.get("oauth_client", row.oauth_client), "oauth_client", 200)
    if row.oauth_url and not row.oauth_client:
        raise invalid("mailbox.bad_server", "Give the client that you have registered there.", field="oauth_client")
    if (row.oauth_url, row.oauth_client) != was:
        row.oauth_secret = row.oauth_refresh = ""
    before = row.oauth_refresh
    _seal_in(row, "oauth_secret", details)
    _seal_in(row, "oauth_refresh", details)
    if row.oauth_refresh != before or (row.oauth_url, row.oauth_client) != was:
        row.oauth_access, row.oauth_until = "", None


def _reach(row: Mailbox, way: str, details: Mapping[str, Any]) -> None:
    """How a server is reached: `way` is imap or smtp."""
    was = getattr(row, f"{way}_host")
    if f"{way}_host" in details:
        setattr(row, f"{way}_host", read_line(details[f"{way}_host"], f"{way}_host", 253))
    host, kept = getattr(row, f"{way}_host"), getattr(row, f"{way}_secret")
    if host not in ("", was) and kept and details.get(f"{way}_secret", "") == "":
        # A password is shown to nobody, and to no other server than the one that it was given for.
        raise invalid("mailbox.needs_secret", "Give the password again for the other server.", field=f"{way}_secret")
    if f"{way}_port" in details:
        port = details[f"{way}_port"]
        if not 0 < port < 65_536:
            raise invalid("mailbox.bad_server", "A port goes from 1 to 65535.", field=f"{way}_port")
        setattr(row, f"{way}_port", port)
    if f"{way}_security" in details:
        security = details[f"{way}_security"]
        if security not in SECURITIES:
            raise invalid("mailbox.bad_server", f"Choose one of {', '.join(SECURITIES)}.", field=f"{way}_security")
        setattr(row, f"{way}_security", security)
    _seal_in(row, f"{way}_secret", details if host else {f"{way}_secret": None})


def _seal_in(row: Mailbox, field: str, details: Mapping[str, Any]) -> None:
    secret = details.get(field, "")
    if secret is None or secret:
        setattr(row, field, seal(secret or ""))


def _service(name: str) -> str:
    if name and name not in SERVICES:
        raise invalid("mailbox.bad_service", f"Choose one of {', '.join(SERVICES)}.", field="hook_service")
    return name


def _name(row: Mailbox, text: str) -> str:
    name = read_line(text, "name", 60)
    if not name:
        raise invalid("mailbox.bad_name", "Call it something of up to 60 characters, such as Care.", field="name")
    if Mailbox.objects.filter(name=name).exclude(pk=row.pk).exists():
        raise invalid("mailbox.known", f"There is a mailbox called {name} already.", field="name")
    return name


def _address(row: Mailbox, text: str) -> str:
    address = read_email(text, field="address")
    if Mailbox.objects.filter(address__iexact=address).exclude(pk=row.pk).exists():
        raise invalid("mailbox.known", f"There is a mailbox for {address} already.", field="address")
    return address


def kind_or_none(slug: str) -> Kind | None:
    """A kind of promise by its slug, None for "". Raises Refusal "kind.unknown"."""
    if not slug:
        return None
    kind = Kind.objects.filter(slug=slug).first()
    if kind is None:
        raise invalid("kind.unknown", f"There is no kind of promise called {slug!r}.", field="kind")
    return kind


def read_line(text: str, field: str, most: int) -> str:
    """One line of at most so many characters. Raises Refusal "mailbox.bad_name"."""
    line = one_line(text)
    if len(line) > most or not is_text(line):
        raise invalid("mailbox.bad_name", f"Give one line of up to {most} characters.", field=field)
    return line


def _record(what: str, row: Mailbox, by: Actor, now: datetime) -> None:
    record(
        f"mailbox.{what}", by=by, at=now, subject=("mailbox", row.pk),
        data={"name": row.name, "address": row.address, "imap": row.imap_host, "smtp": row.smtp_host},
    )  # fmt: skip
