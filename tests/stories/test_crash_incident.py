"""Killed with -9 in the midst of telling three thousand customers: each is told once, has one case, one gift, and one
mail."""

from __future__ import annotations

import time
from contextlib import suppress

import psycopg
import pytest

from tests.browser.stage import Api, at
from tests.installations import Installation, wait_until
from tests.smtp_server import SmtpServer
from tests.stories.killing import ask, connected, kill_everything, sends_mail, shop, struck_until

__all__ = ["shop"]
pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

CUSTOMERS, BATCH = 3_000, 50
BETWEEN_KILLS = 1.0

# In danger until tomorrow: nothing breaks while they are told, so that each case is the incident's.
FILL = """
INSERT INTO customers_customer (key, name, language, time_zone, preferred_channel, currency, made_at)
SELECT 'C' || n, 'Customer ' || n, '', '', '', '', now() FROM generate_series(1, %(many)s) n;
INSERT INTO customers_contactpoint (customer_id, channel, value, normal)
SELECT id, 'email', key || '@example.com', lower(key) || '@example.com' FROM customers_customer;
INSERT INTO promises_promise (source, reference, customer_id, kind_id, title, made_by, made_at, due_at, warn_at,
                              breaks_at, forecast_at, next_check_at, state, currency, attributes)
SELECT 'storm', c.key, c.id, k.id, 'In Atlanta with DL 1', '', now() - interval '1 day', due, due - interval '1 hour',
       due + interval '1 day', due + interval '20 hours', due + interval '1 day', 'at_risk', '', '{"flight": "DL 1"}'
FROM customers_customer c, promises_kind k, LATERAL (SELECT now() + interval '6 hours' AS due) d
WHERE k.slug = 'delivery';
ANALYZE;
"""

# What must hold afterwards: each of these counts is the number of customers.
TRUTHS = {
    "members told": "SELECT count(*) FROM incidents_member WHERE told_at IS NOT NULL AND message <> ''",
    "cases": "SELECT count(*) FROM cases_case",
    "customers with a case": "SELECT count(DISTINCT customer_id) FROM cases_case",
    "rows of the journal that tell it": "SELECT count(*) FROM journal_entry WHERE verb = 'case.told'",
    "cases told": "SELECT count(DISTINCT case_id) FROM journal_entry WHERE verb = 'case.told'",
    "openings in the journal": "SELECT count(*) FROM journal_entry WHERE verb = 'case.opened'",
    "gifts": "SELECT count(*) FROM remedies_grant WHERE state = 'given'",
    "cases with a gift": "SELECT count(DISTINCT case_id) FROM remedies_grant",
    "gifts that a member knows": "SELECT count(gift_id) FROM incidents_member",
    "gifts with a promise": "SELECT count(*) FROM promises_promise p JOIN remedies_grant g ON g.promise_id = p.id",
    "messages": "SELECT count(*) FROM conversation_message",
    "customers with a message": "SELECT count(DISTINCT address) FROM conversation_message",
    "messages that a member knows": "SELECT count(sent_as_id) FROM incidents_member",
    "messages that left": "SELECT count(*) FROM conversation_message WHERE state IN ('sent', 'unsure')",
    "apologies": "SELECT count(*) FROM cases_stepdone WHERE step = 'apologise'",
    "customers counted by the batches": (
        "SELECT sum((data->>'told')::int) FROM journal_entry WHERE verb = 'incident.batch'"
    ),
}


def released(ours: Installation) -> None:
    """An incident of everybody, on its way: a gesture to each, fifty at a time and no rest between."""
    with connected(ours) as link:
        for statement in FILL.split(";\n"):
            link.execute(statement, {"many": CUSTOMERS})
    token = ours.must("token", "create", "--name", "Ann", "--scope", "write", "--staff", "ann@shop.example").strip()
    ann = Api(f"http://127.0.0.1:{ours.port}", token)
    wanted = {"kind": "delivery", "due_from": at(hours=-1), "due_before": at(hours=12)}
    number = ann.post("/incidents", {"title": "Storm", "filter": wanted}, 201)["number"]
    gift = {"remedy": "gesture", "titles": {"en": "A call tomorrow"}, "amount": "0", "within": 2}
    ann.post(f"/incidents/{number}/gift", {"gift": gift})
    ann.post(f"/incidents/{number}/release", {"batch_size": BATCH, "every": 0})


# Whoever is killed with a lease in hand holds it for five minutes; we do not wait so long.
_LET_GO = "UPDATE conversation_message SET leased_until = now() WHERE state = 'waiting' AND leased_until > now()"
_UNSURE = "SELECT count(*) FROM conversation_message WHERE state = 'unsure'"


def everything_left(ours: Installation) -> bool:
    """Whether no message waits any more."""
    if ask(ours, "SELECT count(*) FROM conversation_message WHERE state = 'waiting'") == 0:
        return True
    with connected(ours) as link:
        link.execute(_LET_GO)
    time.sleep(5)
    return False


def everybody_is_told(ours: Installation) -> bool:
    """Whether nobody waits; not so while the database is away."""
    with suppress(psycopg.OperationalError):
        return ask(ours, TRUTHS["members told"]) == CUSTOMERS
    return False


def test_whatever_is_killed_everybody_is_told_once(shop: Installation, smtp_server: SmtpServer) -> None:
    sends_mail(shop, smtp_server)
    shop.start("run")
    wait_until(shop.answers, what="an answer")
    released(shop)
    blows = (lambda: shop.kill("worker"), lambda: shop.kill_database(), lambda: kill_everything(shop))
    assert struck_until(lambda: everybody_is_told(shop), shop, *blows, times=6, seconds=BETWEEN_KILLS) >= 3
    wait_until(lambda: everything_left(shop), seconds=240, what="every message to leave")
    taken = smtp_server.receivers
    assert len(taken) == len(set(taken))
    # Whoever was struck between handing one over and hearing the answer does not know; a person says.
    assert CUSTOMERS - ask(shop, _UNSURE) <= len(taken) <= CUSTOMERS
    assert {what: ask(shop, sql) for what, sql in TRUTHS.items()} == dict.fromkeys(TRUTHS, CUSTOMERS)
