"""Month by month before and after: what is there is found, whenever it began for whom, and nothing else is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.lives import SPAN, plain, triage
from makegood.measurement.findings import Asked, Known, Outcome, Plan, Why
from makegood.measurement.rules.download import read, same, write
from makegood.measurement.rules.estimate import Labels, Numbers, Yes
from makegood.measurement.rules.event_study import Study, event_study
from makegood.measurement.rules.groups import BEFORE, NEVER, PUT_RIGHT, Rows, rows
from makegood.measurement.rules.paradox import report
from tests.rules.measuring import as_printed, column, published, with_published, words

PLAN = Plan(
    outcome=Outcome.SPEND, since=date(1971, 1, 1), before=date(1971, 8, 4), landmark_days=30, horizon_days=90,
    covariates=tuple(Known), margin=1.0, seed=3,
)  # fmt: skip


@dataclass(frozen=True)
class Crowd:
    """People who were hit in one of five months, or had a day in it and were not."""

    series: Numbers
    cohort: Labels
    group: Yes
    known: Numbers
    cluster: Labels

    def studied(self, order: Labels | None = None) -> Study:
        of = np.arange(len(self.group)) if order is None else order
        return event_study(
            self.series[of], self.cohort[of], self.group[of], self.known[of], self.cluster[of], seed=1
        )  # fmt: skip


def crowd(seed: int, *, size: int = 1500, effect: float = 0.0, drift: float = 0.0, together: int = 1) -> Crowd:
    """Six months before and three after. Heavy users are hit more, and fall back as everybody does who bought much;
    the months have seasons; `effect` grows by itself in each month after, `drift` in every month."""
    chance = np.random.default_rng(seed)
    use = chance.normal(size=size)
    cohort, group = chance.integers(0, 5, size), chance.random(size) < 1 / (1 + np.exp(1.2 - 0.7 * use))
    month = np.arange(9)
    season = np.sin(cohort[:, None] + month)
    own = (5 + 2 * use)[:, None] * 0.97**month + season + chance.normal(size=(size, 9))
    luck = np.arange(size) // together
    own += 0.4 * (together > 1) * chance.normal(size=(luck.max() + 1, 9))[luck]
    after = np.maximum(month - BEFORE + 1, 0)
    return Crowd(own + group[:, None] * (effect * after + drift * month), cohort, group, use[:, None], luck)


@with_published
def test_it_is_the_published_figure_where_all_began_at_once() -> None:
    """With one cohort and everybody watched throughout, the mean of the months after minus that of the months before
    is the regression with effects of state and quarter: Kessler and Roth 2014, as `did_organ` has it."""
    quarters = ("Q42010", "Q12011", "Q22011", "Q32011", "Q42011", "Q12012")
    states = sorted(set(words("organ_donation.csv", "State")))
    series = np.empty((len(states), len(quarters)))
    cells = (words("organ_donation.csv", "State"), words("organ_donation.csv", "Quarter"))
    for state, quarter, rate in zip(*cells, column("organ_donation.csv", "Rate"), strict=True):
        series[states.index(state), quarters.index(quarter)] = rate
    one = np.zeros(len(states), dtype=np.int64)
    found = event_study(
        series, one, np.array([state == "California" for state in states]), np.empty((len(states), 0)),
        np.arange(len(states)), seed=1, before=3,
    )  # fmt: skip
    before = [each.value for at, each in zip(found.months, found.found, strict=True) if at < 0]
    assert found.after.value - sum(before) / 3 == as_printed(published("did_organ")["est"], 6)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), turned=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_says_nothing(seed: int, turned: object) -> None:
    whole = crowd(seed, size=300, effect=0.5)
    order = np.random.default_rng(turned.randint(0, 2**31)).permutation(300)  # type: ignore[attr-defined]
    one, other = whole.studied(), whole.studied(order)
    assert one.after.value == pytest.approx(other.after.value, abs=1e-9)
    assert one.apart == pytest.approx(other.apart, abs=1e-6)
    for mine, theirs in zip(one.found, other.found, strict=True):
        assert [mine.low, mine.high] == pytest.approx([theirs.low, theirs.high], abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), season=st.lists(st.floats(-50, 50), min_size=9, max_size=9))
def test_what_all_of_a_cohort_share_and_what_somebody_always_does_say_nothing(seed: int, season: list[float]) -> None:
    whole = crowd(seed, size=300)
    level = 10 * np.random.default_rng(seed).normal(size=(300, 1))
    moved = replace(whole, series=whole.series + level + whole.cohort[:, None] * np.array(season))
    one, other = (
        event_study(each.series, each.cohort, each.group, each.known[:, :0], each.cluster, seed=1)
        for each in (whole, moved)
    )
    assert one.after.value == pytest.approx(other.after.value, abs=1e-6)
    assert one.after.error == pytest.approx(other.after.error, abs=1e-6)


@pytest.mark.parametrize("together", [1, 10])
def test_where_nothing_is_there_it_says_so_nineteen_times_in_twenty(together: int) -> None:
    runs = [crowd(seed, together=together).studied() for seed in range(60)]
    # 60 draws of 5 in 100: more than eight come once in two hundred times.
    assert sum(one.after.p < 0.05 for one in runs) <= 8
    assert sum(not one.trusted for one in runs) <= 8
    assert sum(any(not each.low <= 0 <= each.high for each in one.found) for one in runs) <= 8


def test_what_began_for_each_in_their_own_month_is_found_in_every_month() -> None:
    runs = [crowd(seed, effect=0.5).studied() for seed in range(30)]
    # 0.5 in the first month after, 1 in the second, 1.5 in the third.
    assert np.mean([one.after.value for one in runs]) == pytest.approx(1.0, abs=0.03)
    by_month = np.mean([[each.value for each in one.found] for one in runs], axis=0)
    assert by_month == pytest.approx([0, 0, 0, 0, 0, 0.5, 1.0, 1.5], abs=0.06)
    assert sum(one.after.low <= 1.0 <= one.after.high for one in runs) >= 25
    assert runs[0].months == (-6, -5, -4, -3, -2, 1, 2, 3)


def test_who_was_on_the_way_already_is_told_apart() -> None:
    runs = [crowd(seed, drift=0.15).studied() for seed in range(10)]
    assert sum(not one.trusted for one in runs) >= 9


def found(some: Rows, plan: Plan = PLAN) -> Asked:
    asked = report(some, plan).of(plan.outcome)
    assert asked is not None
    return asked


def of_life(outcome: Outcome, seed: int = 1) -> Rows:
    return rows(plain(12_000, seed=seed), replace(SPAN, monthly=outcome), seed=seed)


@pytest.mark.parametrize("outcome", [Outcome.SPEND, Outcome.BOUGHT])
def test_it_stands_on_the_ladder_and_is_found_again_from_the_archive(tmp_path: Path, outcome: Outcome) -> None:
    some, plan = of_life(outcome), msgspec.structs.replace(PLAN, outcome=outcome, margin=0.1)
    (one,) = (rung for rung in found(some, plan).ladder if rung.method == "event_study")
    assert [month.at for month in one.months] == [-6, -5, -4, -3, -2, 1, 2, 3]
    whole = report(some, plan)
    write(tmp_path, 1, plan, whole, some)
    again_plan, written, again = read(tmp_path / "report.json")
    assert same(whole, written)
    assert same(report(again, again_plan), whole)
    assert "event_study" in (tmp_path / "figures.csv").read_text()


def test_months_of_which_nobody_knows_refuse_it() -> None:
    some = of_life(Outcome.SPEND)
    early = np.array(some.months[Outcome.SPEND])
    early[:, BEFORE - 3] = np.nan
    asked = found(replace(some, months={Outcome.SPEND: early}))
    assert "event_study" not in {one.method for one in asked.ladder}
    assert {one.method: one.why for one in asked.refused}["event_study"] is Why.FEW_MONTHS


def test_where_nothing_matters_months_say_nothing() -> None:
    """Whoever spends much is put right more readily, and leaves less to lose: at equal custom they go alike."""
    beyond = 0
    for seed in range(6):
        some = rows(triage(12_000, seed=seed), replace(SPAN, monthly=Outcome.SPEND), seed=seed)
        (one,) = (rung for rung in found(some).ladder if rung.method == "event_study")
        beyond += not one.low <= 0 <= one.high
        assert {NEVER, PUT_RIGHT} <= set(some.group)
    assert beyond <= 2
