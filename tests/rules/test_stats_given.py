"""What giving more changed, where chance decided: the truth is known, and found as often as it should be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from makegood.measurement.findings import GivenArm, Outcome, Refused, Rung, Why
from makegood.measurement.rules.download import read, write
from makegood.measurement.rules.given import Given, changed
from makegood.measurement.rules.paradox import report
from makegood.measurement.tables import DICTIONARY, figures_csv
from tests.rules.test_paradox import PLAN, told


def by_lot(size: int, seed: int, *, effect: float, together: int = 1, looked: bool = False) -> Given:
    """People given more by lot, `together` by one lot, who share some luck; more adds `effect` to the share who stay.

    Staff do as the lot says for seven in ten, and for those who seem likely to leave: whom they give is no lot.
    """
    chance = np.random.default_rng(seed)
    unit = np.arange(size) // together
    arm = chance.integers(0, 2, size // together + 1)[unit]
    luck = (0.2 * chance.normal(size=size // together + 1) if together > 1 else np.zeros(size + 1))[unit]
    stays = chance.random(size) < np.clip(0.7 + luck + effect * arm, 0, 1)
    spend = np.exp(chance.normal(size=size)) + effect * arm
    arms = (GivenArm(experiment=3, position=1, name="A voucher", looked=looked, planned=400),)
    return Given(
        experiment=np.full(size, 3), arm=arm, unit=unit,
        outcomes={Outcome.STAYED: stays.astype(float), Outcome.SPEND: spend}, arms=arms,
    )  # fmt: skip


def rung(given: Given, outcome: Outcome = Outcome.STAYED) -> Rung:
    (one,) = changed(given, outcome)
    assert isinstance(one, Rung)
    return one


def test_nineteen_in_twenty_intervals_hold_the_truth_alone_and_together() -> None:
    for together in (1, 5):
        for outcome in (Outcome.STAYED, Outcome.SPEND):
            found = [rung(by_lot(800, seed, effect=0.1, together=together), outcome) for seed in range(200)]
            held = np.mean([one.low <= 0.1 <= one.high for one in found])
            # 200 draws of 95 in 100: less than 0.90 comes once in five hundred times.
            assert held >= 0.90, (together, outcome, held)
            assert abs(np.mean([one.value for one in found]) - 0.1) < 0.02


def test_people_of_one_incident_are_fewer_witnesses_than_they_are() -> None:
    alone, together = (rung(by_lot(2000, 1, effect=0.1, together=many)) for many in (1, 20))
    assert together.high - together.low > 1.5 * (alone.high - alone.low)


def test_one_that_ended_when_it_was_clear_is_read_by_an_interval_that_holds_at_every_look() -> None:
    once, often = (rung(by_lot(800, 1, effect=0.1, looked=looked)) for looked in (False, True))
    assert often.high - often.low > 1.4 * (once.high - once.low)


def test_of_too_few_it_is_told_why_nothing_is() -> None:
    (one,) = changed(by_lot(40, 1, effect=0.1, together=2), Outcome.STAYED)
    assert isinstance(one, Refused)
    assert (one.why, one.experiment) == (Why.FEW_DRAWN, 3)
    assert list(changed(Given(), Outcome.STAYED)) == []
    assert list(changed(by_lot(800, 1, effect=0.1), Outcome.BOUGHT)) == []


def test_it_stands_on_the_ladder_and_in_the_archive_to_the_last_digit(tmp_path: Path) -> None:
    rows = replace(told(1, size=9000), given=by_lot(600, 2, effect=0.1))
    found = report(rows, PLAN)
    asked = found.of(Outcome.STAYED)
    assert asked is not None
    (one,) = (each for each in asked.ladder if each.method == "goodwill_by_lot")
    assert (one.experiment, one.arm, one.n) == (3, "A voucher", 600)
    assert "given more" in one.note
    write(tmp_path, 1, PLAN, found, rows)
    plan, written, again = read(tmp_path / "report.json")
    assert again.given.arms == rows.given.arms
    assert report(again, plan) == report(rows, PLAN)
    assert written.of(Outcome.STAYED) == asked
    assert "goodwill_by_lot" in figures_csv(found)
    assert "A voucher" in figures_csv(found)
    assert any("given.*" in name for name, _meaning in DICTIONARY)
