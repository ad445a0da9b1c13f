"""`makegood worker`: only the worker."""

from __future__ import annotations

import signal

import click

from makegood.config.environment import prepare_home
from makegood.config.installed import environment, installation
from makegood.config.ties import Stop, follow_supervisor


@click.command(
    epilog="""\b
Example:
  makegood worker

\b
Any number of workers may run at once, on any machine that reaches the database; each promise is moved once.
"""
)
def command() -> None:
    """Run only the worker: it moves promises whose instant has come, opens a case for each that broke, and reads
    the files that people bring to the desk."""
    follow_supervisor()
    prepare_home(environment().home)
    with installation() as where:
        from makegood.worker.importer import END_SECONDS, Importer
        from makegood.worker.loop import Worker

        stop = Stop()
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        importer = Importer(lambda: stop.asked)
        importer.start()
        Worker(heartbeat_url=where.heartbeat_url, asked_to_stop=lambda: stop.asked).run()
        importer.join(END_SECONDS)
