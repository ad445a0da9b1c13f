"""What may be said of an experiment, and how often it is said wrongly."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.measurement.rules import proportions, shares
from makegood.measurement.rules.experiments import (
    FEWEST,
    Counted,
    Eligible,
    Ended,
    Reading,
    Said,
    arm_of,
    compared,
    needed,
    overlaps,
    stopped,
    verdict,
)


@given(st.integers(1, 500), st.integers(1, 500), st.floats(0, 1), st.floats(0, 1))
def test_the_light_intervals_are_those_of_the_library(n: int, m: int, part: float, other: float) -> None:
    a, b = (round(n * part), n), (round(m * other), m)
    heavy = proportions.share(*a)
    assert shares.interval(*a) == pytest.approx((heavy.low, heavy.high), abs=1e-9)
    known = proportions.share_difference(a, b)
    assert shares.difference(a, b) == pytest.approx((known.value, known.low, known.high), abs=1e-6)


def test_sizes_are_those_of_the_evidence() -> None:
    assert needed(expected=90, effect=5, arms=2, reading=Reading.AT_END) == 683, "90 against 85 needs more than 95"
    assert needed(expected=97, effect=5, arms=2, reading=Reading.AT_END) == 323, "only one way lies within 100 %"
    at_end = needed(expected=60, effect=10, arms=2, reading=Reading.AT_END)
    assert at_end < needed(expected=60, effect=10, arms=3, reading=Reading.AT_END)
    assert at_end < needed(expected=60, effect=10, arms=2, reading=Reading.ANY_TIME)


@given(st.text(max_size=20), st.integers(1, 10**9), st.integers(2, 4))
def test_an_arm_is_the_same_whenever_it_is_asked(salt: str, customer: int, arms: int) -> None:
    found = arm_of(salt, f"customer:{customer}", arms)
    assert found == arm_of(salt, f"customer:{customer}", arms)
    assert 0 <= found < arms


def test_arms_are_alike_in_size_and_know_nothing_of_each_other() -> None:
    first = [arm_of("a", f"customer:{one}", 2) for one in range(10_000)]
    second = [arm_of("b", f"customer:{one}", 2) for one in range(10_000)]
    assert abs(sum(first) - 5_000) < 200
    assert abs(sum(one == other for one, other in zip(first, second, strict=True)) - 5_000) < 200


def test_what_could_be_in_both_overlaps() -> None:
    every, late = Eligible((), (), 1, 4), Eligible(("late",), (), 1, 2)
    assert overlaps(every, late)
    assert not overlaps(late, Eligible(("wrong",), (), 1, 4))
    assert not overlaps(late, Eligible((), (), 3, 4))
    assert not overlaps(Eligible((), ("delivery",), 1, 4), Eligible((), ("refund",), 1, 4))


def _until_it_ends(seed: int, usual: float, other: float, planned: int) -> tuple[Ended, Said]:
    """Looked at daily, ten more in each arm a day."""
    lot = random.Random(seed)
    a, b = 0, 0
    for n in range(1, planned + 1):
        a, b = a + (lot.random() < usual), b + (lot.random() < other)
        if n % 10 and n < planned:
            continue
        arms = [Counted(n, n, a), Counted(n, n, b)]
        rule = stopped(arms, reading=Reading.ANY_TIME, planned=planned, over=False)
        if rule is not None:
            said = verdict(
                arms[1], arms[0], reading=Reading.ANY_TIME, planned=planned, arms=2, effect=10, ended=rule
            ).said
            return rule, said
    raise AssertionError("it ends by its size")


def test_looking_every_day_finds_nothing_where_nothing_is() -> None:
    planned = needed(expected=80, effect=10, arms=2, reading=Reading.ANY_TIME)
    ends = [_until_it_ends(seed, 0.8, 0.8, planned) for seed in range(400)]
    false = sum(said in (Said.ABOVE, Said.BELOW) for _, said in ends)
    assert false / 400 <= 0.05


def test_it_finds_what_it_was_sized_for_and_harm_sooner() -> None:
    planned = needed(expected=80, effect=10, arms=2, reading=Reading.ANY_TIME)
    found = [_until_it_ends(seed, 0.8, 0.9, planned)[1] for seed in range(200)]
    assert sum(said is Said.ABOVE for said in found) / 200 >= 0.8
    harmed = [_until_it_ends(seed, 0.8, 0.6, planned) for seed in range(100)]
    assert sum(one == (Ended.HARM, Said.BELOW) for one in harmed) >= 95


def test_nothing_is_said_before_its_time() -> None:
    usual, arm = Counted(400, 200, 100), Counted(400, 200, 180)
    said = verdict(arm, usual, reading=Reading.AT_END, planned=300, arms=2, effect=10, ended=None)
    assert (said.said, said.found, said.missing) == (Said.TOO_FEW, None, 100)
    few = Counted(FEWEST - 1, FEWEST - 1, 0), Counted(FEWEST - 1, FEWEST - 1, FEWEST - 1)
    assert stopped(few, reading=Reading.ANY_TIME, planned=300, over=False) is None
    by_hand = verdict(arm, usual, reading=Reading.AT_END, planned=300, arms=2, effect=10, ended=Ended.BY_HAND)
    assert (by_hand.said, by_hand.found) == (Said.NOTHING, None)


@pytest.mark.parametrize(
    ("yes", "ended", "said"),
    [
        (260, Ended.SIZE, Said.ABOVE), (140, Ended.SIZE, Said.BELOW), (205, Ended.SIZE, Said.EQUIVALENT),
        (222, Ended.SIZE, Said.UNCLEAR),
    ],
)  # fmt: skip
def test_the_end_says_one_of_few_things(yes: int, ended: Ended, said: Said) -> None:
    usual, arm = Counted(400, 400, 200), Counted(400, 400, yes)
    found = verdict(arm, usual, reading=Reading.AT_END, planned=400, arms=2, effect=10, ended=ended)
    assert found.said is said
    assert compared(arm, usual, reading=Reading.AT_END, planned=400, arms=2) == found.found


def test_a_date_that_comes_too_early_says_how_many_more() -> None:
    usual, arm = Counted(60, 60, 30), Counted(60, 60, 35)
    found = verdict(arm, usual, reading=Reading.AT_END, planned=400, arms=2, effect=10, ended=Ended.DATE)
    assert (found.said, found.missing) == (Said.TOO_FEW, 340)
