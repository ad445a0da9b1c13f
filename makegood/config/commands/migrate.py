"""`makegood migrate`: bring the database to this version."""

from __future__ import annotations

import click

from makegood.config.environment import prepare_home
from makegood.config.installed import environment, installation
from makegood.config.ties import follow_supervisor


@click.command(
    epilog="""\b
Example (before starting web and worker on several machines):
  DATABASE_URL=postgresql://makegood:secret@db.example.com/makegood makegood migrate
"""
)
def command() -> None:
    """Bring the database to this version. `init` and `run` do it by themselves; several at once do no harm."""
    follow_supervisor()
    prepare_home(environment().home)
    with installation():
        from makegood.config.migrating import migrate

        if migrate():
            click.echo("The database is up to date now.", err=True)
