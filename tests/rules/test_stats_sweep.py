"""Worlds that the report was not built on: `python -m bench.sweep` has many seeds of each, this has a few."""

from __future__ import annotations

import pytest

from bench.foreign import FOREIGN
from bench.sweep import said, too_many
from makegood.measurement.findings import Said

SEEDS = 12
# Two storms are two witnesses, however many people they hit.
NOT_ENOUGH = "huge_incidents"


@pytest.mark.parametrize("name", FOREIGN)
def test_nothing_is_claimed_in_a_foreign_world(name: str) -> None:
    found = [said(name, 4000, 0.0, seed) for seed in range(500, 500 + SEEDS)]
    assert found.count(Said.ABOVE) < too_many(SEEDS)
    assert found.count(Said.BELOW) < too_many(SEEDS)
    assert name != NOT_ENOUGH or set(found) == {Said.TOO_FEW}


@pytest.mark.parametrize("name", ["seasons", "complainers", "by_value", "wild_tails"])
def test_what_is_there_is_found_in_a_foreign_world(name: str) -> None:
    found = [said(name, 8000, 1.5 * FOREIGN[name][1], seed) for seed in range(500, 504)]
    assert found.count(Said.ABOVE) >= 3
