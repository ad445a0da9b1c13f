"""What giving more changed, by lot: only from ended experiments, and only of whom the logged lot put in an arm."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from makegood.measurement.actions import experiments as actions
from makegood.measurement.findings import Known, Outcome, Plan
from makegood.measurement.models import Arm, Assigned, Behaviour, Experiment
from makegood.measurement.queries.given import given
from makegood.measurement.rules.experiments import arm_of
from makegood.measurement.rules.given import Given, changed
from tests.factories import NOW, Cast, make_customer
from tests.rooms.casework import Hand, cast, mara
from tests.rooms.trying import DAY, LETTER, begun, design, failed

__all__ = ["cast", "mara"]

pytestmark = pytest.mark.django_db
LATER = NOW + 400 * DAY
PLAN = Plan(
    outcome=Outcome.STAYED, since=NOW.date() - timedelta(days=1), before=date(NOW.year + 1, 12, 31), landmark_days=30,
    horizon_days=90, covariates=tuple(Known), margin=0.02, seed=7,
)  # fmt: skip


def filled(mara: Hand, experiment: int, many: int = 100) -> None:
    """So many customers by lot, of whom half leave as usual and a tenth of those given more; three more whom no lot
    put there are all said to have stayed."""
    case, salt = failed(mara), Experiment.objects.get(pk=experiment).salt
    arms = list(Arm.objects.filter(experiment_id=experiment))
    met = [0, 0]
    for place in range(many + 3):
        customer = make_customer("Dana Okafor")
        drawn = arm_of(salt, f"customer:{customer.pk}", 2)
        met[drawn] += place < many
        arm = arms[drawn if place < many else 1 - drawn]
        Assigned.objects.create(experiment_id=experiment, arm=arm, customer=customer, case_id=case, at=NOW)
        if place < many and met[drawn] % (10 if drawn else 2) == 0:  # counted by arm: the lot falls anew each time
            Behaviour.objects.create(
                customer=customer, deed="left", at=NOW + 40 * DAY, source="crm", reference=str(customer.pk)
            )


def found() -> Given:
    return given(PLAN, now=LATER)


def test_what_an_ended_experiment_changed_is_told_of_those_whom_the_lot_put_there(mara: Hand, cast: Cast) -> None:
    experiment = begun(Hand(cast.anil))
    filled(mara, experiment)
    assert not len(found().arm), "while it runs it is sealed"
    assert actions.look_due(now=NOW + 201 * DAY)
    told = found()
    assert len(told.arm) == 100, "three were put there by nobody's lot"
    (rung,) = changed(told, Outcome.STAYED)
    assert (rung.experiment, rung.arm) == (experiment, "A voucher")
    assert 0.15 < rung.low < rung.value < rung.high < 0.65
    assert [one.position for one in told.arms] == [1]
    short = given(PLAN, now=NOW + 60 * DAY)
    assert not len(short.arm), "nobody was watched for the whole time yet"


def test_what_was_ended_by_hand_or_tried_words_says_nothing(mara: Hand, cast: Cast) -> None:
    anil = Hand(cast.anil)
    by_hand = begun(anil)
    filled(mara, by_hand, 10)
    actions.stop(by_hand, reason="The vouchers are used up", by=anil.by, now=NOW + DAY)
    words = begun(anil, design(LETTER, varies="words"))
    filled(mara, words, 10)
    assert actions.look_due(now=NOW + timedelta(days=201))
    assert not len(found().arm)


def test_who_left_before_or_long_after_is_not_counted_as_leaving(mara: Hand, cast: Cast) -> None:
    experiment = begun(Hand(cast.anil))
    filled(mara, experiment, 40)
    Behaviour.objects.update(at=NOW + 91 * DAY)
    actions.look_due(now=NOW + 201 * DAY)
    assert found().outcomes[Outcome.STAYED].all()
    Behaviour.objects.update(deed="left_involuntarily", at=NOW + DAY)
    lost = found().outcomes[Outcome.STAYED]
    assert (lost != lost).sum() == Behaviour.objects.count(), "of whom was lost otherwise nobody knows"
