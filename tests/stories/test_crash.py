"""Killed with -9 again and again while a hundred thousand promises break: each moves once, each has its one case."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest

from makegood.platform import postgres
from tests.installations import Installation, an_installation, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

PROMISES = 100_000
BETWEEN_KILLS = 1.5

FILL = f"""
INSERT INTO customers_customer (key, name, language, time_zone, preferred_channel, currency, made_at)
SELECT 'C' || n, 'Customer ' || n, '', '', '', '', now() FROM generate_series(1, {PROMISES}) n;
INSERT INTO promises_promise (source, reference, customer_id, kind_id, title, made_by, made_at, due_at, warn_at,
                              breaks_at, next_check_at, state, currency, attributes)
SELECT 'shop', c.key, c.id, k.id, 'Parcel for ' || c.name, '', now() - interval '1 day', due, due, due, due, 'open', '',
       '{{}}'
FROM customers_customer c, promises_kind k,
     LATERAL (SELECT now() + interval '3 seconds' * (c.id % 1000) / 1000 AS due) d
WHERE k.slug = 'delivery';
ANALYZE;
"""

# What must hold afterwards, each as a question whose answer is told beside it.
TRUTHS = {
    "promises that broke": (
        "SELECT count(*) FROM promises_promise WHERE source = 'shop' AND state = 'broken'",
        PROMISES,
    ),
    "promises still to be looked at": (
        "SELECT count(*) FROM promises_promise WHERE source = 'shop' AND next_check_at IS NOT NULL",
        0,
    ),
    "rows of the journal about them": ("SELECT count(*) FROM journal_entry WHERE verb = 'promise.broken'", PROMISES),
    "promises with a row of the journal": (
        "SELECT count(DISTINCT subject_id) FROM journal_entry WHERE verb = 'promise.broken'",
        PROMISES,
    ),
    "failures": ("SELECT count(*) FROM cases_failure", PROMISES),
    "promises with a failure": ("SELECT count(DISTINCT promise_id) FROM cases_failure", PROMISES),
    "cases": ("SELECT count(*) FROM cases_case", PROMISES),
    "cases in the journal": ("SELECT count(DISTINCT case_id) FROM journal_entry WHERE verb = 'case.opened'", PROMISES),
    "openings in the journal": ("SELECT count(*) FROM journal_entry WHERE verb = 'case.opened'", PROMISES),
    "first contacts promised": ("SELECT count(DISTINCT case_id) FROM cases_commitment", PROMISES),
}


@pytest.fixture
def shop() -> Iterator[Installation]:
    """An installation whose promises break in a few seconds from now."""
    with an_installation() as ours:
        ours.must("init", "--name", "The Shop", "--email", "ann@shop.example", "--password", "correct horse battery")
        postgres.start(ours.home)
        ask(ours, FILL)
        yield ours


def ask(ours: Installation, sql: str) -> int:
    with psycopg.connect(
        host=str(postgres.socket_folder(ours.home)), user=postgres.USER, dbname=postgres.NAME, autocommit=True
    ) as link:
        done = link.execute(sql)
        row = done.fetchone() if done.description else None
        return int(row[0]) if row else 0


def waiting(ours: Installation) -> int:
    """How many promises have not broken yet; all of them while the database is away."""
    with suppress(psycopg.OperationalError):
        return ask(ours, "SELECT count(*) FROM promises_promise WHERE source = 'shop' AND state <> 'broken'")
    return PROMISES


def assert_truths(ours: Installation) -> None:
    found = {what: ask(ours, sql) for what, (sql, _expected) in TRUTHS.items()}
    assert found == {what: expected for what, (_sql, expected) in TRUTHS.items()}


def kill_everything(ours: Installation) -> None:
    ours.kill("run")
    ours.kill("web", "worker")
    with suppress(AssertionError):
        ours.kill_database()
    ours.start("run")


def test_whatever_is_killed_every_promise_moves_once(shop: Installation) -> None:
    blows = itertools.cycle(
        [
            lambda: shop.kill("worker"),
            lambda: shop.kill_database(),
            lambda: shop.kill("web"),
            lambda: kill_everything(shop),
        ]
    )
    shop.start("run")
    wait_until(shop.answers, what="an answer")
    struck = 0
    for blow in itertools.islice(blows, 8):
        time.sleep(BETWEEN_KILLS)
        if waiting(shop) == 0:
            break
        with suppress(AssertionError):  # what is to be killed may be dead from the blow before
            blow()
            struck += 1
    wait_until(lambda: waiting(shop) == 0, seconds=80, what="every promise to break")
    assert struck >= 4
    assert_truths(shop)


def test_two_workers_at_once_share_the_work(shop: Installation) -> None:
    shop.start("worker")
    shop.start("worker")
    wait_until(lambda: waiting(shop) == 0, seconds=80, what="every promise to break")
    assert_truths(shop)
    assert "Traceback" not in shop.said()
