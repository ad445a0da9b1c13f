"""`makegood mailbox`: the addresses that customers write to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from makegood.config.connections import SECRET, Connections, secret_of, tell_tried
from makegood.config.installed import installation

if TYPE_CHECKING:
    from makegood.conversation.queries import MailboxFacts

_Told = TypeVar("_Told", bound=Callable[..., Any])
_SECURITIES = ("tls", "starttls", "none")


@click.group(
    epilog="""\b
Examples:
  makegood mailbox add --name Care --address care@example.com --kind callback \\
    --imap mail.example.com --imap-user care --imap-password-file /run/secrets/care \\
    --smtp mail.example.com --smtp-user care --smtp-password-file /run/secrets/care
  makegood mailbox test Care
  makegood mailbox list
"""
)
def command() -> None:
    """Mailboxes that are read and sent by: add, change, try, pause, resume, list. See docs/mail.md.

    Passwords come from a file, or from MAKEGOOD_IMAP_PASSWORD, MAKEGOOD_SMTP_PASSWORD, MAKEGOOD_HOOK_KEY,
    MAKEGOOD_OAUTH_SECRET and MAKEGOOD_OAUTH_REFRESH; never from the command line, where others could read them."""


_ABOUT: tuple[tuple[str, str, Any, str], ...] = (
    # The option, what it is called in the table, what holds where nothing is said, and what it means.
    ("--sender-name", "sender_name", "", "The name that customers see."),
    ("--kind", "kind", "", "Of which kind are cases that new mail opens; without it, mail waits."),
    ("--acknowledges/--no-acknowledges", "acknowledges", False, "Say at once that a message came, and by when."),
    ("--imap", "imap_host", "", "The server that is asked for mail."),
    ("--imap-port", "imap_port", 993, "Its port."),
    ("--imap-security", "imap_security", "tls", "How it is spoken to."),
    ("--imap-user", "imap_user", "", "Who we are there; the address if left out."),
    ("--folder", "folder", "INBOX", "Which folder is read."),
    ("--done-folder", "done_folder", "", "Where messages go that are kept here; else they are marked as read."),
    ("--service", "hook_service", "", "Or the mail service that brings mail, such as postmark."),
    ("--smtp", "smtp_host", "", "The server by which mail leaves."),
    ("--smtp-port", "smtp_port", 587, "Its port."),
    ("--smtp-security", "smtp_security", "starttls", "How it is spoken to."),
    ("--smtp-user", "smtp_user", "", "Who we are there; nobody signs in if left out."),
    ("--oauth", "oauth_url", "", "In place of passwords: google, microsoft, or an address."),
    ("--oauth-client", "oauth_client", "", "The client that you have registered there."),
)
_SECRETS: tuple[tuple[str, str, str, str], ...] = (
    # The option, what it is called in the table, the variable that may hold it instead, and what is in the file.
    ("--imap-password-file", "imap_secret", "MAKEGOOD_IMAP_PASSWORD", "A file that holds the password."),
    ("--service-key-file", "hook_key", "MAKEGOOD_HOOK_KEY", "A file that holds the key of that service."),
    ("--smtp-password-file", "smtp_secret", "MAKEGOOD_SMTP_PASSWORD", "A file that holds the password."),
    ("--oauth-secret-file", "oauth_secret", "MAKEGOOD_OAUTH_SECRET", "A file that holds the secret of the client."),
    (
        "--oauth-refresh-file", "oauth_refresh", "MAKEGOOD_OAUTH_REFRESH",
        "A file that holds a refresh token; or sign in on its page.",
    ),
)  # fmt: skip


def _described(*, fresh: bool) -> Callable[[_Told], _Told]:
    """The options that say what a mailbox is: of a `fresh` one with what holds where nothing is said."""

    def wrap(told: _Told) -> _Told:
        for option, name, _, about in reversed(_SECRETS):
            told = click.option(option, name, type=SECRET, help=about)(told)
        for option, name, usual, about in reversed(_ABOUT):
            how = {"type": click.Choice(_SECURITIES)} if name.endswith("_security") else {"type": type(usual)}
            shown = bool(fresh and usual)
            told = click.option(option, name, default=usual if fresh else None, show_default=shown, help=about, **how)(
                told
            )
        return told

    return wrap


def _details(said: Mapping[str, Any]) -> dict[str, Any]:
    """What was said of a mailbox, its secrets read."""
    plain = {name: value for name, value in said.items() if value is not None}
    return plain | {name: secret_of(said[name], variable) for _, name, variable, _ in _SECRETS}


@command.command(
    epilog="""\b
Example:
  MAKEGOOD_IMAP_PASSWORD=... makegood mailbox add --name Care --address care@example.com --imap mail.example.com
"""
)
@click.option("--name", required=True, help="What you call it, such as Care.")
@click.option("--address", required=True, help="The address that customers write to.")
@_described(fresh=True)
def add(**said: Any) -> None:
    """Connect a mailbox; with --service, print the address for the service to call, once."""
    details = _details(said)
    if details["imap_host"] and not details["imap_user"]:
        details["imap_user"] = details["address"]
    with installation() as where:
        from makegood.conversation.actions import add_mailbox, renew_hook
        from makegood.journal.actors import SYSTEM

        now = datetime.now(UTC)
        number = add_mailbox(**details, by=SYSTEM, now=now)
        if details["hook_service"]:
            secret = renew_hook(number, by=SYSTEM, now=now)
            click.echo(f"{where.base_url}/hooks/mail/{details['hook_service']}/{number}/{secret}/")
            click.echo("Give it to the service; what became of our mail goes to …/events/. Not shown again.", err=True)
    click.echo(f"{details['name']} is connected. Try it: makegood mailbox test {details['name']}", err=True)


@command.command(
    epilog="""\b
Examples:
  makegood mailbox change Care --oauth-refresh-file /run/secrets/care-token
  makegood mailbox change Care --smtp mail.example.com --smtp-password-file /run/secrets/care
"""
)
@click.argument("name_or_number")
@click.option("--name", help="What you call it from now on.")
@click.option("--address", help="The address that customers write to.")
@_described(fresh=False)
def change(name_or_number: str, **said: Any) -> None:
    """Change what is given, such as a token that was refused; it is read and sent by anew at once."""
    with _MAILBOXES.chosen(name_or_number) as (found, how):
        from makegood.conversation.actions import change_mailbox

        change_mailbox(found.id, **_details(said), **how)
    click.echo(f"{found.name} is changed. Try it: makegood mailbox test {found.id}", err=True)


@command.command("list")
def list_() -> None:
    """List every mailbox, and how it fares."""
    with installation():
        rows = _all()
    for row in rows:
        click.echo(f"{row.id:>5}  {row.name:<24} {row.address:<32} {_fares(row)}")
    if not rows:
        click.echo("No mailbox is connected yet. See: makegood mailbox add --help", err=True)


@command.command()
@click.argument("name_or_number")
def test(name_or_number: str) -> None:
    """Say step by step what works and what is wrong, and exit 1 if something is. Nothing is read or sent."""
    with installation() as where:
        from makegood.conversation.actions import try_mailbox
        from makegood.journal.actors import SYSTEM

        tried = try_mailbox(
            _MAILBOXES.find(name_or_number).id, service=where.mail_service, networks=where.private_networks, by=SYSTEM,
            now=datetime.now(UTC),
        )  # fmt: skip
    tell_tried(tried)
    if where.mail_service is None and not tried.works:
        click.echo("A mail service is known here only by MAKEGOOD_MAIL_SERVICE, as what runs was given it.", err=True)
    sys.exit(not tried.works)


@command.command()
@click.argument("name_or_number")
def pause(name_or_number: str) -> None:
    """Neither read it nor send by it for now."""
    with _MAILBOXES.chosen(name_or_number) as (found, how):
        from makegood.conversation.actions import pause_mailbox

        pause_mailbox(found.id, **how)
    click.echo(f"{found.name} is paused.")


@command.command()
@click.argument("name_or_number")
def resume(name_or_number: str) -> None:
    """Go on at once from where it stopped."""
    with _MAILBOXES.chosen(name_or_number) as (found, how):
        from makegood.conversation.actions import resume_mailbox

        resume_mailbox(found.id, **how)
    click.echo(f"{found.name} goes on from where it stopped.")


def _all() -> tuple[MailboxFacts, ...]:
    from makegood.conversation.queries import mailboxes
    from makegood.people.rules import Role, Scope

    return mailboxes(Scope(Role.ADMINISTRATOR))


_MAILBOXES = Connections("mailbox", _all)


def _fares(row: MailboxFacts) -> str:
    if row.paused_at:
        return f"paused at {row.paused_at:%Y-%m-%d %H:%M}"
    if row.problem:
        return f"cannot be read: {row.problem}"
    if row.sending_problem:
        return f"sends nothing: {row.sending_problem}"
    return f"read {row.read_at:%Y-%m-%d %H:%M}" if row.read_at else "nothing read yet"
