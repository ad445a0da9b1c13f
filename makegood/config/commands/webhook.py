"""`makegood webhook`: other systems that are told what happens."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from makegood.config.connections import Connections
from makegood.config.installed import installation

if TYPE_CHECKING:
    from makegood.webhooks.queries import DeliveryFacts, WebhookFacts


@click.group(
    epilog="""\b
Examples:
  makegood webhook add --name Payments --url https://shop.example/hooks/makegood
  makegood webhook test Payments
  makegood webhook list
  makegood webhook again Payments
"""
)
def command() -> None:
    """Tell other systems what happens: add, try, pause, resume, send again, list, remove. See docs/webhooks.md."""


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

        number = _WEBHOOKS.find(name_or_number).id
        tried = try_webhook(number, Hook(where.private_networks), by=SYSTEM, now=datetime.now(UTC))
    click.echo(tried.problem or f"Accepted ({tried.status}) in {tried.took_ms} ms.")
    sys.exit(bool(tried.problem))


@command.command()
@click.argument("name_or_number")
@click.option("--set-aside", is_flag=True, help="Only those that were tried for days and set aside.")
def deliveries(name_or_number: str, set_aside: bool) -> None:
    """Print the latest messages, the newest first, and what was answered."""
    with installation():
        from makegood.webhooks.queries import deliveries_of

        rows = deliveries_of(_WEBHOOKS.find(name_or_number).id, set_aside=set_aside)
    for row in rows:
        tried = f"{row.tried_at:%Y-%m-%d %H:%M:%S}" if row.tried_at else "not yet"
        click.echo(f"{tried:<19}  {row.message_id:<28} {row.verb:<24} {row.attempts:>2}x  {_became(row)}")


@command.command()
@click.argument("name_or_number")
@click.argument("message_id", default="")
def again(name_or_number: str, message_id: str) -> None:
    """Send one message again that was set aside, or all of them; not of remedies that were carried out since."""
    with _WEBHOOKS.chosen(name_or_number) as (found, how):
        from makegood.webhooks.actions import send_again, send_all_again

        if message_id:
            send_again(found.id, message_id, **how)
        sent = 1 if message_id else send_all_again(found.id, **how)
    click.echo(f"{sent} message{'s' * (sent != 1)} to {found.name} sent again.")


@command.command()
@click.argument("name_or_number")
def pause(name_or_number: str) -> None:
    """Send nothing for now; what happens meanwhile waits."""
    with _WEBHOOKS.chosen(name_or_number) as (found, how):
        from makegood.webhooks.actions import pause_webhook

        pause_webhook(found.id, **how)
    click.echo(f"{found.name} is paused.")


@command.command()
@click.argument("name_or_number")
def resume(name_or_number: str) -> None:
    """Go on at once from where it stopped."""
    with _WEBHOOKS.chosen(name_or_number) as (found, how):
        from makegood.webhooks.actions import resume_webhook

        resume_webhook(found.id, **how)
    click.echo(f"{found.name} goes on from where it stopped.")


@command.command()
@click.argument("name_or_number")
def rotate(name_or_number: str) -> None:
    """Sign by a new secret and print it, once; for a day the old one signs, too."""
    with _WEBHOOKS.chosen(name_or_number) as (found, how):
        from makegood.webhooks.actions import rotate_secret

        click.echo(rotate_secret(found.id, **how))
    click.echo("Give it to the system that receives: it is not shown again.", err=True)


@command.command()
@click.argument("name_or_number")
def remove(name_or_number: str) -> None:
    """Tell it no more."""
    with _WEBHOOKS.chosen(name_or_number) as (found, how):
        from makegood.webhooks.actions import remove_webhook

        remove_webhook(found.id, **how)
    click.echo(f"{found.name} is told no more.")


def _all() -> tuple[WebhookFacts, ...]:
    from makegood.people.rules import Role, Scope
    from makegood.webhooks.queries import webhooks

    return webhooks(Scope(Role.ADMINISTRATOR))


_WEBHOOKS = Connections("webhook", _all)


def _became(row: DeliveryFacts) -> str:
    if row.tried_at is None:
        return "waits"
    if row.failed_at is not None:
        return f"{row.problem} Set aside."
    again = f" Tried again {row.next_at:%m-%d %H:%M}." if row.next_at else ""
    return row.problem + again if row.problem else f"accepted ({row.status})"


def _fares(row: WebhookFacts) -> str:
    return _stands(row) + (f", {row.set_aside} set aside" if row.set_aside else "")


def _stands(row: WebhookFacts) -> str:
    if row.gave_up:
        return "switched off: accepted nothing for days"
    if row.paused_at:
        return f"paused at {row.paused_at:%Y-%m-%d %H:%M}"
    if row.next_at:
        return f"accepts nothing, tried again {row.next_at:%m-%d %H:%M}"
    if row.refused:
        return f"{row.refused} refused, tried again"
    return f"accepted {row.sent_at:%Y-%m-%d %H:%M}" if row.sent_at else "nothing sent yet"
