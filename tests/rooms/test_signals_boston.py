"""A city's half year: kinds and places that fail beyond chance, beside a computation that shares no line with it."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from scipy import stats

from makegood.learning.queries.counting import counted
from makegood.learning.rules.signals import Signal, signals
from makegood.promises.models import Kind, Promise
from tests.factories import make_customer

BOSTON = Path(__file__).parents[2].parent / "shared/data/promises_boston311/boston311_2015_jan-jun.csv.gz"
ZONE = ZoneInfo("America/New_York")
AS_OF = datetime(2016, 1, 13, tzinfo=ZONE)

pytestmark = [
    pytest.mark.django_db, pytest.mark.skipif(not BOSTON.is_file(), reason=f"the city's data is not at {BOSTON}"),
]  # fmt: skip


def rows() -> list[dict[str, Any]]:
    """The requests with a target that has come, each with its week and whether the target was missed."""
    with gzip.open(BOSTON, "rt", encoding="utf-8", newline="") as stream:
        found = []
        for row in csv.DictReader(stream):
            if not row["TARGET_DT"]:
                continue
            due, closed = at(row["TARGET_DT"]), row["CLOSED_DT"] and at(row["CLOSED_DT"])
            if due >= AS_OF and not closed:
                continue
            year, week, _day = due.isocalendar()
            found.append({**row, "due": due, "week": f"{year}-{week:02}", "failed": not closed or closed > due})
    return [row for row in found if row["due"] < AS_OF]


def at(text: str) -> datetime:
    return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=ZONE)


def in_the_ledger(found: list[dict[str, Any]]) -> None:
    resident, kinds = make_customer("Resident"), {}
    for name in sorted({row["SUBJECT"] for row in found}):
        slug = "".join(letter if letter.isalnum() else "-" for letter in name.lower())[:40]
        kinds[name] = Kind.objects.create(slug=slug, name=name, warning=AS_OF - AS_OF, grace=AS_OF - AS_OF)
    Promise.objects.bulk_create(
        Promise(
            customer=resident, kind=kinds[row["SUBJECT"]], title=row["TYPE"], made_at=row["due"], due_at=row["due"],
            warn_at=row["due"], breaks_at=row["due"], settled_at=row["due"],
            state="kept_late" if row["failed"] else "kept", attributes={"neighborhood": row["neighborhood"]},
        )
        for row in found
    )  # fmt: skip


def test_kinds_and_places_beyond_chance_are_those_of_another_computation() -> None:
    found = rows()
    in_the_ledger(found)
    cells = counted(since=datetime(2014, 1, 1, tzinfo=UTC), before=AS_OF, zone=ZONE.key)
    ours = signals([one for one in cells if one.what in ("", "neighborhood", "kind")])
    places = [row for row in found if row["neighborhood"]]
    theirs = computed([
        *groups("neighborhood", places, found, key=lambda row: row["SUBJECT"]),
        *groups("SUBJECT", found, found, key=lambda row: ""),
    ])  # fmt: skip
    assert {shown(one): round(one.excess, 6) for one in ours} == {name: round(x, 6) for name, x in theirs.items()}
    assert [shown(one) for one in ours] == [
        "Inspectional Services", "Mayor's 24 Hour Hotline", "South Boston / South Boston Waterfront",
    ]  # fmt: skip


def shown(one: Signal) -> str:
    return one.value if one.what == "neighborhood" else Kind.objects.get(slug=one.value).name


def groups(column: str, mine: list[dict[str, Any]], everybody: list[dict[str, Any]], *, key: Any) -> list[Any]:
    """For each value: failures, expected failures and variances by week, from matrices of stratum and week."""
    strata = {name: place for place, name in enumerate({key(row) for row in everybody})}
    weeks = {name: place for place, name in enumerate({row["week"] for row in everybody})}

    def matrix(some: list[dict[str, Any]]) -> tuple[np.ndarray, np.ndarray]:
        due, failed = np.zeros((2, len(strata), len(weeks)))
        for row in some:
            place = strata[key(row)], weeks[row["week"]]
            due[place] += 1
            failed[place] += row["failed"]
        return due, failed

    all_due, all_failed = matrix(everybody)
    made = []
    for value in sorted({row[column] for row in mine}):
        due, failed = matrix([row for row in mine if row[column] == value])
        rest = all_due - due
        use = (rest > 0) & (due > 0)
        rate = np.divide(all_failed - failed, rest, out=np.zeros_like(rest), where=rest > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = np.where(use, due * rate * (1 - rate) * (all_due / rest), 0)
        seen = use.any(axis=0)
        made.append((value, due[use].sum(), np.where(use, failed, 0).sum(0)[seen],
                     np.where(use, due * rate, 0).sum(0)[seen], variance.sum(0)[seen]))  # fmt: skip
    return made


def computed(made: list[Any]) -> dict[str, float]:
    """The excess of those that stand out: Student's distribution from scipy, false discoveries from scipy."""
    chances, kept = [], []
    for value, due, failed, expected, variance in made:
        if due < 20 or len(failed) < 4 or variance.sum() == 0:
            continue
        level = failed.sum() / expected.sum()
        moving = variance > 0
        off = ((failed - level * expected)[moving] ** 2 / variance[moving]).sum() / max(level, 1)
        spread = max(1.0, off / (moving.sum() - 1))
        t = (failed.sum() - 0.5 - expected.sum()) / np.sqrt(variance.sum() * spread)
        chance = stats.t.sf(t, len(failed) - 1) if spread > 1 else stats.norm.sf(t)
        if expected.sum() < 50:
            chance = max(chance, stats.poisson.sf(failed.sum() - 1, expected.sum()))
        chances.append(chance)
        kept.append((value, failed.sum(), expected.sum()))
    false = stats.false_discovery_control(chances)
    return {
        value: failed - expected
        for (value, failed, expected), share in zip(kept, false, strict=True)
        if share <= 0.05 and failed >= 5 and failed >= 1.2 * expected
    }
