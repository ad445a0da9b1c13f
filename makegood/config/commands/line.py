"""`makegood line`: the numbers by which text messages and chat go and come."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from makegood.config.connections import SECRET, Connections, secret_of, tell_tried
from makegood.config.installed import installation

if TYPE_CHECKING:
    from makegood.conversation.queries import LineFacts


@click.group(
    epilog="""\b
Examples:
  makegood line add --name Texts --number "+44 20 7946 0118" --account AC1 --secret-file /run/secrets/texts
  makegood line add --name WhatsApp --channel chat --by apprise --secret-file /run/secrets/whatsapp
  makegood line test Texts --to "+44 7946 011899"
  makegood line list
"""
)
def command() -> None:
    """Lines by which text messages and chat go and come: add, try, pause, resume, list. See docs/mail.md.

    The token comes from a file, or from MAKEGOOD_LINE_SECRET; never from the command line, where others could read
    it."""


@command.command(
    epilog="""\b
Example:
  MAKEGOOD_LINE_SECRET=... makegood line add --name Texts --number "+44 20 7946 0118" --account AC1
"""
)
@click.option("--name", required=True, help="What you call it, such as Texts.")
@click.option("--channel", type=click.Choice(("sms", "chat")), default="sms", show_default=True)
@click.option("--by", "how", type=click.Choice(("twilio", "apprise")), default="twilio", show_default=True)
@click.option("--number", default="", help="The number that customers see.")
@click.option("--account", default="", help="The account with the service; with Twilio the Account SID.")
@click.option("--url", "base_url", default="", help="The address of its API; Twilio's own if left out.")
@click.option("--secret-file", type=SECRET, help="A file that holds the token, or the address that Apprise knows.")
@click.option("--kind", default="", help="Of which kind are cases that new messages open; without it, they wait.")
def add(secret_file: Path | None, **said: Any) -> None:
    """Add a line, and print the address for its service to call with what comes in."""
    said["secret"] = secret_of(secret_file, "MAKEGOOD_LINE_SECRET")
    with installation() as where:
        from makegood.conversation.actions import add_line
        from makegood.journal.actors import SYSTEM

        number = add_line(**said, by=SYSTEM, now=datetime.now(UTC))
        click.echo(f"{where.base_url}{_LINES.find(str(number)).hook_path}")
    click.echo("Give it to the service, so that answers come in; whoever knows it can bring messages here.", err=True)
    click.echo(f"{said['name']} is added. Try it: makegood line test {said['name']}", err=True)


@command.command("list")
def list_() -> None:
    """List every line, and how it fares."""
    with installation():
        rows = _every()
    for row in rows:
        click.echo(f"{row.id:>5}  {row.name:<24} {row.channel:<5} {row.number:<24} {_fares(row)}")
    if not rows:
        click.echo("There is no line yet. See: makegood line add --help", err=True)


@command.command()
@click.argument("name_or_number")
@click.option("--to", default="", help="A number of your own, to be sent a few words.")
def test(name_or_number: str, to: str) -> None:
    """Say step by step what works and what is wrong, and exit 1 if something is. Nothing is sent, but for --to."""
    with installation() as where:
        from makegood.conversation.actions import try_line
        from makegood.journal.actors import SYSTEM

        number = _LINES.find(name_or_number).id
        tried = try_line(number, to=to, called_at=where.base_url, networks=where.private_networks, by=SYSTEM)
    tell_tried(tried)
    sys.exit(not tried.works)


@command.command()
@click.argument("name_or_number")
def pause(name_or_number: str) -> None:
    """Send nothing by it for now, and take nothing in."""
    with _LINES.chosen(name_or_number) as (found, how):
        from makegood.conversation.actions import pause_line

        pause_line(found.id, **how)
    click.echo(f"{found.name} is paused.")


@command.command()
@click.argument("name_or_number")
def resume(name_or_number: str) -> None:
    """Go on at once from where it stopped."""
    with _LINES.chosen(name_or_number) as (found, how):
        from makegood.conversation.actions import resume_line

        resume_line(found.id, **how)
    click.echo(f"{found.name} goes on from where it stopped.")


def _every() -> tuple[LineFacts, ...]:
    from makegood.conversation.queries import lines
    from makegood.people.rules import Role, Scope

    return lines(Scope(Role.ADMINISTRATOR))


_LINES = Connections("line", _every)


def _fares(row: LineFacts) -> str:
    if row.paused_at:
        return f"paused at {row.paused_at:%Y-%m-%d %H:%M}"
    return f"sends nothing: {row.sending_problem}" if row.sending_problem else "messages may leave by it"
