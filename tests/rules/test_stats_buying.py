"""What people would have bought anyway: the published figures, what must hold of any, and groups that really differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.lives import SPAN, plain
from makegood.measurement.findings import Known, Outcome, Plan, Refused, Rung, Why
from makegood.measurement.rules.buying import Bought, Model, beyond, expected, fit, log_likelihood
from makegood.measurement.rules.estimate import Estimate, Numbers
from makegood.measurement.rules.groups import Rows, rows
from makegood.measurement.rules.ladder import climbed
from makegood.measurement.rules.paradox import only

WEEK = 7.0
# Table 2 of Fader, Hardie and Lee (2005), of 2,357 customers of a shop for music.
PUBLISHED = Model(0.243, 4.414, 0.793, 2.426)
PLAN = Plan(
    outcome=Outcome.BOUGHT, since=date(1971, 1, 1), before=date(1971, 8, 4), landmark_days=30, horizon_days=90,
    covariates=tuple(Known), margin=0.05, seed=3,
)  # fmt: skip


def someone(again: float, last: float, watched: float) -> Bought:
    """One person; weeks."""
    return Bought(np.array([again]), np.array([last * WEEK]), np.array([watched * WEEK]))


def lives(seed: int, model: Model, size: int, *, lift: float = 1.0, ahead: float = 91.0) -> tuple[Bought, Numbers]:
    """People drawn from the model, watched for ten weeks to a year, and how often they bought in the days after, in
    which they bought `lift` times as fast."""
    chance = np.random.default_rng(seed)
    rate, leaves = chance.gamma(model.r, 1 / model.alpha, size), chance.beta(model.a, model.b, size)
    watched = chance.uniform(10 * WEEK, 52 * WEEK, size)
    again, last, after = np.zeros(size), np.zeros(size), np.zeros(size)
    for one in range(size):
        now = chance.exponential(WEEK / rate[one])
        while now <= watched[one]:
            again[one], last[one] = again[one] + 1, now
            if chance.random() < leaves[one]:
                now = np.inf
            now += chance.exponential(WEEK / rate[one])
        if now < np.inf:
            # Who comes next comes at the new pace: the wait of a memoryless life begins anew at every instant.
            now = watched[one] + chance.exponential(WEEK / rate[one] / lift)
        while now <= watched[one] + ahead:
            after[one] += 1
            if chance.random() < leaves[one]:
                break
            now += chance.exponential(WEEK / rate[one] / lift)
    return Bought(again, last, watched), after


def both(seed: int, size: int, *, lift: float = 1.0) -> Estimate:
    """The group buys half as often again as the others, and `lift` times as often as before in the days after."""
    one, mine = lives(2 * seed, Model(1.2, 4.0, 0.8, 2.5), size, lift=lift)
    other, theirs = lives(2 * seed + 1, Model(0.8, 4.0, 0.8, 2.5), size)
    parts = ((getattr(one, name), getattr(other, name)) for name in ("again", "last", "watched"))
    group = np.repeat([True, False], size)
    return beyond(
        Bought(*map(np.concatenate, parts)), np.concatenate([mine, theirs]), group, np.arange(2 * size),
        ahead=(0.0, 91.0),
    )  # fmt: skip


def test_the_example_of_the_paper() -> None:
    found = expected(PUBLISHED, someone(2, 30.43, 38.86), np.array([39 * WEEK]))
    assert found[0] == pytest.approx(1.226, abs=0.0005)


def test_what_the_people_were_drawn_from_is_found_again() -> None:
    true = Model(0.8, 4.0, 0.8, 2.5)
    bought, after = lives(5, true, 6000)
    found = fit(bought)
    away = (np.log(found.model) - np.log(true)) / np.sqrt(np.diag(found.spread))
    assert np.abs(away).max() < 3
    assert log_likelihood(found.model, bought).sum() >= log_likelihood(true, bought).sum() - 0.5
    ahead = expected(found.model, bought, np.full(6000, 91.0))
    for many in range(4):
        some = bought.again == many
        assert ahead[some].mean() == pytest.approx(after[some].mean(), abs=4 * after[some].std() / some.sum() ** 0.5)


@given(
    st.builds(Model, *[st.floats(0.05, 8.0)] * 4), st.integers(0, 60), st.floats(0.0, 50.0), st.floats(0.0, 50.0),
    st.floats(0.5, 100.0), st.floats(0.5, 100.0),
)  # fmt: skip
def test_more_is_expected_of_longer_and_of_who_came_lately(
    model: Model, again: int, last: float, since: float, days: float, more: float
) -> None:
    bought = someone(again, last if again else 0.0, last + since)
    sooner, later = (expected(model, bought, np.array([each]))[0] for each in (days, days + more))
    assert 0 <= sooner <= later + 1e-9
    assert np.isfinite(log_likelihood(model, bought)).all()
    if again:
        lately = someone(again, last + since, last + since)
        assert expected(model, lately, np.array([days]))[0] >= sooner - 1e-9


def test_groups_that_only_bought_more_before_are_alike_and_a_gain_is_found() -> None:
    nothing = np.array([(one.value, one.error) for one in (both(seed, 500) for seed in range(30))])
    away = nothing[:, 0] / nothing[:, 1]
    assert abs(away.mean()) < 0.55
    assert (np.abs(away) > 1.96).sum() <= 5
    assert both(7, 1500, lift=1.5).low > 0


def test_nobody_who_never_bought_again_tells_anything() -> None:
    with pytest.raises(ValueError, match="bought again"):
        fit(Bought(np.zeros(200), np.zeros(200), np.full(200, 100.0)))


@pytest.fixture(scope="module")
def lived() -> Rows:
    """Half a year in which failing and putting right change nothing."""
    return rows(plain(4000, seed=2), replace(SPAN, monthly=Outcome.BOUGHT), seed=2)


def steps(of: Rows) -> dict[str, Rung | Refused]:
    return {one.method: one for one in climbed(of, Outcome.BOUGHT, PLAN)}


def test_a_report_tells_it_beside_the_verdict(lived: Rows) -> None:
    told = lived.buying[Outcome.BOUGHT]
    knows = ~np.isnan(told).any(axis=1)
    again, last, watched, after = told[knows].T
    assert ((last >= 0) & (last <= watched) & (watched <= 365)).all()
    assert (last[again == 0] == 0).all()
    assert ((after > 0) == (lived.outcomes[Outcome.BOUGHT][knows] > 0)).all()
    found = steps(lived)["bg_nbd"]
    assert isinstance(found, Rung)
    assert found.low < 0 < found.high
    assert steps(lived)["bg_nbd"] == found


def test_with_few_buyers_it_says_why_not(lived: Rows) -> None:
    some = np.random.default_rng(1).random(len(lived)) < 0.15
    found = steps(only(lived, some))["bg_nbd"]
    assert isinstance(found, Refused)
    assert found.why is Why.FEW_BUYERS
