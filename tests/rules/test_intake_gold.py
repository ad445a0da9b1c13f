"""Real files must agree with what their own publishers say of them."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from makegood.intake.rules.feedfile import load_feed, shipped
from makegood.intake.rules.mapping import map_file, survey
from makegood.intake.rules.rows import MappedRow, RejectedRow, SkippedRow
from makegood.promises.facts import Fact

DATA = Path(__file__).parents[2].parent / "shared" / "data"
BOSTON = DATA / "promises_boston311" / "boston311_2015_jan-jun.csv.gz"
DELIVDF = DATA / "promises_delivdf" / "delivdf.csv.gz"
NORTHWIND = DATA / "promises_northwind" / "orders.csv.gz"
FLIGHTS = DATA / "promises_nycflights13" / "flights_2013_jan-mar.csv.gz"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the real data is not at {DATA}")


def facts_of(feed: str, path: Path) -> tuple[list[Fact], Counter[str]]:
    """All facts of a file; it must have no rejects. Counts rows by what became of them."""
    counts: Counter[str] = Counter()
    facts: list[Fact] = []
    for row in map_file(path, load_feed(feed)):
        assert not isinstance(row, RejectedRow), row
        counts["rows"] += row.rows
        if isinstance(row, SkippedRow):
            counts[row.reason] += row.rows
        else:
            facts.extend(row.facts)
    return facts, counts


def late(fact: Fact, grace: timedelta = timedelta(0)) -> bool:
    assert fact.due_at is not None
    return fact.kept_at is not None and fact.kept_at > fact.due_at + grace


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def test_boston_agrees_with_the_citys_own_verdict() -> None:
    facts, counts = facts_of("boston311", BOSTON)
    assert (counts["rows"], counts["no promised date"], len(facts)) == (58_119, 14_527, 43_592)
    as_of = datetime(2016, 1, 13, tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)
    verdict = {row["CASE_ENQUIRY_ID"]: row["OnTime_Status"] for row in rows_of(BOSTON)}
    closed: Counter[tuple[str, bool]] = Counter()
    overdue: Counter[tuple[str, bool]] = Counter()
    for fact in facts:
        city = verdict[fact.reference]
        if fact.kept_at is not None:
            closed[city, late(fact)] += 1
        else:
            overdue[city, fact.due_at is not None and fact.due_at < as_of] += 1
    # The city labels 102 of its rows neither way; of those we still know what the clock says.
    assert closed == {("ONTIME", False): 27_295, ("OVERDUE", True): 9_962, ("", True): 63}
    assert overdue == {("ONTIME", False): 571, ("OVERDUE", True): 5_662, ("", True): 39}
    assert sum(map(late, facts)) == 10_025
    assert len({fact.kind for fact in facts}) == 7


def test_delivdf_counts_shipments_and_not_lines() -> None:
    facts, counts = facts_of("delivdf", DELIVDF)
    assert (counts["rows"], len(facts), sum(map(late, facts))) == (117_790, 23_339, 1_940)
    assert all(fact.due_on is not None for fact in facts)
    assert sum(fact.attributes["parts"] for fact in facts) == 117_790


def test_northwind_joins_its_customers() -> None:
    facts, counts = facts_of("northwind", NORTHWIND)
    assert (counts["rows"], len(facts), sum(map(late, facts))) == (830, 830, 37)
    assert sum(1 for fact in facts if fact.kept_at is None) == 21
    customers = {fact.customer.key: fact.customer for fact in facts if fact.customer}
    assert len(customers) == 89
    assert customers["VINET"].phone == "26.47.15.10"


def test_flights_agree_with_their_own_arrival_delay() -> None:
    facts, counts = facts_of("nycflights13", FLIGHTS)
    assert (counts["rows"], len(facts)) == (80_789, 80_789)
    assert len({fact.reference for fact in facts}) == 80_789
    causes: Counter[str] = Counter()
    for fact, row in zip(facts, rows_of(FLIGHTS), strict=True):
        causes[compare(fact, row)] += 1
    assert causes == {"agrees": 77_911, "cancelled": 2_643, "diverted or not recorded": 235}
    assert sum(late(fact, timedelta(minutes=15)) for fact in facts) == 17_793


def compare(fact: Fact, row: dict[str, str]) -> str:
    """Whether what we make of a flight is what the data says of it."""
    if row["arr_delay"] == "NA":
        assert fact.kept_at is None
        return "cancelled" if row["dep_time"] == "NA" else "diverted or not recorded"
    assert fact.kept_at is not None
    assert fact.due_at is not None
    delay = (fact.kept_at - fact.due_at) / timedelta(minutes=1)
    return "agrees" if delay == float(row["arr_delay"]) else f"differs by {delay - float(row['arr_delay']):g} minutes"


def test_a_flight_over_the_night_the_clocks_change_arrives_when_it_did() -> None:
    facts, _ = facts_of("nycflights13", FLIGHTS)
    by_reference = {fact.reference: fact for fact in facts}
    night = [fact for name, fact in by_reference.items() if " 2013-03-09 " in name and fact.kept_at]
    over = [fact for fact in night if fact.kept_at and fact.kept_at >= datetime(2013, 3, 10, 7, tzinfo=UTC)]
    assert over, "some flights of 9 March are still in the air when the clocks go forward"
    for fact in over:
        assert fact.due_at is not None
        assert abs(fact.kept_at - fact.due_at) < timedelta(hours=8) if fact.kept_at else False


@pytest.mark.parametrize(
    ("feed", "path", "lines"),
    [("boston311", BOSTON, 58_120), ("northwind", NORTHWIND, 831), ("nycflights13", FLIGHTS, 80_790)],
)
def test_a_survey_reads_the_whole_file(feed: str, path: Path, lines: int) -> None:
    assert survey(path, load_feed(feed)).lines == lines


def test_northwind_without_its_customers_file_still_maps(tmp_path: Path) -> None:
    alone = tmp_path / NORTHWIND.name
    alone.write_bytes(NORTHWIND.read_bytes())
    first = next(map_file(alone, load_feed("northwind")))
    assert isinstance(first, MappedRow)
    assert first.facts[0].customer is not None
    assert first.facts[0].customer.name == "Vins et alcools Chevalier"


def test_every_shipped_feed_loads_and_says_what_it_is() -> None:
    assert shipped() == ["boston311", "delivdf", "northwind", "nycflights13"]
    for name in shipped():
        feed = load_feed(name)
        assert feed.name == name
        assert len(feed.description) > 80
