"""The methods, each against a figure that somebody printed, or a world of which the truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.learning.rules.signals import false_shares
from makegood.measurement.rules import adjusted, power
from makegood.measurement.rules.control import p_chart, share_chart, xmr
from makegood.measurement.rules.estimate import alike, normal
from makegood.measurement.rules.many import holm
from makegood.measurement.rules.means import mean, mean_difference, shift, superiority, went_up
from makegood.measurement.rules.proportions import (
    change,
    net_promoters,
    share,
    share_difference,
    worst_case,
    worst_case_difference,
)
from makegood.measurement.rules.threshold import heaping, jump
from tests.rules.measuring import as_printed


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (power.for_shares(0.90, 0.95), 432),
        (power.for_shares(0.90, 0.92), 3211),
        (power.for_shares(0.80, 0.82), 6036),
        *((power.for_means(d), said) for d, said in ((0.5, 63), (0.3, 175), (0.2, 393), (0.1, 1570))),
        *((power.for_superiority(p), said) for p, said in ((0.60, 131), (0.55, 524), (0.53, 1454))),
        *(
            (power.for_net_promoters(points, promoters=0.5, detractors=0.2), said)
            for points, said in ((20, 240), (10, 958), (5, 3831))
        ),
        *(
            (round(power.promoter_half_width(n, promoters=0.5, detractors=0.2)), said)
            for n, said in ((50, 22), (100, 15), (400, 8), (1000, 5))
        ),
        (round(power.worth(5000, each=5000, alike=0.01)), 98),
        (round(power.worth(5000, each=5000, alike=0.05)), 20),
        (round(power.customers(393, failing=0.05, recovered=0.5, answering=0.2), -3), 79_000),
        (round(power.customers(1570, failing=0.05, recovered=0.5, answering=0.2), -3), 314_000),
    ],
)
def test_sizes_are_those_of_the_evidence(found: int, said: int) -> None:
    assert found == said


@given(n=st.integers(1, 400), part=st.floats(0, 1))
def test_a_share_lies_in_its_interval(n: int, part: float) -> None:
    found = share(round(n * part), n)
    assert 0 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 1


def test_wilson_covers_where_the_textbook_interval_does_not() -> None:
    drawn = np.random.default_rng(1).binomial(30, 0.9, 4000)
    intervals = {int(yes): share(int(yes), 30) for yes in np.unique(drawn)}
    covered = np.mean([intervals[int(yes)].low <= 0.9 <= intervals[int(yes)].high for yes in drawn])
    naive = [normal(yes / 30, math.sqrt(yes / 30 * (1 - yes / 30) / 30), 30) for yes in drawn]
    assert covered >= 0.94
    assert np.mean([one.low <= 0.9 <= one.high for one in naive]) <= 0.88


@pytest.mark.parametrize("counts", [(1, 0), (5, 3), (-1, 4)])
def test_a_share_of_nothing_is_refused(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="A share needs"):
        share(counts[0] if counts[1] else 0, counts[1])


def test_the_approval_of_a_prime_minister_fell() -> None:
    # Agresti, Categorical Data Analysis, table 10.1: 794, 150, 86, 570; the exact p of 86 in 236 is 3.7e-05.
    before = np.repeat([True, True, False, False], [794, 150, 86, 570])
    after = np.repeat([True, False, True, False], [794, 150, 86, 570])
    found = change(before, after)
    assert found.value == as_printed(-0.04)
    assert (found.low, found.high) == (as_printed(-0.0587), as_printed(-0.0212))
    assert found.p < 1e-4


def test_pain_after_surgery() -> None:
    # The example of Brunner and Munzel (2000) as R's lawstat prints it.
    active = np.array([1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1], dtype=float)
    control = np.array([3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4], dtype=float)
    found = superiority(control, active)
    assert (found.value, found.low, found.high) == (
        as_printed(0.788961, 6),
        as_printed(0.5952169),
        as_printed(0.9827052),
    )
    assert found.p == as_printed(0.005786, 6)


def test_groups_that_do_not_touch_are_no_certainty() -> None:
    found = superiority(np.full(10, 5.0), np.full(12, 1.0))
    assert found.value == 1
    assert found.low < 0.75


def test_net_promoters_are_a_difference_of_shares() -> None:
    scores = np.repeat([10.0, 8.0, 3.0], [200, 120, 80])
    found = net_promoters(scores)
    assert found.value == pytest.approx(30)
    assert found.high - found.value == pytest.approx(power.promoter_half_width(400, promoters=0.5, detractors=0.2))


def test_means_and_what_moved() -> None:
    chance = np.random.default_rng(2)
    before, after = chance.normal(5, 1, 300), chance.normal(5.5, 1, 300)
    assert mean(before, seed=3) == mean(before, seed=3)
    assert mean(before, seed=3).low < 5 < mean(before, seed=3).high
    assert mean_difference(after, before).low > 0.2
    assert shift(before, after).p < 0.001
    assert went_up(before, after).low > 0.5
    assert shift(before, before).p == 1


def test_whoever_is_silent_may_have_said_either() -> None:
    ours, theirs = worst_case(80, 100, 200), worst_case(70, 100, 100)
    assert (ours.low, ours.high, ours.answered) == (0.4, 0.9, 0.5)
    apart = worst_case_difference(ours, theirs)
    assert (apart.low, apart.high) == (pytest.approx(-0.3), pytest.approx(0.2))


def test_equivalent_is_more_than_not_different() -> None:
    few, many = share_difference((45, 50), (45, 50)), share_difference((4500, 5000), (4500, 5000))
    assert alike(few, 0.02) > 0.05 > alike(many, 0.02)
    with pytest.raises(ValueError, match="margin"):
        alike(many, 0)


def test_many_questions_cost_certainty() -> None:
    p = np.array([0.01, 0.02, 0.03, 0.04, 0.05])
    assert holm(p).tolist() == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    assert false_shares(p.tolist()) == pytest.approx([0.05] * 5)


def test_people_of_one_outage_are_few() -> None:
    chance = np.random.default_rng(4)
    cluster = np.repeat(np.arange(20), 250)
    values = chance.normal(size=20)[cluster] * 0.3 + chance.normal(size=5000)
    assert 0.03 < adjusted.intraclass(values, cluster) < 0.16
    assert adjusted.independent(values, cluster) < 500
    alone = np.arange(5000)
    assert adjusted.independent(values, alone) == 5000


def test_a_step_at_three_hours_is_found_and_clerks_who_round_up_are_too() -> None:
    chance = np.random.default_rng(5)
    late = chance.uniform(100, 260, 20_000)
    stays = 0.7 - 0.001 * (late - 180) + 0.1 * (late >= 180) + chance.normal(0, 0.3, 20_000)
    found = jump(late, stays, threshold=180, reach=60).effect
    assert found.low < 0.1 < found.high
    assert found.low > 0.05
    assert not heaping(late, threshold=180, width=5).heaped
    moved = np.where((late > 176) & (late < 180) & (chance.random(20_000) < 0.4), 181, late)
    assert heaping(moved, threshold=180, width=5).heaped
    with pytest.raises(ValueError, match="too few"):
        jump(late[:50], stays[:50], threshold=180, reach=5)


def test_limits_of_chance() -> None:
    # Wheeler: the mean moving range of 1, 3, 2, 4 is 5 ÷ 3.
    chart = xmr([1.0, 3.0, 2.0, 4.0])
    assert (chart.middle, chart.high[0] - chart.middle) == (2.5, pytest.approx(2.66 * 5 / 3))
    steady, sudden, n = [50, 48, 52, 49, 51, 50], [50, 48, 52, 49, 51, 80], [100] * 6
    assert not any(p_chart(steady, n).beyond)
    assert p_chart(sudden, n).beyond == (False,) * 5 + (True,)
    drifted = xmr([0.0, 1.0] * 6 + [1.4, 1.6] * 4)
    assert drifted.beyond[-1]
    # A hundredth up and down is beyond chance of a hundred thousand, and is how these always are.
    many, rest = [94_000, 95_000] * 4, [100_000] * 8
    assert any(p_chart(many, rest).beyond)
    assert not any(share_chart(many, rest).beyond)
    assert share_chart([*many, 80_000], [*rest, 100_000]).beyond[-1]
