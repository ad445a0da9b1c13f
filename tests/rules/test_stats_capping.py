"""Values far out: nobody's fortune is an effect, and a group's own spread is left to it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from makegood.measurement.findings import Said
from makegood.measurement.rules.capping import capped
from makegood.measurement.rules.estimate import Numbers, Yes
from makegood.measurement.rules.verdict import compare

SEEDS = st.integers(0, 10_000)


def of_two(seed: int, size: int = 4000, *, often: float = -2.2) -> tuple[Numbers, Yes, Numbers]:
    """Few of a group that differ three times as much among themselves, most of them a little down and some far up."""
    chance = np.random.default_rng(seed)
    use = chance.normal(size=size)
    group = chance.random(size) < expit(often + 0.5 * use)
    own = np.where(group, 3.0 * (chance.exponential(size=size) - 1), chance.normal(size=size))
    return 0.5 * use + own, group, use[:, None]


@given(seed=SEEDS, inside=st.booleans(), often=st.sampled_from([-5.0, -2.2, 2.0]))
def test_how_far_out_one_customer_lies_changes_nothing(seed: int, inside: bool, often: float) -> None:
    outcome, group, _known = of_two(seed, 600, often=often)
    if min(group.sum(), (~group).sum()) < 6:
        return
    top = int(np.argmax(np.where(group == inside, outcome, -np.inf)))
    one, other = outcome.copy(), outcome.copy()
    one[top], other[top] = 1e3, 1e12
    assert np.array_equal(capped(one, group), capped(other, group))
    assert capped(one, group)[top] < 200


@given(seed=SEEDS, often=st.sampled_from([-4.5, -2.2]))
def test_what_is_usual_stays_as_it_is(seed: int, often: float) -> None:
    outcome, group, _known = of_two(seed, often=often)
    moved = outcome - capped(outcome, group)
    for side in (group, ~group):
        error = outcome[side].std() / np.sqrt(side.sum())
        assert abs(moved[side].mean()) < 0.5 * error


@given(seed=SEEDS, buyers=st.integers(2, 40))
def test_what_hardly_anybody_does_is_not_held_to_nothing(seed: int, buyers: int) -> None:
    chance = np.random.default_rng(seed)
    spent, group = np.zeros(20_000), chance.random(20_000) < 0.2
    spent[chance.choice(np.flatnonzero(group), buyers, replace=False)] = 10 + chance.gamma(2, 20, buyers)
    held = capped(spent, group)
    assert (held > 0).sum() == buyers


@given(st.lists(st.integers(1, 5), min_size=2, max_size=50), st.data())
def test_steps_stay_as_they_are(steps: list[int], data: st.DataObject) -> None:
    values = np.array(steps, dtype=float)
    group = np.array(data.draw(st.lists(st.booleans(), min_size=len(steps), max_size=len(steps))))
    assert np.array_equal(capped(values, group), values)


def test_a_group_with_a_tail_of_its_own_is_not_called_below() -> None:
    # When half a per cent of everybody was held in at each end, 37 of 100 were called below.
    said = []
    for seed in range(100):
        outcome, group, known = of_two(seed, 8000)
        said.append(compare(outcome, group, known, np.arange(8000), margin=0.35).said)
    # A skewed mean of 870 leans a little to below: five per cent, and no more than chance makes of that.
    assert said.count(Said.BELOW) <= 11
    assert said.count(Said.ABOVE) <= 7
