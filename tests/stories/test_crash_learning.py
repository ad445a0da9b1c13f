"""Killed with -9 while customers are told what was changed, others are asked how it was, and the day is counted: nobody
is told or asked twice, nobody is skipped, and the figures are those of a recount."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import psycopg
import pytest

from tests.browser.stage import Api, at
from tests.installations import Installation, wait_until
from tests.smtp_server import SmtpServer
from tests.stories.killing import ask, connected, kill_everything, sends_mail, shop, struck_until

__all__ = ["shop"]
pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

HURT, ASKED, WAITING = 1_200, 1_200, 8_000
BETWEEN_KILLS = 1.0

# Whom a cause failed and who was put right; whom the lot found twice for today; and whose promises break meanwhile. It
# is midday where all of them are: nobody is asked in their night.
FILL = """
INSERT INTO customers_customer (key, name, language, time_zone, preferred_channel, currency, made_at)
SELECT s || n, s || ' Customer ' || n, '', %(zone)s, '', '', now() - interval '99 days'
FROM (VALUES ('hurt', %(hurt)s), ('asked', %(asked)s), ('waiting', %(waiting)s)) v(s, many), generate_series(1, many) n;
INSERT INTO customers_contactpoint (customer_id, channel, value, normal)
SELECT id, 'email', key || '@example.com', lower(key) || '@example.com' FROM customers_customer
WHERE key NOT LIKE 'waiting%%';
INSERT INTO cases_case (title, severity, criticality, detected_by, opened_at, closed_at, offer_note, ordinal, harm,
                        cause_note, outcome, customer_id, kind_id, owner_id, cause_id)
SELECT 'The parcel', 2, 2, 'watch', now() - interval '9 days', now() - interval '8 days', '', 1, '', '', 'satisfied',
       u.id, k.id, s.id, g.id
FROM customers_customer u, promises_kind k, people_staff s, cases_cause g
WHERE u.key LIKE 'hurt%%' AND k.slug = 'delivery' AND g.slug = 'wrong-item';
INSERT INTO measurement_survey (customer_id, occasion, scales, again, reminds, planned_at, due_at, dropped_because,
                                digest, answers, words)
SELECT id, 'pulse', '{csat}', false, false, now(), now(), '', '', '{}', ''
FROM customers_customer, generate_series(1, 2) WHERE key LIKE 'asked%%';
INSERT INTO promises_promise (source, reference, customer_id, kind_id, title, made_by, made_at, due_at, warn_at,
                              breaks_at, next_check_at, state, currency, attributes)
SELECT 'shop', u.key, u.id, k.id, 'Parcel', '', now() - interval '1 day', due, due, due, due, 'open', '', '{}'
FROM customers_customer u, promises_kind k,
     LATERAL (SELECT now() + interval '10 seconds' * (u.id %% 1000) / 1000 AS due) d
WHERE u.key LIKE 'waiting%%' AND k.slug = 'delivery';
ANALYZE;
"""

# What must hold afterwards.
TRUTHS = {
    "told": ("SELECT count(*) FROM learning_told WHERE told_at IS NOT NULL AND left_out = ''", HURT),
    "customers told": ("SELECT count(DISTINCT customer_id) FROM learning_told", HURT),
    "messages that tell": ("SELECT count(DISTINCT sent_as_id) FROM learning_told", HURT),
    "rows of the journal that tell": ("SELECT count(*) FROM journal_entry WHERE verb = 'case.change_told'", HURT),
    "cases told": ("SELECT count(DISTINCT case_id) FROM journal_entry WHERE verb = 'case.change_told'", HURT),
    "asked": ("SELECT count(*) FROM measurement_survey WHERE asked_at IS NOT NULL", ASKED),
    "customers asked": ("SELECT count(DISTINCT customer_id) FROM measurement_survey WHERE asked_at IS NOT NULL", ASKED),
    "messages that ask": ("SELECT count(DISTINCT message_id) FROM measurement_survey", ASKED),
    "asked lately": (
        "SELECT count(*) FROM measurement_survey WHERE asked_at IS NULL AND dropped_because = 'asked_lately'", ASKED,
    ),
    "messages": ("SELECT count(*) FROM conversation_message", HURT + ASKED),
    "addresses": ("SELECT count(DISTINCT address) FROM conversation_message", HURT + ASKED),
    "broken": ("SELECT count(*) FROM promises_promise WHERE source = 'shop' AND state = 'broken'", WAITING),
    "broken as counted": (
        "SELECT count(*) FROM measurement_counted c JOIN promises_promise p ON p.id = c.number AND p.source = 'shop'"
        " WHERE c.what = 'p'", WAITING,
    ),
}  # fmt: skip


def under_way(ours: Installation) -> None:
    """Telling and asking begin, fifty at a time and no rest between."""
    zone = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
    with connected(ours) as link:
        for statement in FILL.split(";\n"):
            link.execute(statement, {"hurt": HURT, "asked": ASKED, "waiting": WAITING, "zone": zone})
    token = ours.must("token", "create", "--name", "Ann", "--scope", "write", "--staff", "ann@shop.example").strip()
    ann = Api(f"http://127.0.0.1:{ours.port}", token)
    change = {"cause": "wrong-item", "change": "Two labels", "owner": "ann@shop.example", "due_at": at(days=3)}
    number = ann.post("/improvements", change, 201)["number"]
    ann.post(f"/improvements/{number}/live")
    ann.post(f"/improvements/{number}/telling/words", {"language": "en", "changed": "Each bin has two labels now."})
    ann.post("/surveys/settings", {"is_on": True, "pulse_percent": 0})
    ann.post(f"/improvements/{number}/telling/begin", {"batch_size": 50, "every": 0})


def all_done(ours: Installation) -> bool:
    """Whether everybody was told and asked, and every promise broke; not so while the database is away."""
    with suppress(psycopg.OperationalError):
        done = (TRUTHS[what] for what in ("told", "asked", "asked lately", "broken"))
        return all(ask(ours, sql) == many for sql, many in done)
    return False


def counted(ours: Installation) -> bool:
    """Whether the figures of every day are what counting them anew gives."""
    return ours.run("report", "recount", "--check").returncode == 0


def test_whatever_is_killed_nobody_is_told_or_asked_twice(shop: Installation, smtp_server: SmtpServer) -> None:
    sends_mail(shop, smtp_server)
    shop.start("run")
    wait_until(shop.answers, what="an answer")
    under_way(shop)
    blows = (lambda: shop.kill("worker"), lambda: shop.kill_database(), lambda: kill_everything(shop))
    assert struck_until(lambda: all_done(shop), shop, *blows, times=6, seconds=BETWEEN_KILLS) >= 2
    wait_until(lambda: counted(shop), seconds=120, what="the counter to have caught up")
    assert {what: ask(shop, sql) for what, (sql, _) in TRUTHS.items()} == {
        what: many for what, (_, many) in TRUTHS.items()
    }
    taken = smtp_server.receivers
    assert len(taken) == len(set(taken))
