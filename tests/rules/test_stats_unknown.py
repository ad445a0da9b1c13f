"""What is unknown of some: it misleads nobody, and where it is known of too few that is said."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from bench.foreign import FOREIGN
from makegood.measurement.findings import Group, Said, Why
from makegood.measurement.rules.estimate import Numbers, Yes
from makegood.measurement.rules.flexible import with_jumps
from makegood.measurement.rules.unknown import FEWEST, set_right
from makegood.measurement.rules.verdict import compare
from makegood.measurement.rules.weighting import Difference, difference, score_of


def found(outcome: Numbers, group: Yes, known: Numbers) -> tuple[Difference, Difference]:
    """As it is, and set right."""
    columns, alone = with_jumps(outcome, group, known), np.arange(len(group))
    plain = difference(outcome, group, columns, score_of(group, columns), alone)
    return plain, set_right(plain, outcome, group, known, alone)


@pytest.mark.parametrize("name", ["ties", "seldom_asked"])
def test_what_is_unknown_misleads_no_more(name: str) -> None:
    trials = [FOREIGN[name][0](8000, seed=seed) for seed in range(40)]
    pairs = [found(one.outcome, one.group, one.covariates) for one in trials]
    before, after = (np.array([pair[at].found.value for pair in pairs]) for at in (0, 1))
    # Of 40: as it is it stands clearly above zero, set right it does not.
    assert before.mean() > 2.5 * before.std() / np.sqrt(40)
    assert abs(after.mean()) < 3.3 * after.std() / np.sqrt(40)
    told = np.mean([pair[1].found.error for pair in pairs])
    assert 0.75 * after.std() < told < 1.35 * after.std()
    assert all(pair[1].found.error >= pair[0].found.error for pair in pairs)


def test_where_everything_is_known_nothing_is_set_right() -> None:
    trial = FOREIGN["complainers"][0](3000, seed=1)
    plain, right = found(trial.outcome, trial.group, trial.covariates)
    assert right is plain


def world(known: float, seed: int = 3) -> tuple[Numbers, Yes, Numbers]:
    """Use drives both; it is known of that share."""
    chance = np.random.default_rng(seed)
    use = chance.normal(size=8000)
    group = chance.random(8000) < expit(-1.5 + 0.8 * use)
    score = 1.5 * use + chance.normal(size=8000)
    return score, group, np.where(chance.random(8000) < known, use, np.nan)[:, None]


def test_where_it_is_known_of_too_few_that_is_what_is_missing() -> None:
    score, group, known = world(0.05)
    told = compare(score, group, known, np.arange(8000), margin=0.25, names=["use"])
    assert (told.said, told.why, told.found) == (Said.CANNOT_TELL, Why.UNKNOWN, None)
    (held,) = told.of(Group.PUT_RIGHT).held
    assert (held.name, held.known) == ("use", pytest.approx(0.05, abs=0.01))


def test_where_it_is_known_of_more_the_same_people_are_equal() -> None:
    score, group, known = world(0.6)
    assert compare(score, group, known, np.arange(8000), margin=0.25).said is Said.EQUIVALENT


def test_what_is_known_of_a_handful_teaches_nothing() -> None:
    score, group, known = world(1.0)
    known[np.flatnonzero(group)[FEWEST - 1 :]] = np.nan
    plain, right = found(score, group, known)
    assert right is plain
