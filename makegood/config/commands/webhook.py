"""`makegood webhook`: other systems that are told what happens."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from makegood.config.faults import Fault
from makegood.config.installed import installation

if TYPE_CHECKING:
    from makegood.webhooks.queries import WebhookFacts


@click.group(
    epilog="""\b
Examples:
  makegood webhook add --name Payments --url https://shop.example/hooks/makegood
  makegood webhook test Payments
  makegood webhook list
"""
)
def command() -> None:
    """Tell other systems what happens: add, try, pause, resume, list, remove. docs/webhooks.md says what is sent."""


@command.command(
    epilog="""\b
Example:
  SECRET=$(makegood webhook add --name Payments --url https://shop.example/hooks --verb case.granted)
"""
)
@click.option("--name", required=True, help="What you call it, such as Payments.")
@click.option("--url", required=True, help="Where messages go, such as https://shop.example/hooks/makegood.")
@click.option("--verb", "verbs", multiple=True, help="Of which move; may be repeated. The usual ones if left out.")
def add(name: str, url: str, verbs: tuple[str, ...]) -> None:
    """Tell a system of what happens from now on, and print its secret, once."""
    with installation():
        from makegood.journal.actors import SYSTEM
        from makegood.webhooks.actions import add_webhook

        click.echo(add_webhook(name, url=url, verbs=verbs, by=SYSTEM, now=datetime.now(UTC))[1])
    click.echo("Give it to the system that receives: it is not shown again.", err=True)


@command.command("list")
def list_() -> None:
    """List every system that is told, and how that fares."""
    with installation():
        rows = _all()
    for row in rows:
        click.echo(f"{row.id:>5}  {row.name:<24} {_fares(row):<40} {row.url}")
    if not rows:
        click.echo("No system is told yet. Add one: makegood webhook add --name Payments --url https://…", err=True)


@command.command()
@click.argument("name_or_number")
def test(name_or_number: str) -> None:
    """Send one message now, say what was answered, and exit 1 if it was not accepted."""
    with installation() as where:
        from makegood.adapters.hooks import Hook
        from makegood.journal.actors import SYSTEM
        from makegood.webhooks.actions import try_webhook

        number = _find(name_or_number).id
        tried = try_webhook(number, Hook(where.private_networks), by=SYSTEM, now=datetime.now(UTC))
    click.echo(tried.problem or f"Accepted ({tried.status}) in {tried.took_ms} ms.")
    sys.exit(bool(tried.problem))


@command.command()
@click.argument("name_or_number")
def deliveries(name_or_number: str) -> None:
    """Print the latest messages, the newest first, and what was answered."""
    with installation():
        from makegood.webhooks.queries import deliveries_of

        rows = deliveries_of(_find(name_or_number).id)
    for row in rows:
        told = row.problem or f"accepted ({row.status})"
        click.echo(f"{row.tried_at:%Y-%m-%d %H:%M:%S}  {row.message_id:<28} {row.verb:<24} {row.attempts:>2}x  {told}")


@command.command()
@click.argument("name_or_number")
def pause(name_or_number: str) -> None:
    """Send nothing for now; what happens meanwhile waits."""
    with installation():
        from makegood.journal.actors import SYSTEM
        from makegood.webhooks.actions import pause_webhook

        found = _find(name_or_number)
        pause_webhook(found.id, by=SYSTEM, now=datetime.now(UTC))
    click.echo(f"{found.name} is paused.")


@command.command()
@click.argument("name_or_number")
def resume(name_or_number: str) -> None:
    """Go on at once from where it stopped."""
    with installation():
        from makegood.journal.actors import SYSTEM
        from makegood.webhooks.actions import resume_webhook

        found = _find(name_or_number)
        resume_webhook(found.id, by=SYSTEM, now=datetime.now(UTC))
    click.echo(f"{found.name} goes on from where it stopped.")


@command.command()
@click.argument("name_or_number")
def rotate(name_or_number: str) -> None:
    """Sign by a new secret and print it, once; for a day the old one signs, too."""
    with installation():
        from makegood.journal.actors import SYSTEM
        from makegood.webhooks.actions import rotate_secret

        click.echo(rotate_secret(_find(name_or_number).id, by=SYSTEM, now=datetime.now(UTC)))
    click.echo("Give it to the system that receives: it is not shown again.", err=True)


@command.command()
@click.argument("name_or_number")
def remove(name_or_number: str) -> None:
    """Tell it no more."""
    with installation():
        from makegood.journal.actors import SYSTEM
        from makegood.webhooks.actions import remove_webhook

        found = _find(name_or_number)
        remove_webhook(found.id, by=SYSTEM, now=datetime.now(UTC))
    click.echo(f"{found.name} is told no more.")


def _all() -> tuple[WebhookFacts, ...]:
    from makegood.people.rules import Role, Scope
    from makegood.webhooks.queries import webhooks

    return webhooks(Scope(Role.ADMINISTRATOR))


def _find(name_or_number: str) -> WebhookFacts:
    for row in _all():
        if name_or_number in {row.name, str(row.id)}:
            return row
    raise Fault(f"No webhook is called {name_or_number!r}. See: makegood webhook list")


def _fares(row: WebhookFacts) -> str:
    if row.gave_up:
        return "paused: not accepted for days"
    if row.paused_at:
        return f"paused at {row.paused_at:%Y-%m-%d %H:%M}"
    if row.next_at:
        return f"refused, tried again {row.next_at:%m-%d %H:%M}"
    return f"accepted {row.sent_at:%Y-%m-%d %H:%M}" if row.sent_at else "nothing sent yet"
