"""The watch: moves in sets against a bare UPDATE of the same rows, and how soon after its instant a promise moves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from bench.filling import clear, fill_customers, fill_staff, kind_id
from bench.ground import Ground
from bench.table import Row, against_floor, below

LIMIT = 1_000
TURNS = 10
ROUNDS = 3
CUSTOMERS = 20_000
SECONDS = 10
A_SECOND = 1_000

_ROWS = """
INSERT INTO promises_promise
    (source, reference, customer_id, kind_id, title, made_by, made_at, due_at, warn_at, breaks_at, state,
     next_check_at, currency, attributes)
SELECT 'watch', %(mark)s || n, %(first_customer)s + n %% %(customers)s, %(kind)s, 'Six pieces to the door', 'watch',
       %(begin)s::timestamptz - interval '2 days', due, due - interval '4 hours', due, 'at_risk', due, '', '{}'
FROM (SELECT n, %(begin)s::timestamptz + n * %(apart)s::interval AS due FROM generate_series(1, %(many)s) n) p
"""
_FLOOR = """
UPDATE promises_promise SET state = 'broken', next_check_at = NULL
WHERE id = ANY(ARRAY(SELECT id FROM promises_promise WHERE next_check_at < %s ORDER BY next_check_at LIMIT %s))
RETURNING id
"""


def run(place: Ground, *, full: bool) -> Iterator[Row]:
    """Moves a second, each turn of a thousand durable; then the delay of a worker under a steady thousand a second."""
    from makegood.promises.actions import advance_due
    from makegood.worker.watch import tick

    fill_staff(place)
    first = fill_customers(place, CUSTOMERS)
    now = datetime.now(UTC)
    floor = _rate(place, first, lambda: _bare(place, now))
    ours = _rate(place, first, lambda: len(advance_due(now=now, limit=LIMIT)))
    yield against_floor("watch: breaking promises, each with its journal row", ours, floor, "moves/s", at_least=0.5)
    with_cases = _rate(place, first, lambda: tick(now=now, limit=LIMIT).moved, rounds=1)
    yield against_floor("watch: the same, opening a case for each", with_cases, floor, "moves/s")
    for what, kind in (("", "commitment"), (" with a case opened for each", "delivery")):
        late = _delays(place, first, kind)
        yield below(f"watch: p99 from due instant to journal row at {A_SECOND:,} due/s{what}", late, "s", 1, digits=2)
    clear(place)


def _rate(place: Ground, first_customer: int, turn: Callable[[], int], *, rounds: int = ROUNDS) -> float:
    """Moves a second over a few rounds, each on rows of its own."""
    seconds = 0.0
    for _ in range(rounds):
        clear(place)
        begin = datetime.now(UTC) - timedelta(days=2)
        _add(place, first_customer, "delivery", begin, timedelta(milliseconds=1), LIMIT * (TURNS + 1))
        place.sql("VACUUM ANALYZE promises_promise")
        turn()
        started = time.perf_counter()
        for _ in range(TURNS):
            if turn() != LIMIT:
                raise RuntimeError("A turn of the watch did not move what was due.")
        seconds += time.perf_counter() - started
    return LIMIT * TURNS * rounds / seconds


def _bare(place: Ground, now: datetime) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_FLOOR, [now, LIMIT])
        return len(cursor.fetchall())


def _add(place: Ground, first_customer: int, kind: str, begin: datetime, apart: timedelta, many: int) -> None:
    values = {
        "mark": f"{kind}{begin:%H%M%S%f}-", "first_customer": first_customer, "customers": CUSTOMERS,
        "kind": kind_id(place, kind), "begin": begin, "apart": apart, "many": many,
    }  # fmt: skip
    with place.connect() as link:
        link.execute(_ROWS, values)


def _delays(place: Ground, first_customer: int, kind: str) -> float:
    """The delay in seconds that 99 of a hundred moves stay below, as somebody who reads the journal sees it."""
    clear(place)
    worker = place.start("worker")
    begin = datetime.now(UTC) + timedelta(seconds=5)
    _add(place, first_customer, kind, begin, timedelta(seconds=1) / A_SECOND, A_SECOND * SECONDS)
    delays = _seen(place, patience=time.monotonic() + SECONDS + 60)
    place.stop(worker)
    return sorted(delays)[len(delays) * 99 // 100]


def _seen(place: Ground, *, patience: float) -> list[float]:
    """From each due instant until the journal row could be read, asked for every few milliseconds."""
    delays: list[float] = []
    with place.connect() as link:
        row = link.execute("SELECT coalesce(max(id), 0) FROM journal_entry").fetchone()
        last = int(row[0]) if row else 0
        while len(delays) < A_SECOND * SECONDS:
            if time.monotonic() > patience:
                raise RuntimeError(f"After a minute only {len(delays):,} promises had moved.")
            rows = link.execute("SELECT id, at, verb FROM journal_entry WHERE id > %s", [last]).fetchall()
            now = datetime.now(UTC)
            delays += [(now - at).total_seconds() for _, at, verb in rows if verb == "promise.broken"]
            last = max([last, *(number for number, _, _ in rows)])
            time.sleep(0.01)
    return delays
