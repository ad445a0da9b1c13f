"""The paradox report of a million customers, from their ledger to what may be said."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

from bench.filling import clear, fill_customers, fill_staff, kind_id
from bench.ground import Ground
from bench.table import Row, below

CUSTOMERS, PROMISES = 1_000_000, 3
# What is read off two figures, and what every method of the ladder is asked about.
ASKED = (("stayed", "0.02"), ("spend", "2"))
# Three promises each in half a year; five in a hundred are broken, of which half are put right.
_PROMISES = """
INSERT INTO promises_promise
    (source, reference, customer_id, kind_id, title, made_by, made_at, due_at, warn_at, breaks_at, kept_at, state,
     settled_at, currency, attributes)
SELECT 'fill', 'P' || n, %(first)s + n %% %(many)s, %(kind)s, 'A box', 'fill', due - interval '3 days', due, due, due,
       CASE WHEN n %% 53 <> 0 THEN due END, CASE WHEN n %% 53 = 0 THEN 'broken' ELSE 'kept' END,
       CASE WHEN n %% 53 <> 0 THEN due END, '', '{}'
FROM (SELECT n, now() - interval '330 days' + (n * 7919::bigint %% 180) * interval '1 day' AS due
      FROM generate_series(1, %(many)s * %(each)s) n) p
"""
_CASES = """
INSERT INTO cases_case (customer_id, kind_id, title, severity, criticality, detected_by, opened_at, owner_id, taken_at,
                        offer_note, ordinal, harm, cause_note, outcome)
SELECT customer_id, kind_id, reference, 2, 2, 'customer', due_at, %(staff)s, due_at + interval '1 hour', '', 1, '', '',
       ''
FROM promises_promise WHERE state = 'broken' AND source = 'fill';
INSERT INTO cases_failure (case_id, promise_id, failure_class, what, severity, detected_by, at)
SELECT c.id, p.id, 'outcome', '', 2, 'customer', p.due_at
FROM cases_case c JOIN promises_promise p ON p.reference = c.title AND p.source = 'fill';
INSERT INTO cases_stepdone (case_id, step, said, channel, at)
SELECT id, 'apologise', 'Sorry', 'phone', opened_at + interval '2 hours' FROM cases_case WHERE id %% 2 = 0;
INSERT INTO promises_promise
    (source, reference, customer_id, kind_id, title, made_by, made_at, due_at, warn_at, breaks_at, kept_at, state,
     settled_at, currency, attributes)
SELECT 'given', 'G' || id, customer_id, %(inner)s, 'Refund', 'fill', opened_at, opened_at + interval '2 days',
       opened_at, opened_at + interval '2 days', opened_at + interval '1 day', 'kept', opened_at + interval '1 day',
       '', '{}' FROM cases_case WHERE id %% 2 = 0;
INSERT INTO remedies_grant
    (case_id, remedy, title, titles, words, playbook, rule, option, entitled, correction, goodwill, currency, reason,
     policy, once_key, state, by_id, made_at, due_at, decided_by_id, given_at, promise_id, failure, reference, problem)
SELECT c.id, 'refund', 'Refund', '{}', '', '', '', '', 0, 0, 5, 'GBP', '', '', '', 'given', %(staff)s, p.made_at,
       p.due_at, %(staff)s, p.made_at, p.id, '', '', '' FROM cases_case c JOIN promises_promise p ON p.source = 'given'
       AND p.reference = 'G' || c.id
"""
_DEEDS = """
INSERT INTO measurement_behaviour (customer_id, deed, at, amount, currency, source, reference)
SELECT %(first)s + n %% %(many)s, 'order', now() - (n * 104729::bigint %% 400) * interval '1 day', 10 + n %% 90, 'GBP',
       'fill', 'O' || n FROM generate_series(1, %(many)s) n;
INSERT INTO measurement_behaviour (customer_id, deed, at, currency, source, reference)
SELECT %(first)s + n, 'left', now() - (n * 31::bigint %% 300) * interval '1 day', '', 'fill', 'L' || n
FROM generate_series(1, %(many)s - 1, 7) n
"""
_MEASURED = """
import json, resource, sys
from makegood.config import cli
try:
    cli.makegood(sys.argv[1:], standalone_mode=False)
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def run(place: Ground, *, full: bool) -> Iterator[Row]:
    """How long the whole report takes, and how much memory; the floor is reading the promises by a bare COPY."""
    clear(place)
    first, staff = fill_customers(place, CUSTOMERS), fill_staff(place)
    values = {
        "first": first, "many": CUSTOMERS, "each": PROMISES, "kind": kind_id(place, "delivery"), "staff": staff,
        "inner": kind_id(place, "commitment"),
    }  # fmt: skip
    with place.connect() as link:
        link.execute("SET session_replication_role = replica")
        for part in (_PROMISES, *_CASES.split(";"), *_DEEDS.split(";")):
            link.execute(part, values)
        link.execute("VACUUM ANALYZE")
    floor = _bare(place)
    for outcome, margin in ASKED:
        number = _registered(place, outcome, margin)
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _MEASURED, "report", "paradox", "--compute", str(number)], env=place.environment,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        seconds, kib = time.perf_counter() - began, int(done.stderr.split()[-1])
        what = f"paradox: {outcome}, {CUSTOMERS:,} customers"
        yield below(f"{what} (a bare COPY of them: {floor:.1f} s)", seconds, "s", 60)
        yield below(f"{what}, resident memory", kib / 2**20, "GiB", 2, digits=2)
    place.sql("TRUNCATE measurement_report, measurement_behaviour, remedies_grant CASCADE")
    clear(place)


def _bare(place: Ground) -> float:
    began = time.perf_counter()
    with place.connect() as link, link.cursor().copy(
        "COPY (SELECT customer_id, due_at FROM promises_promise) TO STDOUT (FORMAT binary)"
    ) as stream:  # fmt: skip
        for _block in stream:
            pass
    return time.perf_counter() - began


def _registered(place: Ground, outcome: str, margin: str) -> int:
    """A report of days that are long past, so that it is open at once."""
    from datetime import UTC, datetime, timedelta

    today = datetime.now(UTC).date()
    place.command(
        "report", "paradox", "--register", outcome, "--since", str(today - timedelta(days=320)), "--before",
        str(today - timedelta(days=160)), "--margin", margin, "--seed", "7", "--as", "ada@bench.example",
    )  # fmt: skip
    return int(place.sql("SELECT max(id) FROM measurement_report")[0][0])
