"""What it costs to watch when nothing is due, however many promises are open."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from bench.filling import clear, fill_customers, fill_open
from bench.ground import Ground
from bench.table import Row

CUSTOMERS = 100_000
TURNS = 300
# How much dearer the largest ledger may be than the smallest: what three more levels of an index cost.
FLAT = 1.5


def run(place: Ground, *, full: bool) -> Iterator[Row]:
    """Time and pages touched of one empty turn at each size."""
    clear(place)
    first = fill_customers(place, CUSTOMERS)
    sizes = (10_000, 1_000_000, 10_000_000) if full else (10_000, 1_000_000)
    filled, smallest = 0, 0.0
    for size in sizes:
        fill_open(place, filled + 1, size, first, CUSTOMERS)
        filled = size
        turn = _turn()
        smallest = smallest or turn
        yield Row(
            what=f"idle: one empty turn at {size:,} open promises",
            ours=f"{turn * 1e3:.2f} ms, {_pages(place)} pages",
            floor=f"{smallest * 1e3:.2f} ms at {sizes[0]:,}",
            ratio=turn / smallest,
            budget=f"flat: ≤ {FLAT:g} times",
            met=turn / smallest <= FLAT,
        )
    clear(place)


def _turn() -> float:
    """Seconds of one turn of the worker that finds nothing: the median of many."""
    from makegood.promises.queries import next_check
    from makegood.worker.watch import tick

    seconds = []
    for _ in range(TURNS):
        started = time.perf_counter()
        if tick(now=datetime.now(UTC)).moved:
            raise RuntimeError("Something was due.")
        next_check()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def _pages(place: Ground) -> int:
    """Pages of the database that the question of the watch touches."""
    query = "SELECT id FROM promises_promise WHERE next_check_at < now() ORDER BY next_check_at LIMIT 1000"
    plan = place.sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT json) {query}")[0][0]
    top = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
    return int(top["Shared Hit Blocks"]) + int(top["Shared Read Blocks"])
