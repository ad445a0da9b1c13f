"""`makegood web`: only the web server."""

from __future__ import annotations

import click

from makegood.config.environment import prepare_home
from makegood.config.installed import database, environment
from makegood.config.ties import follow_supervisor


@click.command(
    epilog="""\b
Example (several machines on one database):
  DATABASE_URL=postgresql://makegood:secret@db.example.com/makegood MAKEGOOD_BIND=0.0.0.0:8000 makegood web
"""
)
def command() -> None:
    """Run only the web server, on MAKEGOOD_BIND. Run `makegood worker` beside it: without a worker no
    promise is watched."""
    from makegood.config.server import serve

    follow_supervisor()
    where = environment()
    prepare_home(where.home)
    with database(where):
        serve(where)
