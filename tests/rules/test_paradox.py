"""The report in worlds whose truth is known: nothing is claimed that is not there, and what is there is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from makegood.measurement.findings import Asked, Group, Known, Outcome, Plan, Said, Why
from makegood.measurement.rules.groups import NEVER, PUT_RIGHT, Rows, Span, rows
from makegood.measurement.rules.matching import CALIPER, pairs
from makegood.measurement.rules.odd_worlds import KNOWN_DAYS, TRIALS, histories
from makegood.measurement.rules.paradox import report, sizes
from makegood.measurement.rules.threshold import bandwidth
from makegood.measurement.rules.verdict import Verdict, compare

PLAN = Plan(
    outcome=Outcome.STAYED, since=date(1971, 1, 1), before=date(1971, 3, 1), landmark_days=30, horizon_days=90,
    covariates=tuple(Known), margin=0.06, seed=3,
)  # fmt: skip
SPAN = Span(KNOWN_DAYS, KNOWN_DAYS + 55, 30.0, 90.0)


def judged(name: str, size: int, seed: int, effect: float = 0.0) -> Verdict:
    trial = TRIALS[name](size, seed=seed, effect=effect)
    return compare(trial.outcome, trial.group, trial.covariates, trial.cluster, margin=trial.margin)


@pytest.mark.parametrize(
    ("name", "size", "seeds"),
    [("yes_no", 9000, 20), ("incidents", 20_000, 20), ("bent_use", 12_000, 10), ("steps", 12_000, 20),
     ("heavy_tails", 9000, 20), ("silence", 20_000, 10), ("few_leave", 6000, 40), ("yes_no", 300, 20),
     ("heavy_tails", 60, 20)],
)  # fmt: skip
def test_nothing_is_claimed_that_is_not_there(name: str, size: int, seeds: int) -> None:
    said = [judged(name, size, seed).said for seed in range(seeds)]
    # With 2.5 in 100 false on this side, more than these come once in a thousand runs.
    assert said.count(Said.ABOVE) <= {10: 3, 20: 4, 40: 5}[seeds]
    # Where there are too few nothing can be claimed; with enough of them something must have been said.
    assert size < 1000 or said.count(Said.TOO_FEW) < seeds


@pytest.mark.parametrize(("name", "size", "effect"), [("yes_no", 9000, 0.1), ("steps", 12_000, 0.25)])
def test_what_is_there_is_found(name: str, size: int, effect: float) -> None:
    said = [judged(name, size, seed, effect).said for seed in range(5)]
    assert said.count(Said.ABOVE) >= 4


def test_those_who_keep_silent_forbid_a_verdict() -> None:
    found = judged("silence", 20_000, 1)
    assert (found.said, found.why) == (Said.CANNOT_TELL, Why.SILENCE)
    assert found.least is not None
    assert found.most is not None
    assert found.least < 0 < found.most


def told(seed: int, effect: float = 0.0, size: int = 30_000) -> Rows:
    return rows(histories(size, seed=seed, effect=effect), SPAN, seed=seed)


def asked(found: Rows, outcome: Outcome) -> Asked:
    whole = report(found, PLAN).of(outcome)
    assert whole is not None
    return whole


def said(found: Asked, group: Group) -> Said:
    return next(one.said for one in found.compared if one.group is group)


def test_in_a_history_nobody_put_right_is_better_off_unless_they_are() -> None:
    runs = [report(told(seed), PLAN) for seed in range(4)]
    above = dict.fromkeys((Outcome.STAYED, Outcome.BOUGHT, Outcome.SPEND), 0)
    for run in runs:
        for one in run.asked:
            above[one.outcome] += said(one, Group.PUT_RIGHT) is Said.ABOVE
    assert max(above.values()) <= 2, above
    found = [said(asked(told(seed, 0.5), Outcome.STAYED), Group.PUT_RIGHT) for seed in range(2)]
    assert Said.ABOVE in found
    assert Said.BELOW not in found


def test_in_a_history_the_naive_look_shows_the_paradox() -> None:
    found = told(5, size=30_000)
    right, never = found.group == PUT_RIGHT, found.group == NEVER
    exposure = found.covariates[Known.EXPOSURE]
    assert exposure[right].mean() > exposure[never].mean() - 0.5
    history = histories(30_000, seed=5)
    # Raw: everybody ever put right against everybody never failed, still there at the end.
    whose, done = history.failures.customer, ~np.isnan(history.cases.fulfilled)
    gone = np.zeros(30_000, dtype=bool)
    gone[history.left.customer] = True
    failed = np.zeros(30_000, dtype=bool)
    failed[whose] = True
    assert (~gone)[whose[done]].mean() - (~gone)[~failed].mean() > 0.1


def test_the_same_rows_and_seed_give_the_same_figures() -> None:
    assert report(told(4), PLAN) == report(told(4), PLAN)


def test_before_it_opens_only_people_are_counted() -> None:
    counted = {one.group: one for one in sizes(told(2), PLAN)}
    assert counted[Group.NEVER].people > counted[Group.PUT_RIGHT].people > 0
    assert counted[Group.PUT_RIGHT].needed > 100


def test_every_rung_of_the_ladder_is_climbed() -> None:
    methods = {one.method for one in asked(told(1), Outcome.STAYED).ladder}
    assert methods == {"raw", "logistic", "matching", "kaplan_meier", "cox"}


def test_whoever_was_lost_otherwise_is_told_apart_from_whoever_left() -> None:
    whole = told(1)
    moved = np.random.default_rng(1).random(len(whole)) < 0.1
    some = replace(whole, left=whole.left & ~moved, lost=moved)
    found = {one.group: one for one in asked(some, Outcome.STAYED).ladder if one.method == "aalen_johansen"}
    assert set(found) == {Group.NEVER, Group.PUT_RIGHT}
    assert all(0 < one.low < one.value < one.high < 1 for one in found.values())


def test_pairs_are_near_and_nobody_is_taken_twice() -> None:
    chance = np.random.default_rng(1)
    score = 1 / (1 + np.exp(-chance.normal(size=3000)))
    group = chance.random(3000) < score / 3
    found = pairs(group, score, seed=2)
    logit = np.log(score / (1 - score))
    assert len(set(found.others.tolist())) == len(found.others)
    assert np.abs(logit[found.group] - logit[found.others]).max() <= CALIPER * logit.std()
    assert len(found.group) + found.unmatched == group.sum()


def test_the_bandwidth_is_the_one_that_errs_least() -> None:
    chance = np.random.default_rng(8)
    away = chance.uniform(-1, 1, 20_000)
    outcome = np.where(away >= 0, 3 * away**2, -3 * away**2) + 0.5 * chance.normal(size=20_000)
    # Imbens and Kalyanaraman's formula with the true density ½, variances ¼ and second derivatives ±6.
    best = 3.4375 * (0.5 / (0.5 * 12**2)) ** 0.2 * 20_000**-0.2
    assert bandwidth(away, outcome, threshold=0.0) == pytest.approx(best, rel=0.2)
