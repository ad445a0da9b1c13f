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
    """Run only the worker: it moves promises whose instant has come, opens a case for each that broke, reads the
    files that people bring to the desk, tells the customers of incidents, sends notices to where people are and
    webhooks to other systems, reads the mailboxes and sends what is
    written to customers."""
    follow_supervisor()
    prepare_home(environment().home)
    with installation() as where:
        from makegood.adapters.hooks import Hook
        from makegood.adapters.telling import Teller
        from makegood.platform.filing import file_store
        from makegood.worker.carriers import carriers, texters
        from makegood.worker.courier import Courier
        from makegood.worker.importer import Importer
        from makegood.worker.loop import Worker
        from makegood.worker.mailer import Mailer
        from makegood.worker.reader import Reader
        from makegood.worker.releaser import Releaser
        from makegood.worker.sender import Sender
        from makegood.worker.sorter import Sorter
        from makegood.worker.textman import Textman

        stop, kept = Stop(), file_store()
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        beside = [
            Importer(lambda: stop.asked),
            Releaser(lambda: stop.asked),
            Sender(
                Teller(where.private_networks, mail=where.notices_mail),
                base_url=where.base_url,
                asked_to_stop=lambda: stop.asked,
            ),
            Courier(Hook(where.private_networks), asked_to_stop=lambda: stop.asked),
            Reader(kept, networks=where.private_networks, asked_to_stop=lambda: stop.asked),
            Mailer(
                kept,
                carriers(where.private_networks, where.mail_service, folder=where.mail_folder),
                asked_to_stop=lambda: stop.asked,
            ),
            Textman(texters(where.private_networks, where.base_url), asked_to_stop=lambda: stop.asked),
            Sorter(kept, asked_to_stop=lambda: stop.asked),
        ]
        for one in beside:
            one.start()
        Worker(heartbeat_url=where.heartbeat_url, asked_to_stop=lambda: stop.asked).run()
        for one in beside:
            one.join(one.end_seconds)
