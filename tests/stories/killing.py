"""What stories share in which everything is killed with -9, again and again, and the truth is looked at afterwards."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import psycopg
import pytest

from makegood.platform import postgres
from tests.installations import Installation, an_installation, wait_until
from tests.smtp_server import SmtpServer


@pytest.fixture
def shop() -> Iterator[Installation]:
    """An installation without promises yet; its database runs."""
    with an_installation() as ours:
        ours.must("init", "--name", "The Shop", "--email", "ann@shop.example", "--password", "correct horse battery")
        postgres.start(ours.home)
        yield ours


def connected(ours: Installation) -> psycopg.Connection:
    return psycopg.connect(
        host=str(postgres.socket_folder(ours.home)), user=postgres.USER, dbname=postgres.NAME, autocommit=True
    )


def ask(ours: Installation, sql: str) -> int:
    with connected(ours) as link:
        row = link.execute(sql).fetchone()
        return int(row[0]) if row else 0


def sends_mail(ours: Installation, smtp_server: SmtpServer) -> None:
    """What it writes goes to this server."""
    ours.more["MAKEGOOD_PRIVATE_NETWORKS"] = "127.0.0.0/8"
    ours.must(
        "mailbox", "add", "--name", "Care", "--address", "care@shop.example", "--smtp", smtp_server.host,
        "--smtp-port", str(smtp_server.port), "--smtp-security", "none",
    )  # fmt: skip


def kill_everything(ours: Installation) -> None:
    ours.kill("run")
    ours.kill("web", "worker")
    ours.kill_database()
    ours.start("run")


def struck_until(
    done: Callable[[], bool], ours: Installation, *blows: Callable[[], None], times: int, seconds: float
) -> int:  # fmt: skip
    """Deal one blow after the other, `seconds` apart and `times` at most, until it is done; how many were dealt."""
    ours.start("worker")
    struck = 0
    for blow in itertools.islice(itertools.cycle(blows), times):
        time.sleep(seconds)
        if done():
            break
        with suppress(AssertionError):  # what is to be killed may be dead from the blow before
            blow()
            struck += 1
        ours.start("worker")
    wait_until(done, seconds=240, what="all to be done")
    return struck
