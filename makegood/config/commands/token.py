"""`makegood token`: bearer tokens for the API."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from makegood.config.faults import Fault
from makegood.config.installed import installation


@click.group(
    epilog="""\b
Examples:
  makegood token create --name "Order system" --scope write
  makegood token list
  makegood token revoke "Order system"
"""
)
def command() -> None:
    """Make, list and revoke tokens for the API. Only a hash of a token is kept."""


@command.command(
    epilog="""\b
Example:
  TOKEN=$(makegood token create --name "Order system" --scope write)
  curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8000/api/v1/promises
"""
)
@click.option("--name", required=True, help='What will use it, such as "Order system".')
@click.option("--scope", required=True, type=click.Choice(["read", "write"]), help="read, or write (which reads too).")
@click.option("--staff", "email", help="E-mail of the member of staff it stands for; without, for nobody in person.")
def create(name: str, scope: str, email: str | None) -> None:
    """Make a token and print it, once."""
    now = datetime.now(UTC)
    with installation():
        from makegood.journal.actors import SYSTEM
        from makegood.people.actions import create_token

        click.echo(create_token(name, scope, staff_id=_staff_id(email, now), by=SYSTEM, now=now))
    click.echo("Keep it safe: it is not shown again.", err=True)


@command.command("list")
def list_() -> None:
    """List every token: number, name, scope, whom it stands for, and whether it is revoked."""
    with installation():
        from makegood.people.queries import tokens
        from makegood.people.rules import Role, Scope

        rows = tokens(Scope(Role.ADMINISTRATOR))
    for row in rows:
        ended = f"revoked {row.revoked_at:%Y-%m-%d}" if row.revoked_at else "in use"
        click.echo(f"{row.id:>5}  {row.name:<32} {row.scope:<6} {row.staff_name or '-':<24} {ended}")
    if not rows:
        click.echo(
            'There is no token yet. Make one: makegood token create --name "Order system" --scope write', err=True
        )


@command.command(
    epilog="""\b
Examples:
  makegood token revoke "Order system"
  makegood token revoke 3
"""
)
@click.argument("name_or_number")
def revoke(name_or_number: str) -> None:
    """End a token at once, by its name or number."""
    with installation():
        from makegood.journal.actors import SYSTEM
        from makegood.people.actions import revoke_token

        number, name = _find(name_or_number)
        revoke_token(number, by=SYSTEM, now=datetime.now(UTC))
    click.echo(f"{name} is revoked.")


def _staff_id(email: str | None, now: datetime) -> int | None:
    from makegood.people.queries import staff_by_email

    if email is None:
        return None
    person = staff_by_email(email, now)
    if person is None:
        raise Fault(f"Nobody signs in with {email}.")
    return person.id


def _find(name_or_number: str) -> tuple[int, str]:
    from makegood.people.queries import tokens
    from makegood.people.rules import Role, Scope

    live = [row for row in tokens(Scope(Role.ADMINISTRATOR)) if row.revoked_at is None]
    found = [row for row in live if name_or_number in {row.name, str(row.id)}]
    if len(found) != 1:
        many = f"{len(found)} tokens in use are called" if found else "No token in use is called"
        raise Fault(f"{many} {name_or_number!r}. Say its number: makegood token list")
    return found[0].id, found[0].name
