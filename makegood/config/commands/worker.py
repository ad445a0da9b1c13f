"""`makegood worker`: only the worker."""

from __future__ import annotations

import click

from makegood.config.environment import prepare_home
from makegood.config.installed import environment, installation
from makegood.config.ties import follow_supervisor


@click.command(
    epilog="""\b
Example:
  makegood worker

\b
Any number of workers may run at once, on any machine that reaches the database; each promise is moved once.
"""
)
def command() -> None:
    """Run only the worker: it moves promises whose instant has come, opens a case for each that broke, reads the
    files that people bring to the desk, tells the customers of incidents, sends notices to where people are and
    webhooks to other systems, reads the mailboxes and sends what is
    written to customers."""
    follow_supervisor()
    prepare_home(environment().home)
    with installation() as where:
        from makegood.config.working import work

        work(where)
