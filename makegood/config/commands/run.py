"""`makegood run`: everything in this terminal."""

from __future__ import annotations

import time

import click

from makegood.config.environment import Environment
from makegood.config.installed import environment
from makegood.config.supervisor import supervise


@click.command(
    epilog="""\b
Examples:
  makegood run
  MAKEGOOD_BIND=0.0.0.0:8000 MAKEGOOD_URL=https://desk.example.com makegood run

\b
Ctrl-C stops it cleanly. Killed at any instant, it picks up where it was when it is run again.
"""
)
def command() -> None:
    """Run everything in this terminal: the embedded database (unless DATABASE_URL names another), the web
    server and the worker. What dies is started again."""
    where = environment()
    started = time.monotonic()
    supervise(where, announce=lambda: _announce(where, time.monotonic() - started))


def _announce(where: Environment, seconds: float) -> None:
    click.echo(f"Makegood is running at {where.base_url} (started in {seconds:.1f} s). Press Ctrl-C to stop.")
