"""The same people before and after: on the ladder where both are known, and to the last digit in the archive."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from makegood.measurement.findings import Group, Outcome, Refused, Rung, Why
from makegood.measurement.rules.download import read, write
from makegood.measurement.rules.groups import NEVER, PUT_RIGHT, Rows
from makegood.measurement.rules.paired import moved
from makegood.measurement.rules.paradox import report
from tests.rules.test_paradox import PLAN, told


def answering(shift: float = 0.0, seed: int = 4) -> Rows:
    """Rows of which half answered before and after, from 1 to 5; those put right moved by `shift` on the way."""
    whole, chance = told(1, size=9000), np.random.default_rng(seed)
    liking = chance.normal(size=len(whole))
    known = chance.random(len(whole)) < 0.5
    before, after = (
        np.where(known, np.clip(np.round(3 + liking + chance.normal(size=len(whole)) + move), 1, 5), np.nan)
        for move in (0.0, np.where(whole.group == PUT_RIGHT, shift, 0.0))
    )
    return replace(
        whole, before={Outcome.CSAT: before}, outcomes={Outcome.CSAT: after}, asked={Outcome.CSAT: known}
    )  # fmt: skip


def rungs(rows: Rows, outcome: Outcome) -> dict[tuple[str, Group], Rung]:
    return {(one.method, one.group): one for one in moved(rows, outcome) if isinstance(one, Rung)}


def test_whoever_moved_is_found_and_nobody_else() -> None:
    found = rungs(answering(shift=0.5), Outcome.CSAT)
    assert found["shift", Group.PUT_RIGHT].low > 0
    assert found["went_up", Group.PUT_RIGHT].low > 0.5


def test_nineteen_in_twenty_intervals_hold_that_nobody_moved() -> None:
    runs = [rungs(answering(seed=seed), Outcome.CSAT) for seed in range(40)]
    for group in (Group.NEVER, Group.PUT_RIGHT):
        # 40 draws of 95 in 100: fewer than 34 come once in a hundred times.
        assert sum(one["shift", group].low <= 0 <= one["shift", group].high for one in runs) >= 34
        assert sum(one["went_up", group].low <= 0.5 <= one["went_up", group].high for one in runs) >= 34


def test_people_of_one_incident_are_fewer_witnesses() -> None:
    rows = answering()
    one = rungs(replace(rows, cluster=np.arange(len(rows))), Outcome.CSAT)["shift", Group.NEVER]
    luck = np.arange(len(rows)) // 50
    with_luck = rows.outcomes[Outcome.CSAT] + np.random.default_rng(2).normal(size=luck.max() + 1)[luck]
    shared = replace(rows, cluster=luck, outcomes={Outcome.CSAT: with_luck})
    other = rungs(shared, Outcome.CSAT)["shift", Group.NEVER]
    assert other.high - other.low > 2 * (one.high - one.low)


def test_what_was_bought_before_is_of_as_many_days_and_of_customers_of_that_time() -> None:
    rows = told(1, size=9000)
    kept = rows.before[Outcome.BOUGHT]
    assert set(np.unique(kept[~np.isnan(kept)])) == {0.0, 1.0}
    found = rungs(rows, Outcome.BOUGHT)
    assert set(found) == {("mcnemar", Group.NEVER), ("mcnemar", Group.PUT_RIGHT)}
    never = (rows.group == NEVER) & ~np.isnan(kept) & ~np.isnan(rows.outcomes[Outcome.BOUGHT])
    difference = rows.outcomes[Outcome.BOUGHT][never].mean() - kept[never].mean()
    assert found["mcnemar", Group.NEVER].value == pytest.approx(difference)


def test_of_too_few_it_is_told_why_nothing_is() -> None:
    rows = answering()
    few = np.where(np.arange(len(rows)) < 15, rows.before[Outcome.CSAT], np.nan)
    assert rungs(replace(rows, before={Outcome.CSAT: few}), Outcome.CSAT) == {}
    assert rungs(replace(rows, before={}), Outcome.CSAT) == {}
    for before in ({Outcome.CSAT: few}, dict[Outcome, np.ndarray]()):
        refused = [one for one in moved(replace(rows, before=before), Outcome.CSAT) if isinstance(one, Refused)]
        assert {one.why for one in refused} == {Why.FEW_BEFORE}


def test_it_stands_on_the_ladder_and_is_found_again_from_the_archive(tmp_path: Path) -> None:
    rows, plan = answering(shift=0.5), msgspec.structs.replace(PLAN, outcome=Outcome.CSAT, margin=0.2)
    found = report(rows, plan)
    asked = found.of(Outcome.CSAT)
    assert asked is not None
    by_method = {one.method: one for one in asked.ladder}
    assert {"shift", "went_up", "ordered_logit", "brunner_munzel"} <= set(by_method)
    assert by_method["ordered_logit"].low > 0
    write(tmp_path, 1, plan, found, rows)
    again_plan, written, again = read(tmp_path / "report.json")
    assert written.of(Outcome.CSAT) == asked
    assert report(again, again_plan) == report(rows, plan)
