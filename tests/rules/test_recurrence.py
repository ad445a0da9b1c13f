"""Whether an improvement held is told exactly, and rarely by chance."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from makegood.learning.rules.recurrence import Count, Judged, State, Why, judge, look_due, ratio_of

FEW = st.integers(0, 400)


@given(st.integers(1, 10**6), FEW, st.integers(1, 10**6), FEW)
def test_the_interval_is_the_exact_one(due: int, failed: int, since_due: int, since_failed: int) -> None:
    found = ratio_of(Count(due, failed), Count(since_due, since_failed))
    if not failed + since_failed:
        assert found is None
        return
    assert found is not None
    share = binomtest(since_failed, failed + since_failed).proportion_ci(0.95, "exact")
    odds = due / since_due
    assert found.low == pytest.approx(odds * share.low / (1 - share.low), rel=1e-6, abs=1e-9)
    if share.high < 1:
        assert found.high == pytest.approx(odds * share.high / (1 - share.high), rel=1e-6)
    else:
        assert found.high == math.inf
    assert found.value is None or found.low <= found.value <= found.high


def test_it_is_the_interval_that_others_print() -> None:
    # R, help of poisson.test: 11 cases in 800 person-years against 21 in 3,011.
    found = ratio_of(Count(3011, 21), Count(800, 11))
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((1.971488, 0.8584264, 4.2772659), rel=1e-6)


def test_per_thousand_and_looks() -> None:
    assert Count(500, 4).per_thousand == 8
    assert Count(0, 0).per_thousand is None
    assert [look_due(due, 200) for due in (0, 199, 200, 650)] == [0, 0, 1, 3]


BEFORE = Count(2000, 80)


def found(since: Count, *, unsolved: int = 0, season: tuple[Count, Count] | None = None, look: int = 1) -> Judged:
    return judge(BEFORE, since, unsolved=unsolved, season=season, less_by=50, exposure=1000, look=look)


@pytest.mark.parametrize(
    ("since", "more", "state", "why"),
    [
        (Count(999, 0), {}, State.LIVE, Why.TOO_EARLY),
        (Count(1000, 10), {}, State.HELD, Why.FEWER),
        (Count(1000, 28), {}, State.LIVE, Why.CHANCE),
        (Count(1000, 60), {}, State.CAME_BACK, Why.AS_BEFORE),
        (Count(1000, 10), {"unsolved": 25}, State.LIVE, Why.UNSOLVED),
        (Count(1000, 60), {"unsolved": 25}, State.CAME_BACK, Why.AS_BEFORE),
        (Count(1000, 10), {"season": (Count(2000, 80), Count(1000, 12))}, State.LIVE, Why.SEASON),
        (Count(1000, 10), {"season": (Count(2000, 80), Count(1000, 40))}, State.HELD, Why.FEWER),
        (Count(1999, 20), {"look": 2}, State.LIVE, Why.TOO_EARLY),
    ],
)
def test_the_verdict(since: Count, more: dict[str, object], state: State, why: Why) -> None:
    assert found(since, **more) == Judged(state, why)  # type: ignore[arg-type]


def test_what_changes_nothing_rarely_holds_however_often_it_is_looked_at() -> None:
    """200 changes that change nothing, each looked at ten times: at most one in twenty is ever said to have held."""
    chance = random.Random(7)
    held = 0
    for _ in range(200):
        before = Count(1000, sum(chance.random() < 0.02 for _ in range(1000)))
        failed, ever = 0, False
        for look in range(1, 11):
            failed += sum(chance.random() < 0.02 for _ in range(200))
            since = Count(200 * look, failed)
            ever |= (
                judge(before, since, unsolved=0, season=None, less_by=10, exposure=200, look=look).state is State.HELD
            )
        held += ever
    assert held <= 10
