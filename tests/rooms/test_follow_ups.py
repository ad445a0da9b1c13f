"""Coming back to customers: each time a promise, done by hearing them, and no longer than they want it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from makegood.cases import actions as cases
from makegood.cases.models import Case, Escalation, SatisfactionCheck
from makegood.cases.queries import case_for
from makegood.cases.rules import Answer, Outcome, Purpose, Stage, Step
from makegood.followups import actions, queries
from makegood.followups.actions.planning import plan
from makegood.followups.models import Patience
from makegood.followups.queries import FollowUpFacts
from makegood.journal.actors import SYSTEM
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.promises.models import Promise
from makegood.promises.rules import State
from makegood.remedies.actions import install_shipped
from tests.factories import NOW, Cast, make_absence
from tests.rooms.casework import HOUR, MINUTE, Hand, cast, mara, watch
from tests.rooms.test_ending import reported, satisfied

__all__ = ["cast", "mara"]

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def ahead(number: int) -> list[FollowUpFacts]:
    return [one for one in queries.follow_ups_of(number) if one.is_ahead]


def put_right(hand: Hand, number: int, now: datetime) -> None:
    """Agreed, done, and the plan made for it, as the worker does."""
    cases.record_step(number, step=Step.EMPATHISE, words="You had to wait", **hand.at(now))
    promise_id = cases.commit(number, title="Bring the rest", due_at=now + 2 * HOUR, **hand.at(now))
    cases.keep_commitment(number, promise_id=promise_id, **hand.at(now + HOUR))
    plan(Case.objects.get(pk=number), by=SYSTEM, now=now + HOUR)


def closed(hand: Hand, number: int, now: datetime) -> None:
    satisfied(hand, number, now)
    actions.close(number, **hand.at(now))


def test_what_was_put_right_is_followed_up_as_the_playbook_says(mara: Hand) -> None:
    install_shipped(by=SYSTEM, now=NOW)
    number = reported(mara)
    put_right(mara, number, NOW)
    found = ahead(number)
    assert [(one.after, one.owner, one.state) for one in found] == [
        ("at once", "Mara Silva", State.OPEN), ("1 day", "Mara Silva", State.OPEN),
        ("1 month", "Mara Silva", State.OPEN),
    ]  # fmt: skip
    assert set(found[1].texts) == {"en", "de", "es", "pt"}
    assert found[0].due_at == NOW + 5 * HOUR
    assert {one.purpose for one in case_for(mara.scope, number).commitments[-3:]} == {Purpose.FOLLOW_UP}


def test_without_a_playbook_there_is_a_plan_all_the_same(mara: Hand) -> None:
    number = reported(mara)
    put_right(mara, number, NOW)
    assert [one.after for one in ahead(number)] == ["at once", "1 day", "1 month"]


def test_asking_does_what_is_at_hand_and_a_later_one_is_heard_after_the_close(mara: Hand) -> None:
    number, later = reported(mara), NOW + 2 * HOUR
    put_right(mara, number, NOW)
    closed(mara, number, later)
    assert [one.after for one in ahead(number)] == ["1 day", "1 month"]
    assert queries.follow_ups_of(number)[0].answer == Answer.SATISFIED
    day = ahead(number)[0]
    actions.follow_up(
        number, promise_id=day.promise_id, answer=Answer.SATISFIED, words="Still fine", **mara.at(NOW + DAY)
    )
    case = case_for(mara.scope, number)
    assert (case.stage, case.outcome, case.checks[-1].words) == (Stage.CLOSED, Outcome.SATISFIED, "Still fine")
    assert [one.after for one in ahead(number)] == ["1 month"]


def test_what_was_never_agreed_is_followed_up_from_the_close(mara: Hand) -> None:
    number = reported(mara)
    closed(mara, number, NOW)
    assert [one.after for one in ahead(number)] == ["1 day", "1 month"]


def test_something_more_at_a_follow_up_reopens_the_case_with_its_owner(cast: Cast, mara: Hand) -> None:
    number = reported(mara)
    closed(mara, number, NOW)
    day = ahead(number)[0]
    actions.follow_up(number, promise_id=day.promise_id, answer=Answer.MORE, words="It rattles", **mara.at(NOW + DAY))
    case = case_for(mara.scope, number)
    assert (case.closed_at, case.owner_id, ahead(number)) == (None, mara.id, [])
    put_right(mara, number, NOW + 2 * DAY)
    assert len(ahead(number)) == 3
    closed(mara, number, NOW + 3 * DAY)
    assert Case.objects.get(pk=number).outcome == Outcome.SATISFIED_AFTER_MORE


def test_when_the_owner_is_away_the_deputy_has_what_is_reopened(cast: Cast, mara: Hand) -> None:
    number = reported(mara)
    closed(mara, number, NOW)
    make_absence(cast.mara, deputy=cast.lena, starts_at=NOW + HOUR, ends_at=NOW + 9 * DAY)
    actions.answer_oneself(number, answer=Answer.MORE, words="It rattles", by=SYSTEM, now=NOW + DAY)
    cases.reassign_absent(now=NOW + DAY)
    assert Case.objects.get(pk=number).owner_id == cast.lena.pk


def test_a_follow_up_that_is_not_done_climbs_the_ladder_also_after_the_close(cast: Cast, mara: Hand) -> None:
    number = reported(mara)
    closed(mara, number, NOW)
    watch(NOW + 3 * DAY)
    assert [one.state for one in ahead(number)] == [State.BROKEN, State.OPEN]
    assert Escalation.objects.get().person_id == cast.lena.pk
    assert Case.objects.get(pk=number).closed_at == NOW


def test_while_the_owner_is_away_the_deputy_comes_back_after_the_close(cast: Cast, mara: Hand) -> None:
    number = reported(mara)
    closed(mara, number, NOW)
    make_absence(cast.mara, deputy=cast.lena, starts_at=NOW + HOUR, ends_at=NOW + 9 * DAY)
    assert actions.stand_in(now=NOW + 2 * HOUR) == 0  # its time has not come
    soon = ahead(number)[0].due_at - HOUR
    watch(soon)
    assert actions.stand_in(now=soon) == 1
    assert [one.owner for one in ahead(number)] == ["Lena Brandt", "Mara Silva"]
    assert actions.stand_in(now=soon) == 0


def test_follow_ups_go_with_the_case_to_another_owner(cast: Cast, mara: Hand) -> None:
    number = reported(mara)
    put_right(mara, number, NOW)
    cases.assign(number, to=cast.lena.pk, **Hand(cast.lena).at(NOW + 2 * HOUR))
    assert {one.owner for one in ahead(number)} == {"Lena Brandt"}


def test_silence_is_followed_up_with_growing_gaps_and_then_recorded(mara: Hand) -> None:
    number = reported(mara)
    cases.record_step(number, step=Step.OWN, words="It is mine", **mara.at(NOW))
    cases.record_cause(number, cause="forgotten", **mara.at(NOW))
    actions.ask(number, channel="email", **mara.at(NOW))
    at, waits = NOW, []
    for _attempt in range(3):
        (wait,) = ahead(number)
        waits.append(wait.due_at - at)
        at = wait.due_at - MINUTE
        with pytest.raises(Refusal) as early:
            actions.close(number, **mara.at(at))
        assert early.value.code == "case.no_answer"
        actions.follow_up(number, promise_id=wait.promise_id, answer=Answer.NOT_REACHED, **mara.at(at))
    assert [wait.days + (wait.seconds > 0) for wait in waits] == [1, 2, 4]
    assert ahead(number) == []
    actions.close(number, **mara.at(at))
    assert (Case.objects.get().outcome, ahead(number)) == (Outcome.UNREACHABLE, [])


def test_how_often_we_try_is_a_setting(mara: Hand) -> None:
    Patience.objects.create(tries=1, wait=HOUR)
    number = reported(mara)
    actions.ask(number, **mara.at(NOW))
    actions.answer(number, answer=Answer.NOT_REACHED, **mara.at(NOW + HOUR))
    assert SatisfactionCheck.objects.get().answer == Answer.UNREACHABLE


def test_nobody_may_say_that_a_customer_cannot_be_reached(mara: Hand) -> None:
    number = reported(mara)
    actions.ask(number, **mara.at(NOW))
    with pytest.raises(Refusal) as refused:
        actions.answer(number, answer=Answer.UNREACHABLE, **mara.at(NOW))
    assert refused.value.code == "case.unknown_answer"


def test_whoever_will_not_forgive_is_left_in_peace_and_still_gets_what_is_owed(mara: Hand) -> None:
    number, later = reported(mara), NOW + 3 * HOUR
    put_right(mara, number, NOW)
    owed = cases.commit(number, title="The refund", due_at=NOW + DAY, **mara.at(later))
    actions.ask(number, **mara.at(later))
    actions.answer(number, answer=Answer.WILL_NOT_FORGIVE, words="Never again", **mara.at(later))
    cases.record_cause(number, cause="forgotten", **mara.at(later))
    assert ahead(number) == []
    with pytest.raises(Refusal) as refused:
        actions.close(number, **mara.at(later))
    assert refused.value.code == "case.commitment_open"
    cases.keep_commitment(number, promise_id=owed, **mara.at(later + HOUR))
    assert plan(Case.objects.get(pk=number), by=SYSTEM, now=later + HOUR) == []
    actions.close(number, **mara.at(later + HOUR))
    assert (Case.objects.get().outcome, ahead(number)) == (Outcome.WILL_NOT_FORGIVE, [])


def test_a_word_that_is_taken_back_brings_the_follow_up_back(mara: Hand) -> None:
    number, later = reported(mara), NOW + DAY
    closed(mara, number, NOW)
    day = ahead(number)[0]
    actions.follow_up(number, promise_id=day.promise_id, answer=Answer.NOT_SATISFIED, **mara.at(later))
    assert Case.objects.get().outcome == Outcome.NOT_SATISFIED
    entry = Entry.objects.get(verb="case.followed_up")
    actions.undo(number, entry=entry.pk, **mara.at(later + MINUTE))
    assert Case.objects.get().outcome == Outcome.SATISFIED
    assert [one.after for one in ahead(number)] == ["1 day", "1 month"]
    assert Promise.objects.get(pk=day.promise_id).state == State.KEPT


def test_taking_back_the_close_takes_the_plan_with_it(mara: Hand) -> None:
    number = reported(mara)
    closed(mara, number, NOW)
    actions.undo(number, entry=Entry.objects.get(verb="case.closed").pk, **mara.at(NOW + MINUTE))
    assert ahead(number) == []


def test_a_follow_up_is_kept_by_what_was_said_and_not_by_a_tick(mara: Hand) -> None:
    number = reported(mara)
    put_right(mara, number, NOW)
    promise_id = ahead(number)[0].promise_id
    with pytest.raises(Refusal) as refused:
        cases.keep_commitment(number, promise_id=promise_id, **mara.at(NOW + 2 * HOUR))
    assert refused.value.code == "case.follow_up_is_heard"
    actions.spare(number, promise_id=promise_id, reason="Please do not ring", **mara.at(NOW + 2 * HOUR))
    assert [one.after for one in ahead(number)] == ["1 day", "1 month"]


def test_a_stranger_sees_and_does_nothing(cast: Cast, mara: Hand) -> None:
    number, sam = reported(mara), Hand(cast.stranger)
    put_right(mara, number, NOW)
    promise_id = ahead(number)[0].promise_id
    for deed in (
        lambda: actions.follow_up(number, promise_id=promise_id, answer=Answer.SATISFIED, **sam.at(NOW)),
        lambda: actions.spare(number, promise_id=promise_id, reason="x", **sam.at(NOW)),
        lambda: actions.reopen(number, reason="x", **sam.at(NOW)),
    ):
        with pytest.raises(Refusal) as refused:
            deed()
        assert refused.value.code == "case.unknown"
