"""The worker with all that works beside it."""

from __future__ import annotations

import signal
from datetime import date, datetime

from makegood.adapters.hooks import Hook
from makegood.adapters.telling import Teller
from makegood.config.environment import Environment
from makegood.config.ties import Stop
from makegood.platform.filing import file_store
from makegood.worker.asker import Asker
from makegood.worker.carriers import carriers, texters
from makegood.worker.counter import Counter
from makegood.worker.courier import Courier
from makegood.worker.importer import Importer
from makegood.worker.judge import Judge
from makegood.worker.loop import Worker
from makegood.worker.mailer import Mailer
from makegood.worker.monthly import Monthly
from makegood.worker.postman import Postman
from makegood.worker.reader import Reader
from makegood.worker.releaser import Releaser
from makegood.worker.reporter import Reporter
from makegood.worker.sender import Sender
from makegood.worker.sorter import Sorter
from makegood.worker.sweeper import Sweeper
from makegood.worker.textman import Textman


def print_month(month: date, *, now: datetime) -> bytes:
    """The report of a month. What prints it is loaded with the first."""
    from makegood.web.insights.printed import month_printed

    return month_printed(month, now=now)


def work(where: Environment) -> None:
    """Watch the promises, and do what else no person starts, until told to stop."""
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
            networks=where.private_networks,
            asked_to_stop=lambda: stop.asked,
        ),
        Textman(texters(where.private_networks, where.base_url), asked_to_stop=lambda: stop.asked),
        Sorter(kept, asked_to_stop=lambda: stop.asked),
        Judge(base_url=where.base_url, asked_to_stop=lambda: stop.asked),
        Postman(Teller(where.private_networks, mail=where.notices_mail), asked_to_stop=lambda: stop.asked),
        Sweeper(kept, asked_to_stop=lambda: stop.asked),
        Reporter(lambda: stop.asked),
        Asker(lambda: stop.asked),
        Counter(lambda: stop.asked),
        Monthly(
            Teller(where.private_networks, mail=where.notices_mail),
            print_month,
            base_url=where.base_url,
            asked_to_stop=lambda: stop.asked,
        ),
    ]
    for one in beside:
        one.start()
    Worker(heartbeat_url=where.heartbeat_url, asked_to_stop=lambda: stop.asked).run()
    for one in beside:
        one.join(one.end_seconds)
