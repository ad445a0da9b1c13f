"""What adjusting, weighting, landmarks and patience do where the naive figure lies: worlds whose truth is known."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.measurement.rules import adjusted, weighting
from makegood.measurement.rules.estimate import normal
from makegood.measurement.rules.means import mean_difference
from makegood.measurement.rules.sequential import at_any_time, share_at_any_time, share_difference_at_any_time
from makegood.measurement.rules.survival import half_gone, hazards, leaving, staying, stretches
from tests.rules.measuring import as_printed

World = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def heavy_users() -> World:
    """People of whom the heavier users are failed more often and stay more: outcome, group, covariates, cluster.

    The truth is 0.2 for each.
    """
    chance = np.random.default_rng(11)
    use = chance.normal(size=(8000, 2))
    group = chance.random(8000) < 1 / (1 + np.exp(1.5 - use[:, 0]))
    return 0.2 * group + 0.6 * use[:, 0] + chance.normal(size=8000), group, use, np.arange(8000)


@pytest.mark.parametrize("method", [adjusted.ancova, weighting.doubly_robust])
def test_what_heavier_use_explains_is_taken_out(heavy_users: World, method: object) -> None:
    outcome, group, _use, _cluster = heavy_users
    assert mean_difference(outcome[group], outcome[~group]).low > 0.5
    found = method(*heavy_users)
    assert found.low < 0.2 < found.high
    assert found.error < 0.05


def test_shares_are_adjusted_too(heavy_users: World) -> None:
    _outcome, group, use, cluster = heavy_users
    stays = np.random.default_rng(18).random(8000) < 1 / (1 + np.exp(-1 - use[:, 0]))
    assert stays[group].mean() - stays[~group].mean() > 0.1
    for found in (
        adjusted.logistic(stays, group, use, cluster),
        weighting.doubly_robust(stays.astype(float), group, use, cluster),
    ):
        assert found.low < 0 < found.high
    steps = np.digitize(use[:, 0] + 0.5 * group + np.random.default_rng(19).logistic(size=8000), [-1, 0, 1])
    found = adjusted.ordered_logit(steps, group, use, np.arange(len(steps)))
    assert found.low < 0.5 < found.high


def test_a_score_of_any_value_is_ordered_like_its_steps() -> None:
    """Thousands of different values are a few steps, in their order, and tell the same odds."""
    chance = np.random.default_rng(23)
    group = chance.random(6000) < 0.3
    score = 0.5 * group + chance.logistic(size=6000)
    steps = adjusted.steps_of(score, 11)
    assert len(np.unique(steps)) == 11
    assert np.all(np.diff(steps[np.argsort(score, kind="stable")]) >= 0)
    nothing = chance.normal(size=(6000, 1))
    found = adjusted.ordered_logit(steps, group, nothing, np.arange(6000))
    assert found.low < 0.5 < found.high
    few = np.array([3.0, 1.0, 3.0, 9.0])
    assert adjusted.steps_of(few, 11).tolist() == [1, 0, 1, 2]


def test_one_incident_is_one_witness() -> None:
    chance = np.random.default_rng(14)
    cluster = np.concatenate([np.repeat(np.arange(10), 200), 10 + np.arange(2000)])
    group = np.arange(4000) < 2000
    outcome = 0.5 * chance.normal(size=2010)[cluster] + chance.normal(size=4000)
    nothing = np.zeros((4000, 1)) + chance.normal(size=(4000, 1))
    alone = adjusted.ancova(outcome, group, nothing, np.arange(4000))
    together = adjusted.ancova(outcome, group, nothing, cluster)
    assert together.error > 2 * alone.error
    assert weighting.doubly_robust(outcome, group, nothing, cluster).error > 2 * alone.error


def test_balance_and_overlap_say_how_well_it_went(heavy_users: World) -> None:
    _outcome, group, use, _cluster = heavy_users
    score = weighting.propensity(group, use)
    weight = weighting.weights(group, score)
    table = weighting.balance(("use", "luck"), group, use, weight)
    assert table[0].before > 0.5
    assert all(one.balanced for one in table)
    found = weighting.overlap(group, score, weight)
    assert found.share > 0.98
    assert 500 < found.effective < 6000
    apart = use[:, 0] > 1
    score = weighting.propensity(apart, use)
    assert weighting.overlap(apart, score, weighting.weights(apart, score)).share < 0.5


def test_what_it_takes_to_explain_an_effect_away() -> None:
    # VanderWeele and Ding (2017): a risk ratio of 3.9 needs 7.26.
    assert weighting.e_value(3.9) == as_printed(7.26, 2)
    assert weighting.e_value(1 / 3.9) == as_printed(7.26, 2)


def test_living_until_the_recovery_is_no_merit() -> None:
    chance = np.random.default_rng(15)
    leaves, recovery = chance.exponential(50, 20_000), chance.exponential(4, 20_000)
    recovered = (chance.random(20_000) < 0.6) & (recovery < leaves)
    time, left = np.minimum(np.ceil(leaves), 52), leaves < 52
    naive = [staying(time[of], left[of], at=26).value for of in (recovered, ~recovered)]
    assert naive[0] - naive[1] > 0.08
    early = recovered & (recovery <= 8)
    fair = [staying(time[of], left[of], at=26, landmark=8) for of in (early, ~early)]
    assert abs(fair[0].value - fair[1].value) < 0.02
    assert all(one.low < math.exp(-18 / 50) < one.high for one in fair)


def test_being_recovered_counts_from_the_day_on() -> None:
    chance = np.random.default_rng(20)
    leaves, recovery = chance.exponential(50, 3000), chance.exponential(4, 3000)
    changed = (chance.random(3000) < 0.6) & (recovery < leaves)
    gone = np.ones(3000, dtype=bool)
    of = stretches(leaves, gone, np.where(changed, recovery, np.nan))
    (fair,) = hazards(of.stop, of.left, of.changed.astype(float)[:, None], start=of.start, cluster=of.row)
    (naive,) = hazards(leaves, gone, changed.astype(float)[:, None])
    assert fair.low < 0 < fair.high
    assert naive.high < -0.1


@given(
    people=st.lists(
        st.tuples(st.integers(1, 60), st.booleans(), st.one_of(st.just(math.nan), st.integers(-5, 70))),
        min_size=1, max_size=30,
    )
)  # fmt: skip
def test_stretches_add_up_to_the_time_that_people_were_watched(people: list[tuple[int, bool, float]]) -> None:
    stop, left, since = (np.array(one) for one in zip(*people, strict=True))
    of = stretches(stop.astype(float), left, since.astype(float))
    assert (of.stop > of.start).all()
    assert np.bincount(of.row, of.stop - of.start).tolist() == stop.tolist()
    assert np.bincount(of.row, of.left).tolist() == left.astype(float).tolist()
    changed = np.bincount(of.row, (of.stop - of.start) * of.changed)
    assert changed.tolist() == np.nan_to_num(np.clip(stop - np.maximum(since, 0), 0, None)).tolist()


def test_hearts_of_stanford() -> None:
    """Cox as things change, on the heart transplants of Stanford (Crowley and Hu 1977; 103 patients in 172 stretches):
    coefficients and errors as lifelines 0.30.3 finds them, whose copy of the data this is, to six digits. Several had
    their transplant on the day on which another died: at risk in it they still are as they were before."""
    with (Path(__file__).parent / "stanford_heart.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    told = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    covariates = np.column_stack([told[name] for name in ("age", "year", "surgery", "transplant")])
    found = hazards(told["stop"], told["event"] == 1, covariates, start=told["start"])
    assert [one.value for one in found] == [as_printed(said) for said in (0.0272, -0.1463, -0.6372, -0.0103)]
    assert [one.error for one in found] == [as_printed(said) for said in (0.0137, 0.0705, 0.3672, 0.3138)]


def test_who_is_lost_to_something_else_can_no_longer_leave() -> None:
    """Ten people: left after 1, 3 and 6, lost after 2 and 4, one out of sight after 5."""
    time = np.array([1, 2, 3, 4, 5, 6, 9, 9, 9, 9], dtype=float)
    left, lost = np.isin(time, (1, 3, 6)), np.isin(time, (2, 4))
    by_hand = 1 / 10 + (9 / 10) * (8 / 9) * (1 / 8) + (9 / 10) * (8 / 9) * (7 / 8) * (6 / 7) * (1 / 5)
    found = leaving(time, left, lost, at=8)
    assert found.value == pytest.approx(by_hand)
    assert found.low < found.value < found.high
    # As if the lost could still leave, more would.
    assert found.value < 1 - staying(time, left, at=8).value
    assert leaving(time, left, lost, at=0.5).value == 0


@given(
    st.lists(st.tuples(st.integers(1, 40), st.sampled_from(["left", "lost", "there"])), min_size=2, max_size=40),
    st.integers(1, 40),
)
def test_those_there_those_who_left_and_those_lost_are_all(people: list[tuple[int, str]], at: int) -> None:
    time = np.array([one for one, _end in people], dtype=float)
    left, lost = (np.array([end == name for _time, end in people]) for name in ("left", "lost"))
    there = staying(time, left | lost, at=at).value
    assert there + leaving(time, left, lost, at=at).value + leaving(time, lost, left, at=at).value == pytest.approx(1)


def test_nobody_left_and_nobody_gone() -> None:
    with pytest.raises(ValueError, match="landmark"):
        staying(np.array([1.0, 2.0]), np.array([True, True]), at=5, landmark=3)
    stayed = staying(np.array([9.0, 9.0]), np.array([False, False]), at=5)
    assert (stayed.value, stayed.n) == (1, 2)
    assert math.isnan(half_gone(np.array([9.0, 9.0, 8.0]), np.array([False, False, True])).value)


def test_looking_every_week_raises_no_false_alarm() -> None:
    """500 firms, a question that has no answer, a look in each of 26 weeks at 40 more customers of both groups."""
    chance = np.random.default_rng(17)
    yes = np.cumsum(chance.binomial(40, 0.9, (500, 26, 2)), axis=1)
    n = 40 * np.arange(1, 27)
    p = yes / n[None, :, None]
    spread = np.sqrt((p * (1 - p) / n[None, :, None]).sum(axis=2))
    z = np.abs(p[..., 0] - p[..., 1]) / np.where(spread > 0, spread, 1)
    assert (z > 1.96).any(axis=1).mean() > 0.2
    alarms = shares = middles = 0
    for firm in range(500):
        pairs = [((int(a), int(m)), (int(b), int(m))) for (a, b), m in zip(yes[firm], n, strict=True)][::3]
        alarms += any(not (one.low <= 0 <= one.high) for one in (share_difference_at_any_time(*pair) for pair in pairs))
        shares += any(not (one.low <= 0.9 <= one.high) for one in (share_at_any_time(*pair[0]) for pair in pairs))
        seen = [at_any_time(normal(a[0] / a[1] - b[0] / b[1], 0.3 * math.sqrt(2 / a[1]), a[1] + b[1]), planned=2080)
                for a, b in pairs]  # fmt: skip
        middles += any(not (one.low <= 0 <= one.high) for one in seen)
    assert alarms <= 25
    assert shares <= 25
    assert middles <= 25


def test_patience_finds_what_is_there() -> None:
    found = share_difference_at_any_time((4750, 5000), (4500, 5000))
    assert found.low > 0
    one = share_at_any_time(450, 500)
    assert one.low < share_at_any_time(4500, 5000).low < 0.9 < one.high
    assert (share_at_any_time(0, 0).low, share_at_any_time(0, 0).high) == (0, 1)
    assert share_at_any_time(20, 20).high == 1
    assert share_at_any_time(0, 20).low == 0
