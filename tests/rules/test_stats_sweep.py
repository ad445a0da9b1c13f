"""Worlds that the report was not built on: `python -m bench.sweep` has many seeds of each, this has a few."""

from __future__ import annotations

import pytest
from scipy.stats import binom

from bench.sweep import ALARM, BY_CHANCE, WORLDS, Swept, Told, checks, fewest_found, most_false, told
from makegood.measurement.findings import Said
from makegood.measurement.rules.power import POWER

SEEDS = 12
# Two storms are two witnesses, however many people they hit.
NOT_ENOUGH = "huge_incidents"


def said(name: str, size: int, effect: float, seeds: int) -> list[Said]:
    return [told(name, size, effect, seed).said for seed in range(500, 500 + seeds)]


@pytest.mark.parametrize("name", WORLDS)
def test_nothing_is_claimed_in_a_foreign_world(name: str) -> None:
    found = said(name, 4000, 0.0, SEEDS)
    assert found.count(Said.ABOVE) <= most_false(SEEDS, tests=2 * len(WORLDS))
    assert found.count(Said.BELOW) <= most_false(SEEDS, tests=2 * len(WORLDS))
    assert name != NOT_ENOUGH or set(found) == {Said.TOO_FEW}


@pytest.mark.parametrize("name", ["seasons", "complainers", "by_value", "wild_tails", "history"])
def test_what_is_there_is_found_in_a_foreign_world_and_a_harm_is_no_gain(name: str) -> None:
    effect = 1.5 * WORLDS[name][1]
    assert said(name, 8000, effect, 4).count(Said.ABOVE) >= 3
    harmed = said(name, 8000, -effect, 4)
    assert harmed.count(Said.BELOW) >= 3
    assert Said.ABOVE not in harmed


def test_the_sweep_allows_what_chance_brings_and_no_more() -> None:
    assert most_false(160) == 7, "of 160, with 4 expected"
    assert binom.sf(most_false(160), 160, BY_CHANCE) <= ALARM < binom.sf(most_false(160) - 1, 160, BY_CHANCE)
    assert binom.cdf(fewest_found(160) - 1, 160, POWER) < ALARM <= binom.cdf(fewest_found(160), 160, POWER)


@pytest.mark.parametrize(
    ("none", "harm", "gain", "met"),
    [
        ({Said.ABOVE: 4, Said.BELOW: 4}, {Said.BELOW: 130}, {Said.ABOVE: 130}, True),
        ({Said.ABOVE: 9}, {Said.BELOW: 130}, {Said.ABOVE: 130}, False),
        ({Said.BELOW: 9}, {Said.BELOW: 130}, {Said.ABOVE: 130}, False),
        ({}, {Said.ABOVE: 9, Said.BELOW: 130}, {Said.ABOVE: 130}, False),
        ({}, {}, {Said.ABOVE: 110}, False),
    ],
)
def test_more_false_verdicts_than_chance_or_less_found_is_a_miss(
    none: dict[Said, int], harm: dict[Said, int], gain: dict[Said, int], *, met: bool
) -> None:
    swept = Swept("zeros", 8000, 0.3, *(reports(one) for one in (none, harm, gain)))
    assert all(one.met for one in checks([swept])) is met


def reports(said: dict[Said, int]) -> tuple[Told, ...]:
    """160 of them; whatever is not said is equivalent."""
    every = [one for one, many in said.items() for _each in range(many)]
    return tuple(Told(one, True, 0.9) for one in [*every, *[Said.EQUIVALENT] * (160 - len(every))])
