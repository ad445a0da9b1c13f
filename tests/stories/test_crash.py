"""Killed with -9 again and again while a hundred thousand promises break: each moves once, each has its one case."""

from __future__ import annotations

from contextlib import suppress

import psycopg
import pytest

from tests.installations import Installation, wait_until
from tests.stories.killing import ask, connected, kill_everything, shop, struck_until

__all__ = ["shop"]
pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

PROMISES = 100_000
FEWER = 20_000
BETWEEN_KILLS = 1.5

FILL = """
INSERT INTO customers_customer (key, name, language, time_zone, preferred_channel, currency, made_at)
SELECT 'C' || n, 'Customer ' || n, '', '', '', '', now() FROM generate_series(1, %(promises)s) n;
INSERT INTO promises_promise (source, reference, customer_id, kind_id, title, made_by, made_at, due_at, warn_at,
                              breaks_at, next_check_at, state, currency, attributes)
SELECT 'shop', c.key, c.id, k.id, 'Parcel for ' || c.name, '', now() - interval '1 day', due, due, due, due, 'open', '',
       '{}'
FROM customers_customer c, promises_kind k,
     LATERAL (SELECT now() + interval '3 seconds' * (c.id %% 1000) / 1000 AS due) d
WHERE k.slug = 'delivery';
ANALYZE;
"""

# What must hold afterwards: each of these counts is the number of promises.
TRUTHS = {
    "promises that broke": "SELECT count(*) FROM promises_promise WHERE source = 'shop' AND state = 'broken'",
    "rows of the journal about them": "SELECT count(*) FROM journal_entry WHERE verb = 'promise.broken'",
    "promises the journal tells of": (
        "SELECT count(DISTINCT subject_id) FROM journal_entry WHERE verb = 'promise.broken'"
    ),
    "failures": "SELECT count(*) FROM cases_failure",
    "promises with a failure": "SELECT count(DISTINCT promise_id) FROM cases_failure",
    "cases": "SELECT count(*) FROM cases_case",
    "openings in the journal": "SELECT count(*) FROM journal_entry WHERE verb = 'case.opened'",
    "cases the journal tells of": "SELECT count(DISTINCT case_id) FROM journal_entry WHERE verb = 'case.opened'",
    "cases with a first contact promised": "SELECT count(DISTINCT case_id) FROM cases_commitment",
}


def fill(ours: Installation, promises: int) -> None:
    """Promises to as many customers, all of which break in the next three seconds."""
    with connected(ours) as link:
        for statement in FILL.split(";\n"):
            link.execute(statement, {"promises": promises})


def all_broke(ours: Installation) -> bool:
    """Whether every promise has broken; not so while the database is away."""
    with suppress(psycopg.OperationalError):
        return not ask(ours, "SELECT count(*) FROM promises_promise WHERE source = 'shop' AND state <> 'broken'")
    return False


def assert_truths(ours: Installation, promises: int) -> None:
    assert {what: ask(ours, sql) for what, sql in TRUTHS.items()} == dict.fromkeys(TRUTHS, promises)


def test_whatever_is_killed_every_promise_moves_once(shop: Installation) -> None:
    fill(shop, PROMISES)
    shop.start("run")
    wait_until(shop.answers, what="an answer")
    blows = (
        lambda: shop.kill("worker"), lambda: shop.kill_database(), lambda: shop.kill("web"),
        lambda: kill_everything(shop),
    )  # fmt: skip
    assert struck_until(lambda: all_broke(shop), shop, *blows, times=8, seconds=BETWEEN_KILLS) >= 4
    assert_truths(shop, PROMISES)


def test_workers_at_once_share_the_work(shop: Installation) -> None:
    fill(shop, FEWER)
    for _ in range(3):
        shop.start("worker")
    wait_until(lambda: all_broke(shop), seconds=80, what="every promise to break")
    assert_truths(shop, FEWER)
    assert "Traceback" not in shop.said()
