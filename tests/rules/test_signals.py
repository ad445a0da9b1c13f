"""What fails beyond chance: found where it is planted, seldom where it is not."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from makegood.learning.rules.signals import FALSE_SHARE, Cell, Signal, _as_normal, _at_least, false_shares, signals

WEEKS, GROUPS = 12, 60


def world(seed: int, *, worse: Collection[int] = (), bursts: float = 0.0, kinds: int = 1) -> list[Cell]:
    """Weeks good and bad, and groups of different size. Those in `worse` fail three times as often; with `bursts` that
    share of a group's weeks has four times the failures."""
    dice = random.Random(seed)
    cells = []
    for week in range(WEEKS):
        for kind in range(kinds):
            base = 0.04 + 0.12 * dice.random() + 0.3 * kind
            for group in range(GROUPS):
                rate = base * (3 if group in worse else 1) * (4 if dice.random() < bursts else 1)
                due = dice.randint(1, 40)
                failed = sum(dice.random() < min(1, rate) for _ in range(due))
                cells.append(Cell("place", str(group), f"k{kind}", f"2026-{week:02}", due, failed))
    return cells + totals(cells)


def totals(cells: Iterable[Cell]) -> list[Cell]:
    added: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for one in cells:
        added[one.kind, one.week][0] += one.due
        added[one.kind, one.week][1] += one.failed
    return [Cell("", "", kind, week, due, failed) for (kind, week), (due, failed) in added.items()]


def told(found: Iterable[Signal]) -> set[str]:
    return {one.value for one in found}


@pytest.mark.parametrize("bursts", [0.0, 0.05])
def test_where_nothing_is_planted_something_is_told_seldom(bursts: float) -> None:
    alarms = sum(bool(signals(world(seed, bursts=bursts))) for seed in range(80))
    # One in twenty would be four; twice that is what eighty throws of such dice stay under.
    assert alarms <= 8


def test_what_is_planted_is_found_and_comes_first() -> None:
    for seed in range(20):
        found = signals(world(seed, worse=(3, 7)))
        assert {one.value for one in found[:2]} == {"3", "7"}
        assert all(one.share <= FALSE_SHARE and one.ratio > 2 for one in found[:2])


def test_a_hard_kind_is_no_fault_of_the_place_that_has_much_of_it() -> None:
    cells = [one for one in world(5, kinds=2) if one.what]
    # Place 1 has hardly any promise of the easy kind.
    mixed = [Cell(*(*_of(one)[:4], 1, 0)) if (one.value, one.kind) == ("1", "k0") else one for one in cells]
    assert "1" not in told(signals(mixed + totals(mixed)))


def _of(one: Cell) -> tuple[str, str, str, str]:
    return (one.what, one.value, one.kind, one.week)


def test_one_bad_week_is_an_incident_and_no_habit() -> None:
    cells = [one for one in world(1) if one.what and one.value != "9"]
    cells += [Cell("place", "9", "k0", f"2026-{week:02}", 30, 30 if week == 4 else 2) for week in range(WEEKS)]
    assert "9" not in told(signals(cells + totals(cells)))


def test_a_word_that_says_what_a_group_says_is_not_told_again() -> None:
    cells = world(2, worse=(3,))
    cells += [Cell("word", "sidewalk", *_of(one)[2:], one.due, one.failed) for one in cells if one.value == "3"]
    found = signals(cells)
    assert "3" in told(found)
    assert "sidewalk" not in told(found)


@given(st.randoms(use_true_random=False), st.integers(0, 30))
def test_the_order_of_what_is_counted_is_of_no_account(dice: random.Random, seed: int) -> None:
    cells = world(seed, worse=(3,))
    shuffled = dice.sample(cells, len(cells))
    assert [(one.what, one.value, one.failed) for one in signals(shuffled)] == [
        (one.what, one.value, one.failed) for one in signals(cells)
    ]


@given(st.lists(st.floats(0, 1), max_size=40))
def test_shares_are_those_of_benjamini_and_hochberg(chances: list[float]) -> None:
    assert false_shares(chances) == pytest.approx(list(stats.false_discovery_control(chances)) if chances else [])


@pytest.mark.parametrize("freedom", [3, 8, 25])
@pytest.mark.parametrize("t", [-1.0, 0.5, 2.0, 4.0])
def test_few_weeks_are_as_rare_as_student_says(t: float, freedom: int) -> None:
    assert stats.norm.sf(_as_normal(t, freedom)) == pytest.approx(stats.t.sf(t, freedom), rel=0.05)


@given(st.integers(0, 60), st.floats(0.01, 40))
def test_of_few_it_is_the_poisson_distribution(count: int, mean: float) -> None:
    assert _at_least(count, mean) == pytest.approx(stats.poisson.sf(count - 1, mean), abs=1e-9)


def test_of_nothing_nothing_is_told() -> None:
    assert signals([]) == ()
