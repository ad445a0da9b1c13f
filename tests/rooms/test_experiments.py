"""Experiments above what is owed: off until started, registered for good, logged before the outcome, ended by rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from makegood.cases.queries import case_for
from makegood.customers.actions import merge
from makegood.followups import actions as followups
from makegood.followups.models import FollowUp
from makegood.incidents.models import Incident, Member
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.measurement.actions import experiments as actions
from makegood.measurement.actions.arms import heed
from makegood.measurement.models import Arm, Assigned, Behaviour, Experiment, Heeded
from makegood.measurement.queries.experiments import experiment_for, experiments, result_of
from makegood.measurement.rules.experiments import Ended, Said, State
from makegood.notices.models import Notice
from makegood.remedies import actions as remedies
from makegood.remedies.models import Grant, PlanLine
from makegood.remedies.rules.authority import Limit
from tests.factories import NOW, Cast, make_customer
from tests.rooms.casework import HOUR, Hand, cast, mara
from tests.rooms.trying import DAY, LETTER, THIRD_DAY, VOUCHER, begun, design, failed, in_arm, shown

__all__ = ["cast", "mara"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def anil(cast: Cast) -> Hand:
    """The analyst."""
    return Hand(cast.anil)


def code(deed: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused, transaction.atomic():
        deed()
    return refused.value.code


def test_nothing_is_tried_until_somebody_starts_it(mara: Hand, anil: Hand) -> None:
    number = failed(mara)
    with CaptureQueriesContext(connection) as asked:
        case = case_for(mara.scope, number)
    before = len(asked)
    with CaptureQueriesContext(connection) as asked:
        assert shown(mara, number) == ()
    assert len(asked) - before <= 2, "it costs a case next to nothing"
    actions.register(design(), by=anil.by, now=NOW)
    assert case is not None
    assert shown(mara, failed(mara)) == ()
    assert not Assigned.objects.exists()


def test_it_is_logged_when_it_is_first_shown_and_stays(cast: Cast, mara: Hand, anil: Hand) -> None:
    early = failed(mara, now=NOW - HOUR)
    experiment = begun(anil)
    assert shown(mara, early) == (), "who failed before it began is not in it"
    number = failed(mara)
    assert shown(anil, number) == (), "whoever only reads takes nobody in"
    (first,) = shown(mara, number)
    row = Assigned.objects.get()
    assert (row.experiment_id, row.case_id, row.at, row.shown_to_id) == (experiment, number, NOW, mara.id)
    entry = Entry.objects.get(verb="experiment.assigned")
    assert (entry.case_id, entry.data["arm"]) == (number, first.arm.name)
    assert shown(Hand(cast.lena), number, NOW + HOUR) == (first,)
    assert shown(anil, number) == (first,)
    again = failed(mara, row.customer, NOW + DAY)
    (second,) = shown(mara, again, NOW + DAY)
    assert (second.arm, second.assigned) == (first.arm, first.assigned)
    assert Entry.objects.filter(verb="experiment.assigned").count() == 1


def test_whoever_was_heard_already_is_not_taken_in(mara: Hand, anil: Hand) -> None:
    begun(anil)
    number = failed(mara)
    followups.ask(number, channel="phone", **mara.at(NOW))
    followups.answer(number, answer="satisfied", **mara.at(NOW))
    assert shown(mara, number) == ()


def test_what_is_not_eligible_is_not_taken_in(mara: Hand, anil: Hand) -> None:
    begun(anil, design(kinds=("callback",)))
    begun(anil, design(failures=("money",), kinds=("delivery",), severity_from=4))
    assert shown(mara, failed(mara)) == ()


def test_the_database_lets_nothing_of_it_be_changed(mara: Hand, anil: Hand) -> None:
    experiment = begun(anil)
    shown(mara, failed(mara))
    for deed in (
        lambda: Experiment.objects.filter(pk=experiment).update(effect=1),
        lambda: Experiment.objects.filter(pk=experiment).update(needed=1),
        lambda: Experiment.objects.all().delete(),
        lambda: Arm.objects.filter(position=1).update(goodwill=0),
        lambda: Arm.objects.create(experiment_id=experiment, position=2, name="Later"),
        lambda: Assigned.objects.update(arm=Arm.objects.get(position=0)),
        lambda: Assigned.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()
    actions.stop(experiment, reason="The vouchers are used up", by=anil.by, now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        Experiment.objects.filter(pk=experiment).update(found={"arms": []})
    fresh = actions.register(design(), by=anil.by, now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        Arm.objects.create(experiment_id=fresh, position=2, name="Less", goodwill=Decimal(-1))


def test_goodwill_is_given_by_whoever_may(cast: Cast, mara: Hand, anil: Hand) -> None:
    begun(anil)
    number, one = in_arm(mara, 1)
    assert code(lambda: heed(number, one.experiment, done=True, **mara.at(NOW))) == "authority.over"
    assert not Heeded.objects.exists()
    remedies.set_limit(Limit(grade=1, currency="GBP", case=Decimal(50)), by=Hand(cast.greta).by, now=NOW)
    heed(number, one.experiment, done=True, **mara.at(NOW))
    given = Grant.objects.get()
    assert (given.goodwill, given.entitled, given.title, given.decided_by_id) == (20, 0, VOUCHER.words, mara.id)
    assert Heeded.objects.get().grant_id == given.pk
    assert code(lambda: heed(number, one.experiment, done=True, **mara.at(NOW))) == "experiment.heeded"
    assert shown(mara, number)[0].done is True


def test_staff_may_do_otherwise_with_a_reason(cast: Cast, mara: Hand, anil: Hand) -> None:
    experiment = begun(anil)
    number, _ = in_arm(mara, 1)
    assert code(lambda: heed(number, experiment, done=False, **mara.at(NOW))) == "experiment.no_reason"
    stranger = Hand(cast.stranger)
    assert code(lambda: heed(number, experiment, done=False, reason="x", **stranger.at(NOW))) == "case.unknown"
    heed(number, experiment, done=False, reason="She asked for no money", **mara.at(NOW))
    assert (Heeded.objects.get().done, Grant.objects.count()) == (False, 0)
    assert shown(mara, number)[0].reason == "She asked for no money"
    arm = result_of(experiment_for(anil.scope, experiment), now=NOW).arms[1]
    assert (arm.followed, arm.otherwise) == (0, 1), "and counts in its arm all the same"
    assert arm.counted.assigned == 1


def test_words_go_into_the_plan_and_a_day_into_the_promises(mara: Hand, anil: Hand) -> None:
    begun(anil, design(LETTER, varies="words"))
    number, one = in_arm(mara, 1)
    heed(number, one.experiment, done=True, **mara.at(NOW))
    assert PlanLine.objects.get(case_id=number).words == LETTER.words
    actions.stop(one.experiment, reason="Next", by=anil.by, now=NOW)

    begun(anil, design(THIRD_DAY, varies="follow_up"), NOW + HOUR)
    number, one = in_arm(mara, 1, NOW + HOUR)
    heed(number, one.experiment, done=True, **mara.at(NOW + HOUR))
    (row,) = FollowUp.objects.filter(case_id=number)
    assert (row.after, (row.promise.due_at - NOW).days) == ("3 days", 3)


def test_two_that_try_the_same_thing_in_the_same_cases_are_refused(mara: Hand, anil: Hand) -> None:
    begun(anil)
    other = actions.register(design(), by=anil.by, now=NOW)
    assert code(lambda: actions.start(other, by=anil.by, now=NOW)) == "experiment.overlaps"
    begun(anil, design(LETTER, varies="words"))
    found = shown(mara, failed(mara))
    assert {one.varies for one in found} == {"goodwill", "words"}, "what differs is tried side by side"


def test_one_incident_is_one_unit(mara: Hand, anil: Hand) -> None:
    experiment = begun(anil)
    storm = Incident.objects.create(title="Snow", happened="Snow", opened_at=NOW, owner_id=mara.id, narrow={})
    for _ in range(8):
        customer = make_customer("Dana Okafor")
        number = failed(mara, customer)
        Member.objects.create(
            incident=storm, customer=customer, joined_at=NOW, case_id=number, light=False, told_at=NOW, message="Snow"
        )
        shown(mara, number)
    assert Assigned.objects.values_list("arm_id", flat=True).distinct().count() == 1
    result = result_of(experiment_for(anil.scope, experiment), now=NOW + 31 * DAY)
    assert sorted(one.counted.units for one in result.arms) == [0, 1]


def test_who_is_merged_counts_once_by_the_first_arm(mara: Hand, anil: Hand) -> None:
    experiment = begun(anil)
    _, first = in_arm(mara, 0)
    _, second = in_arm(mara, 1)
    kept, gone = (Assigned.objects.get(pk=one.assigned).customer for one in (second, first))
    merge(kept.pk, gone.pk, by=mara.by, now=NOW)
    (again,) = shown(mara, failed(mara, kept, NOW + DAY), NOW + DAY)
    assert again.assigned == first.assigned, "whichever of them lives on"
    result = result_of(experiment_for(anil.scope, experiment), now=NOW)
    assert result.left_out == 1
    assert sum(one.counted.assigned for one in result.arms) == Assigned.objects.count() - 1


def _filled(mara: Hand, experiment: int, *, left: tuple[int, int], many: int, now: datetime = NOW) -> None:
    """So many in each arm, of whom so many left within the horizon."""
    case = failed(mara, now=now)
    for arm, gone in zip(Arm.objects.filter(experiment_id=experiment), left, strict=True):
        for place in range(many):
            customer = make_customer("Dana Okafor")
            Assigned.objects.create(experiment_id=experiment, arm=arm, customer=customer, case_id=case, at=now)
            if place < gone:
                Behaviour.objects.create(
                    customer=customer, deed="left", at=now + DAY, source="crm", reference=str(customer.pk)
                )


def test_the_rule_ends_it_and_the_result_stands(cast: Cast, mara: Hand, anil: Hand) -> None:
    experiment = begun(anil, design(effect=40, expected=50))
    needed = Experiment.objects.get().needed
    _filled(mara, experiment, left=(needed * 3 // 4, needed // 4), many=needed)
    assert not actions.look_due(now=NOW + HOUR)
    assert actions.look_due(now=NOW + 20 * DAY)
    before = result_of(experiment_for(anil.scope, experiment), now=NOW + 20 * DAY)
    assert not before.readable
    assert [one.counted.share for one in before.arms] == [None, None], "nobody reads it before its end"
    assert actions.look_due(now=NOW + 31 * DAY)
    facts = experiment_for(anil.scope, experiment)
    assert (facts.state, facts.ended) == (State.ENDED, Ended.SIZE)
    Behaviour.objects.all().delete()
    result = result_of(facts, now=NOW + 60 * DAY)
    verdict = result.arms[1].verdict
    assert verdict is not None
    assert verdict.said is Said.ABOVE, "what was counted at the end is what is told for good"
    assert Notice.objects.filter(topic="experiment.ended", staff_id=anil.id).exists()
    assert not actions.look_due(now=NOW + 90 * DAY)


def test_it_ends_at_once_when_it_does_harm(mara: Hand, anil: Hand) -> None:
    experiment = begun(anil)
    _filled(mara, experiment, left=(0, 60), many=80)
    actions.look_due(now=NOW + 31 * DAY)
    facts = experiment_for(anil.scope, experiment)
    assert facts.ended is Ended.HARM
    verdict = result_of(facts, now=NOW + 40 * DAY).arms[1].verdict
    assert verdict is not None
    assert verdict.said is Said.BELOW


def test_by_hand_it_says_nothing_and_by_date_how_many_more(mara: Hand, anil: Hand) -> None:
    one = begun(anil)
    assert code(lambda: actions.stop(one, reason=" ", by=anil.by, now=NOW)) == "experiment.no_reason"
    actions.stop(one, reason="The vouchers are used up", by=anil.by, now=NOW)
    verdict = result_of(experiment_for(anil.scope, one), now=NOW).arms[1].verdict
    assert verdict is not None
    assert verdict.said is Said.NOTHING
    other = begun(anil)
    _filled(mara, other, left=(5, 3), many=20)
    actions.look_due(now=NOW + 201 * DAY)
    facts = experiment_for(anil.scope, other)
    assert facts.ended is Ended.DATE
    verdict = result_of(facts, now=NOW + 202 * DAY).arms[1].verdict
    assert verdict is not None
    assert (verdict.said, verdict.missing) == (Said.TOO_FEW, facts.needed - 20)


def test_nobody_else_is_taken_in_once_it_is_full(mara: Hand, anil: Hand) -> None:
    experiment = begun(anil, design(effect=40, expected=50))
    _filled(mara, experiment, left=(0, 0), many=Experiment.objects.get().needed)
    assert shown(mara, failed(mara)) == ()


def test_who_may_not_and_what_is_wrong(cast: Cast, mara: Hand, anil: Hand) -> None:
    def refused(by: Hand = anil, **more: object) -> str:
        return code(lambda: actions.register(replace(design(), **more), by=by.by, now=NOW))  # type: ignore[arg-type]

    assert refused(mara) == "people.not_allowed"
    assert refused(Hand(cast.greta)) == "people.not_allowed"
    assert code(lambda: experiments(mara.scope)) == "people.not_allowed"
    for wrong in (
        {"name": " "}, {"why": ""}, {"measured": "loved"}, {"varies": "owed"}, {"expected": 0}, {"effect": 0},
        {"horizon_days": 0}, {"until": NOW + DAY}, {"failures": ("odd",)}, {"kinds": ("none",)}, {"severity_from": 5},
        {"arms": (VOUCHER,)}, {"reading": "daily"},
    ):  # fmt: skip
        assert refused(**wrong) == "experiment.bad_value", wrong
    usual = design().arms[0]
    assert refused(arms=(usual, replace(VOUCHER, goodwill=Decimal(-5)))) == "experiment.below_owed"
    assert refused(arms=(usual, replace(VOUCHER, goodwill=Decimal("1.005")))) == "experiment.bad_arm"
    assert refused(arms=(usual, replace(VOUCHER, words=""))) == "experiment.bad_arm"
    assert refused(arms=(usual, replace(VOUCHER, remedy="re_performance"))) == "experiment.bad_arm"
    assert refused(arms=(usual, replace(VOUCHER, name="as usual"))) == "experiment.bad_arm"
    assert refused(arms=(usual, THIRD_DAY), varies="words") == "experiment.bad_arm"
    assert refused(arms=(usual, replace(LETTER, line="deliver")), varies="words") == "experiment.bad_arm"
    number = begun(anil)
    assert code(lambda: actions.start(number, by=anil.by, now=NOW)) == "experiment.not_now"
    assert code(lambda: actions.drop(number, by=anil.by, now=NOW)) == "experiment.not_now"
    assert code(lambda: actions.stop(number, reason="x", by=mara.by, now=NOW)) == "people.not_allowed"
    assert code(lambda: experiment_for(anil.scope, 999)) == "experiment.unknown"
    assert code(lambda: heed(failed(mara), number, done=True, **mara.at(NOW))) == "experiment.not_in_it"
    dropped = actions.register(design(), by=anil.by, now=NOW)
    actions.drop(dropped, by=anil.by, now=NOW)
    assert code(lambda: actions.start(dropped, by=anil.by, now=NOW)) == "experiment.not_now"
    late = actions.register(design(), by=anil.by, now=NOW)
    assert code(lambda: actions.start(late, by=anil.by, now=NOW + 190 * DAY)) == "experiment.not_now"
