"""The insights over a year of work: a million promises, a hundred thousand cases with their causes and what was given
in them, half a million answers."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.filling import clear, fill_answers, fill_causes, fill_customers, fill_history
from bench.ground import EMAIL, Ground
from bench.pages import CUSTOMERS, PROMISES, Browser
from bench.table import Row

ANSWERS = 500_000
REQUESTS = 60
LIMIT_MS = 300
# What the overview tells, straight from the rows: the least that a page without daily figures would have to ask.
_ROWS = """
SELECT ((p.due_at AT TIME ZONE 'UTC')::date - date '2000-01-01') / 7 AS step, p.state, count(*)
FROM promises_promise p JOIN promises_kind k ON k.id = p.kind_id
WHERE NOT k.inside_case AND p.due_at >= now() - interval '730 days' GROUP BY 1, 2
"""
_CASES = """
SELECT ((opened_at AT TIME ZONE 'UTC')::date - date '2000-01-01') / 7 AS step, detected_by, outcome, count(*)
FROM cases_case WHERE opened_at >= now() - interval '730 days' GROUP BY 1, 2, 3
"""


def run(place: Ground, *, full: bool) -> Iterator[Row]:
    """The overview and each chart, beside the same counts read off the rows; and how long counting anew takes."""
    clear(place)
    first = fill_customers(place, CUSTOMERS)
    fill_history(place, PROMISES, first, CUSTOMERS)
    fill_answers(place, ANSWERS, first, CUSTOMERS)
    fill_causes(place)
    started = time.perf_counter()
    place.command("report", "recount")
    took = time.perf_counter() - started
    place.sql("ANALYZE measurement_tally, measurement_counted")
    rows = place.sql("SELECT count(*) FROM measurement_counted")[0][0]
    tallies = place.sql("SELECT count(*) FROM measurement_tally")[0][0]
    yield Row(what="insights: counting anew", ours=f"{took:,.0f} s for {rows:,} rows into {tallies:,} tallies")
    floor = _middle(place)
    with place.web():
        browser = Browser(place, EMAIL)
        for what, path in (
            ("the overview, 90 days", "/insights/"), ("the overview, a year", "/insights/?period=365"),
            ("promises, a year", "/insights/promises/?period=365"),
            ("recovery, a year", "/insights/recovery/?period=365"),
            ("cases behind a band, ever", "/insights/behind/?mark=f:us:apology:right&since=2000-01-01"),
            ("what stands behind a rare band, ever", "/insights/behind/?mark=f:us:apology:open&since=2000-01-01"),
            ("causes, 90 days", "/causes/?period=90"), ("causes, a year", "/causes/?period=365"),
            ("what failing costs, a year", "/insights/cost/?period=365"),
            ("answers to surveys, a year", "/insights/surveys/?period=365"), ("experiments", "/experiments/"),
        ):  # fmt: skip
            yield _timed(what, browser, path, floor)


def _middle(place: Ground) -> float:
    """Milliseconds in which the database counts promises and cases of two years from the rows; the middle of five."""
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        place.sql(_ROWS)
        place.sql(_CASES)
        seconds.append(time.perf_counter() - started)
    return sorted(seconds)[2] * 1e3


def _timed(what: str, browser: Browser, path: str, floor: float) -> Row:
    browser.get(path)
    seconds = []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        browser.get(path)
        seconds.append(time.perf_counter() - started)
    ours = sorted(seconds)[REQUESTS * 95 // 100] * 1e3
    return Row(
        what=f"insights: {what}, p95", ours=f"{ours:,.1f} ms", floor=f"{floor:,.1f} ms from the rows",
        ratio=ours / floor, budget=f"< {LIMIT_MS} ms", met=ours < LIMIT_MS,
    )  # fmt: skip
