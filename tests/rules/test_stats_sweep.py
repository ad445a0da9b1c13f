"""Worlds that the report was not built on: `python -m bench.sweep` has many seeds of each, this has a few."""

from __future__ import annotations

from functools import partial

import pytest
from scipy.stats import binom

from bench.as_rows import of_trial
from bench.foreign import TWO_STORMS, huge_incidents
from bench.sweep import ALARM, BY_CHANCE, WORLDS, Swept, Told, checks, fewest_found, most_false, told
from makegood.measurement.findings import Group, Said
from makegood.measurement.rules.paradox import report
from makegood.measurement.rules.power import POWER

SEEDS = 12


def said(name: str, size: int, effect: float, seeds: int) -> list[Said]:
    return [told(name, size, effect, seed).said for seed in range(500, 500 + seeds)]


@pytest.mark.parametrize("name", WORLDS)
def test_nothing_is_claimed_in_a_foreign_world(name: str) -> None:
    found = said(name, 4000, 0.0, SEEDS)
    assert found.count(Said.ABOVE) <= most_false(SEEDS, tests=2 * len(WORLDS))
    assert found.count(Said.BELOW) <= most_false(SEEDS, tests=2 * len(WORLDS))


@pytest.mark.parametrize("name", ["seasons", "complainers", "by_value", "wild_tails", "history"])
def test_what_is_there_is_found_in_a_foreign_world_and_a_harm_is_no_gain(name: str) -> None:
    effect = 1.5 * WORLDS[name][1]
    assert said(name, 8000, effect, 4).count(Said.ABOVE) >= 3
    harmed = said(name, 8000, -effect, 4)
    assert harmed.count(Said.BELOW) >= 3
    assert Said.ABOVE not in harmed


def test_two_storms_are_two_witnesses_however_many_people_they_hit() -> None:
    for size in (4000, 40_000):
        asked = of_trial(partial(huge_incidents, storms=TWO_STORMS))
        found = report(*asked(size, seed=1, effect=1.0))
        one = found.asked[0].compared[0]
        assert one.said is Said.TOO_FEW
        assert one.missing > 0
        needed = {size.group: size for size in found.sizes}[Group.PUT_RIGHT]
        assert needed.counted < needed.needed, "and the page that counts people says so too"


@pytest.mark.parametrize("name", ["huge_incidents", "tiny"])
def test_a_handful_of_incidents_or_of_people_can_be_enough(name: str) -> None:
    assert Said.EQUIVALENT in said(name, 8000, 0.0, 6)
    assert said(name, 8000, WORLDS[name][1], 6).count(Said.ABOVE) >= 4


def test_who_keeps_silent_forbids_to_call_them_equal() -> None:
    assert set(said("dropping_out", 8000, 0.0, 4)) == {Said.CANNOT_TELL}
    assert set(said("dropping_out", 8000, WORLDS["dropping_out"][1], 4)) == {Said.ABOVE}


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
