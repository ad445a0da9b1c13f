"""`makegood signin`: the way in when a password, a key or the identity provider is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from makegood.config.faults import Fault
from makegood.config.installed import installation


@click.command(
    epilog="""\b
Example:
  makegood signin you@example.com

\b
The link holds for 15 minutes, lets that person in once, and asks for no password and no second proof. It works
with MAKEGOOD_PASSWORDS=off and while the identity provider is down. That it was made is kept in the journal.
"""
)
@click.argument("email")
def command(email: str) -> None:
    """Print a link that signs one member of staff in once."""
    now = datetime.now(UTC)
    with installation():
        from makegood.journal.actors import SYSTEM
        from makegood.people.actions import give_way_in
        from makegood.people.queries import staff_by_email
        from makegood.web.accounts.once import VALID_FOR, link_for

        person = staff_by_email(email, now)
        if person is None:
            raise Fault(f"Nobody signs in with {email}.")
        give_way_in(person.id, by=SYSTEM, now=now)
        click.echo(link_for(person.id))
    minutes = VALID_FOR // timedelta(minutes=1)
    click.echo(f"It lets {person.name} in once within {minutes} minutes. Give it to nobody else.", err=True)
