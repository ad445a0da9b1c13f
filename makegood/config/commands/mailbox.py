"""`makegood mailbox`: the addresses that customers write to."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from makegood.config.connections import SECRET, Connections, secret_of, tell_tried
from makegood.config.installed import installation

if TYPE_CHECKING:
    from makegood.conversation.queries import MailboxFacts

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
    """Mailboxes that are read and sent by: add, try, pause, resume, list. See docs/mail.md.

    Passwords come from a file, or from MAKEGOOD_IMAP_PASSWORD, MAKEGOOD_SMTP_PASSWORD and MAKEGOOD_HOOK_KEY; never
    from the command line, where others could read them."""


@command.command(
    epilog="""\b
Example:
  MAKEGOOD_IMAP_PASSWORD=... makegood mailbox add --name Care --address care@example.com --imap mail.example.com
"""
)
@click.option("--name", required=True, help="What you call it, such as Care.")
@click.option("--address", required=True, help="The address that customers write to.")
@click.option("--sender-name", default="", help="The name that customers see.")
@click.option("--kind", default="", help="Of which kind are cases that new mail opens; without it, mail waits.")
@click.option("--acknowledges", is_flag=True, help="Say at once that a message came, and by when they hear.")
@click.option("--imap", "imap_host", default="", help="The server that is asked for mail.")
@click.option("--imap-port", default=993, show_default=True, help="Its port.")
@click.option("--imap-security", type=click.Choice(_SECURITIES), default="tls", show_default=True)
@click.option("--imap-user", default="", help="Who we are there; the address if left out.")
@click.option("--imap-password-file", type=SECRET, help="A file that holds the password.")
@click.option("--folder", default="INBOX", show_default=True, help="Which folder is read.")
@click.option("--service", "hook_service", default="", help="Or the mail service that brings mail, such as postmark.")
@click.option("--service-key-file", type=SECRET, help="A file that holds the key of that service.")
@click.option("--smtp", "smtp_host", default="", help="The server by which mail leaves.")
@click.option("--smtp-port", default=587, show_default=True, help="Its port.")
@click.option("--smtp-security", type=click.Choice(_SECURITIES), default="starttls", show_default=True)
@click.option("--smtp-user", default="", help="Who we are there; nobody signs in if left out.")
@click.option("--smtp-password-file", type=SECRET, help="A file that holds the password.")
@click.option("--oauth", "oauth_url", default="", help="In place of passwords: google, microsoft, or an address.")
@click.option("--oauth-client", default="", help="The client that you have registered there.")
@click.option("--oauth-secret-file", type=SECRET, help="A file that holds the secret of the client.")
@click.option("--oauth-refresh-file", type=SECRET, help="A file that holds a refresh token; or sign in on its page.")
def add(
    oauth_secret_file: Path | None,
    oauth_refresh_file: Path | None,
    imap_password_file: Path | None,
    service_key_file: Path | None,
    smtp_password_file: Path | None,
    **said: Any,
) -> None:
    """Connect a mailbox; with --service, print the address for the service to call, once."""
    said |= {
        "imap_secret": secret_of(imap_password_file, "MAKEGOOD_IMAP_PASSWORD"),
        "hook_key": secret_of(service_key_file, "MAKEGOOD_HOOK_KEY"),
        "smtp_secret": secret_of(smtp_password_file, "MAKEGOOD_SMTP_PASSWORD"),
        "oauth_secret": secret_of(oauth_secret_file, "MAKEGOOD_OAUTH_SECRET"),
        "oauth_refresh": secret_of(oauth_refresh_file, "MAKEGOOD_OAUTH_REFRESH"),
    }
    if said["imap_host"] and not said["imap_user"]:
        said["imap_user"] = said["address"]
    with installation() as where:
        from makegood.conversation.actions import add_mailbox, renew_hook
        from makegood.journal.actors import SYSTEM

        now = datetime.now(UTC)
        number = add_mailbox(**said, by=SYSTEM, now=now)
        if said["hook_service"]:
            secret = renew_hook(number, by=SYSTEM, now=now)
            click.echo(f"{where.base_url}/hooks/mail/{said['hook_service']}/{number}/{secret}/")
            click.echo("Give it to the service; what became of our mail goes to …/events/. Not shown again.", err=True)
    click.echo(f"{said['name']} is connected. Try it: makegood mailbox test {said['name']}", err=True)


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
