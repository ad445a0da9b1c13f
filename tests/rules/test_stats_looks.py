"""Reading again and again: how often something is found that is not there, and how soon what is there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.measurement.findings import CROWD, Said
from makegood.measurement.rules.estimate import normal
from makegood.measurement.rules.groups import AS_FAILURES, NEVER, Rows, Span, lots, rows
from makegood.measurement.rules.looks import errors_at_any_time, p_at_any_time
from makegood.measurement.rules.odd_worlds import TRIALS, histories
from makegood.measurement.rules.power import for_equivalence, for_equivalence_at_any_time, times_at_any_time
from makegood.measurement.rules.sequential import alike_at_any_time, at_any_time
from makegood.measurement.rules.verdict import compare


def looked(name: str, size: int, seed: int, every: int, *, planned: int, effect: float = 0.0) -> list[Said]:
    """What is said at each look while people come, `every` so many of them."""
    one = TRIALS[name](size, seed=seed, effect=effect)
    return [
        compare(
            one.outcome[:n], one.group[:n], one.covariates[:n], one.cluster[:n], margin=one.margin, planned=planned
        ).said
        for n in range(every, size + 1, every)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "size", "every", "planned"),
    [("yes_no", 6000, 750, 900), ("steps", 8000, 1000, 1000), ("incidents", 12_000, 2000, 1200)],
)
def test_however_often_one_looks_nothing_is_found_that_is_not_there(
    name: str, size: int, every: int, planned: int
) -> None:
    runs = [looked(name, size, seed, every, planned=planned) for seed in range(40)]
    # Of 40 runs with 2.5 in 100 false on this side, more than these come once in a thousand times.
    assert sum(Said.ABOVE in said for said in runs) <= 5
    # Looked at in the same way by intervals that hold once, chance alone shows something far more often.
    assert all(len(said) >= 6 for said in runs)


def test_a_walk_of_two_years_seldom_leaves_the_interval() -> None:
    """2,000 reports in which nothing is there, looked at after each 20 people put right, a hundred times."""
    chance, looks = np.random.default_rng(11), 20.0 * np.arange(1, 101)
    walks = np.cumsum(chance.normal(size=(2000, 100)) * np.sqrt(20.0), axis=1) / np.sqrt(looks)
    seen = looks >= CROWD
    for planned in (300, 1000, 4000):
        reach = np.array([errors_at_any_time(n, planned=planned) for n in looks])
        above = (walks > reach)[:, seen].any(axis=1).mean()
        either = (np.abs(walks) > reach)[:, seen].any(axis=1).mean()
        assert above <= 0.03, planned
        assert either <= 0.05, planned
    assert (walks > 1.96)[:, seen].any(axis=1).mean() > 0.08, "by the usual interval"


@pytest.mark.parametrize(("effect", "said"), [(0.12, Said.ABOVE), (-0.12, Said.BELOW)])
def test_what_is_there_is_found_and_often_before_the_end(effect: float, said: Said) -> None:
    runs = [looked("yes_no", 9000, seed, 1500, planned=1200, effect=effect) for seed in range(10)]
    assert sum(said in run for run in runs) >= 9
    assert any(said in run[:4] for run in runs)


def test_so_many_as_are_stated_show_equality_four_times_in_five() -> None:
    planned = 1
    for _round in range(20):
        planned = for_equivalence_at_any_time(1.0, 0.2, planned=planned)
    chance, error = np.random.default_rng(5), np.sqrt(2 / planned)
    found = [normal(float(value), float(error), 2 * planned) for value in error * chance.normal(size=2000)]
    power = np.mean([alike_at_any_time(one, 0.2, planned=planned, n=planned) < 0.05 for one in found])
    assert 0.78 <= power <= 0.82
    assert planned / for_equivalence(1.0, 0.2) == pytest.approx(times_at_any_time(), rel=0.02)
    assert 2.1 < times_at_any_time() < 2.2


@given(st.floats(0.0, 8.0), st.floats(10, 1e6), st.integers(300, 100_000))
def test_the_p_value_and_the_interval_say_the_same(errors: float, n: float, planned: int) -> None:
    found = at_any_time(normal(errors, 1.0, 2), planned=planned, n=n)
    reach = errors_at_any_time(n, planned=planned)
    if abs(errors - reach) > 1e-9:
        assert (found.p < 0.05) == (found.low > 0) == (errors > reach)
    assert p_at_any_time(errors, n, planned=planned) <= 1.0


@given(st.integers(0, 2**31), st.integers(1, 400))
def test_a_lot_is_the_same_whoever_else_is_there(seed: int, more: int) -> None:
    customer, at = np.arange(500), np.linspace(0, 90, 500)
    assert (lots(seed, customer, at)[:more] == lots(seed, customer[:more], at[:more])).all()


def test_lots_are_even() -> None:
    drawn = lots(7, np.repeat(np.arange(1000), 20), np.tile(np.arange(20.0), 1000))
    assert np.histogram(drawn, bins=10, range=(0, 1))[0].max() < 2200
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.03


def test_whoever_was_among_the_never_failed_stays_there_as_people_come() -> None:
    history = histories(12_000, seed=5)

    def never(days: float) -> dict[int, float]:
        found: Rows = rows(history, Span(365.0, days, 30.0, 90.0, AS_FAILURES), seed=7)
        of = found.group == NEVER
        return dict(zip(found.customer[of].tolist(), found.index[of].tolist(), strict=True))

    early, late = never(395.0), never(415.0)
    assert sum(late.get(who) == at for who, at in early.items()) > 0.9 * len(early)
