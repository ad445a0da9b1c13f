"""What a report asks for before it opens: with so many people what is true is found, in four of five reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from msgspec import structs

from makegood.measurement.findings import Group, Known, Outcome, Plan, Said
from makegood.measurement.rules.flexible import bent, fitted
from makegood.measurement.rules.groups import NEVER, PUT_RIGHT, Rows
from makegood.measurement.rules.paradox import sizes
from makegood.measurement.rules.verdict import compare

MARGIN = 0.08
PLAN = Plan(
    outcome=Outcome.STAYED, since=date(1971, 1, 1), before=date(1971, 3, 1), landmark_days=30, horizon_days=90,
    covariates=(Known.TENURE,), margin=MARGIN, seed=3,
)  # fmt: skip
SEEDS = 60


def world(failed: int, never: int, *, seed: int, leaning: float = 0.0, effect: float = 0.0, alike: int = 1) -> Rows:
    """So many put right and never failed. Who has been here longer stays more readily, and was failed as the `leaning`
    says; `alike` so many were failed in one incident, which stays or goes together by a little."""
    chance = np.random.default_rng(seed)
    tenure = chance.normal(size=failed + never)
    drawn = leaning * tenure + chance.logistic(size=len(tenure))
    group = np.full(len(tenure), NEVER)
    group[np.argsort(-drawn)[:failed]] = PUT_RIGHT
    cluster = np.arange(len(tenure))
    inside = group == PUT_RIGHT
    cluster[inside] = -1 - np.arange(failed) // alike
    together = chance.normal(0, 0.04 if alike > 1 else 0.0, failed + 1)
    likely = np.clip(0.75 + 0.08 * np.clip(tenure, -2, 2) + effect * inside, 0.02, 0.98)
    likely[inside] += together[np.arange(failed) // alike]
    stayed = (chance.random(len(tenure)) < likely).astype(float)
    nothing = np.full(len(tenure), np.nan)
    return Rows(
        customer=np.arange(len(tenure)), group=group, cluster=cluster, index=np.zeros(len(tenure)),
        covariates={Known.TENURE: tenure}, outcomes={Outcome.STAYED: stayed}, asked={}, stayed_days=nothing,
        left=inside & False, lost=inside & False, righted_days=nothing, hours_late=nothing,
        case=np.full(len(tenure), -1),
    )  # fmt: skip


def asked_for(found: Rows) -> int:
    return next(one.needed for one in sizes(found, PLAN) if one.group is Group.PUT_RIGHT)


def said(found: Rows) -> Said:
    return compare(
        found.outcomes[Outcome.STAYED], found.group == PUT_RIGHT, found.covariates[Known.TENURE][:, None],
        found.cluster, margin=MARGIN, names=["tenure"],
    ).said  # fmt: skip


@pytest.mark.parametrize(("leaning", "times"), [(0.0, 1), (1.2, 1), (0.8, 5)])
def test_with_the_people_asked_for_what_is_equal_is_called_equal(leaning: float, times: int) -> None:
    many = asked_for(world(400, 400 * times, seed=1, leaning=leaning))
    found = [said(world(many, many * times, seed=seed, leaning=leaning)) for seed in range(SEEDS)]
    # Of 60 with a chance of 0.8, fewer than 39 come once in a thousand times.
    assert found.count(Said.EQUIVALENT) >= 39
    # And more than 6 of a chance of 0.025.
    assert found.count(Said.ABOVE) <= 6


@pytest.mark.parametrize("effect", [MARGIN, -MARGIN])
def test_with_the_people_asked_for_what_differs_by_the_margin_is_found(effect: float) -> None:
    many = asked_for(world(400, 400, seed=1, leaning=1.2))
    found = [said(world(many, many, seed=seed, leaning=1.2, effect=effect)) for seed in range(SEEDS)]
    assert found.count(Said.ABOVE if effect > 0 else Said.BELOW) >= 39


def test_people_failed_together_or_unlike_the_others_are_more() -> None:
    plain = asked_for(world(1000, 4000, seed=1))
    assert asked_for(world(1000, 1000, seed=1, leaning=2.0)) > 1.2 * plain
    assert asked_for(world(1000, 4000, seed=1, alike=100)) > 1.2 * plain


def spends(failed: int, never: int, *, seed: int, spread: float) -> tuple[Rows, Plan]:
    """What they spent, of whom nothing is known before: those put right differ `spread` times as much among
    themselves as the others do."""
    rows, chance = world(failed, never, seed=seed), np.random.default_rng(seed)
    money = np.where(rows.group == PUT_RIGHT, spread, 1.0) * chance.normal(size=len(rows))
    return replace(rows, outcomes={Outcome.SPEND: money}), structs.replace(PLAN, outcome=Outcome.SPEND, margin=0.4)


def test_a_few_who_differ_more_among_themselves_are_asked_for_by_their_own_spread() -> None:
    asked = {}
    for spread in (1.0, 3.0):
        rows, plan = spends(400, 4000, seed=1, spread=spread)
        asked[spread] = next(one.needed for one in sizes(rows, plan) if one.group is Group.PUT_RIGHT)
    # Both variances count alike: (9 + 1) ÷ 2 of what one of 1 asks for, times what being unlike asks of either.
    assert asked[3.0] == pytest.approx(5 * asked[1.0], rel=0.15)
    equal = 0
    for seed in range(SEEDS):
        rows, _plan = spends(asked[3.0], 4000, seed=seed, spread=3.0)
        found = compare(
            rows.outcomes[Outcome.SPEND], rows.group == PUT_RIGHT, rows.covariates[Known.TENURE][:, None],
            rows.cluster, margin=0.4, names=["tenure"],
        )  # fmt: skip
        equal += found.said is Said.EQUIVALENT
    assert equal >= 0.8 * SEEDS - 2 * (0.16 * SEEDS) ** 0.5


def test_with_far_fewer_nothing_is_said() -> None:
    many = asked_for(world(400, 400, seed=1))
    few = [said(world(many // 2, many // 2, seed=seed)) for seed in range(10)]
    assert set(few) == {Said.TOO_FEW}


@pytest.mark.parametrize("seed", range(6))
def test_the_score_is_found_where_columns_nearly_repeat_each_other(seed: int) -> None:
    """The weights of a score that was not found made the groups less alike than they had been."""
    chance = np.random.default_rng(seed)
    known = np.exp(chance.normal(size=(4000, 3)))
    known = np.column_stack([known, known[:, 0], known[:, 1] + 1e-3 * chance.normal(size=4000)])
    group = chance.random(4000) < 1 / (1 + np.exp(1.5 - 0.4 * np.log(known[:, 0])))
    columns = bent(known, int(group.sum()))
    score = fitted(group.astype(float), columns, np.ones(4000, dtype=bool))
    pull = np.column_stack([np.ones(4000), columns]).T @ (group - score)
    assert np.abs(pull).max() < 0.01
