"""Cases against a real PostgreSQL: the stories of the articles, and who may do what."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from makegood.cases import actions, queries
from makegood.cases.models import Case, Escalation, Failure
from makegood.cases.rules import Answer, DetectedBy, Do, Outcome, Stage, Step
from makegood.followups import actions as followups
from makegood.followups.queries import obstacles
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.promises import actions as promises
from makegood.promises.models import Promise
from makegood.promises.rules import State
from tests.factories import NOW, Cast, make_absence, make_customer
from tests.rooms.casework import HOUR, MINUTE, Hand, callback, cast, mara, watch

__all__ = ["cast", "mara"]

pytestmark = pytest.mark.django_db


def only_case() -> int:
    return Case.objects.get().pk


def verbs(number: int) -> list[str]:
    return list(Entry.objects.filter(case_id=number).order_by("id").values_list("verb", flat=True))


def talk(hand: Hand, number: int, now: datetime) -> None:
    for step in (Step.OWN, Step.LISTEN, Step.EMPATHISE, Step.APOLOGISE, Step.REFOCUS):
        actions.record_step(number, step=step, words=f"{step} said", **hand.at(now))


def settle(hand: Hand, number: int, now: datetime) -> None:
    """Everything between the first word and the close, done right."""
    talk(hand, number, now)
    followups.ask(number, channel="phone", **hand.at(now))
    followups.answer(number, answer=Answer.SATISFIED, words="Yes, thank you", **hand.at(now))
    actions.record_cause(number, cause="forgotten", **hand.at(now))
    followups.close(number, **hand.at(now))


def test_a_broken_promise_opens_a_case_with_one_owner_and_a_first_contact(mara: Hand) -> None:
    callback(mara)
    watch(NOW + 31 * MINUTE)
    case = queries.case_for(mara.scope, only_case())
    assert (case.owner_id, case.detected_by, case.stage) == (mara.id, DetectedBy.WATCH, Stage.NEW)
    assert [failure.promise.state for failure in case.failures if failure.promise] == [State.BROKEN]
    assert [one.promise.title for one in case.commitments] == ["Speak to Dana Okafor"]
    assert case.commitments[0].promise.due_at == NOW + 46 * MINUTE


def test_half_the_furniture_is_found_before_the_truck_leaves(mara: Hand) -> None:
    """A4: the forecast slips, and the case opens while there is still time to speak first."""
    dana = make_customer("Dana Okafor")
    made = promises.make(
        customer_id=dana.pk, kind="delivery", title="All six pieces before noon", due_at=NOW + 24 * HOUR,
        owner_id=mara.id, by=mara.by, now=NOW,
    )  # fmt: skip
    actions.forecast_promise(made.pk, forecast_at=NOW + 96 * HOUR, **mara.at(NOW + HOUR))
    case = queries.case_for(mara.scope, only_case())
    assert (case.detected_by, case.failures[0].what) == (
        DetectedBy.FORECAST,
        "Running late: All six pieces before noon",
    )
    watch(NOW + 25 * HOUR)
    assert Case.objects.count() == 1
    assert Failure.objects.count() == 1


def test_the_silent_alarm_climbs_to_the_executive_who_repairs_it(cast: Cast, mara: Hand) -> None:
    """A2: three callbacks are promised and missed; each draws in the next person; she comes, mends and asks."""
    lena, greta = Hand(cast.lena), Hand(cast.greta)
    callback(mara)
    watch(NOW + 31 * MINUTE)
    number = only_case()
    actions.record_step(number, step=Step.OWN, words="It is mine", **mara.at(NOW + 32 * MINUTE))
    first = actions.commit(number, title="Ring back", due_at=NOW + HOUR, **mara.at(NOW + 33 * MINUTE))
    watch(NOW + HOUR + MINUTE)
    assert [one.person_id for one in Escalation.objects.order_by("id")] == [lena.id]
    second = actions.commit(number, title="Ring back today", due_at=NOW + 80 * MINUTE, **mara.at(NOW + 62 * MINUTE))
    watch(NOW + 81 * MINUTE)
    assert [one.person_id for one in Escalation.objects.order_by("id")] == [lena.id, greta.id]

    now = NOW + 85 * MINUTE
    actions.take_in_charge(number, **greta.at(now))
    visit = actions.commit(number, title="Come and repair it myself", due_at=now + HOUR, **greta.at(now))
    with pytest.raises(Refusal) as early:
        followups.close(number, **greta.at(now))
    assert (early.value.code, early.value.message) == ("case.not_asked", "The customer has not been asked yet.")
    for promise_id in (first, second, visit):
        actions.keep_commitment(number, promise_id=promise_id, **greta.at(now + 50 * MINUTE))
    followups.ask(number, channel="visit", **greta.at(now + 55 * MINUTE))
    followups.answer(number, answer=Answer.SATISFIED, words="You came yourself", **greta.at(now + 56 * MINUTE))
    actions.record_cause(number, cause="handoff-nobody-told", note="The ticket had no owner", **greta.at(now + HOUR))
    followups.close(number, **greta.at(now + HOUR))
    case = queries.case_for(greta.scope, number)
    assert (case.outcome, case.stage, case.severity, case.sponsor_id) == (Outcome.SATISFIED, Stage.CLOSED, 4, greta.id)
    assert verbs(number).count("case.escalated") == 2


def test_the_ladder_ends_and_says_so(cast: Cast, mara: Hand) -> None:
    callback(mara)
    for hours in range(1, 12):
        watch(NOW + hours * HOUR)
    number = only_case()
    people = list(Escalation.objects.order_by("id").values_list("person_id", flat=True))
    assert people == [cast.lena.pk, cast.greta.pk]
    unanswered = Entry.objects.filter(case_id=number, verb="case.escalated").order_by("id").last()
    assert unanswered is not None
    assert "person" not in unanswered.data


OBSTACLES = ["case.not_asked", "case.no_answer", "case.no_cause"]


def test_each_refusal_to_close_says_what_is_missing(mara: Hand) -> None:
    callback(mara)
    watch(NOW + 31 * MINUTE)
    number, now = only_case(), NOW + 32 * MINUTE
    talk(mara, number, now)

    def refusal() -> str:
        with pytest.raises(Refusal) as refused:
            followups.close(number, **mara.at(now))
        assert refused.value.code == obstacles(queries.case_for(mara.scope, number), ())[0].code
        return refused.value.code

    seen = [refusal()]
    followups.ask(number, **mara.at(now))
    seen.append(refusal())
    followups.answer(number, answer=Answer.SATISFIED, **mara.at(now))
    seen.append(refusal())
    assert seen == OBSTACLES
    actions.record_cause(number, cause="forgotten", **mara.at(now))
    followups.close(number, **mara.at(now))
    assert Case.objects.get().outcome == Outcome.SATISFIED


def test_something_more_keeps_it_open_and_is_remembered(mara: Hand) -> None:
    callback(mara)
    watch(NOW + 31 * MINUTE)
    number, now = only_case(), NOW + 32 * MINUTE
    talk(mara, number, now)
    actions.record_cause(number, cause="forgotten", **mara.at(now))
    followups.ask(number, **mara.at(now))
    followups.answer(number, answer=Answer.MORE, words="I want it in writing", **mara.at(now))
    with pytest.raises(Refusal, match="wants something more"):
        followups.close(number, **mara.at(now))
    followups.ask(number, **mara.at(now + MINUTE))
    followups.answer(number, answer=Answer.SATISFIED, **mara.at(now + MINUTE))
    followups.close(number, **mara.at(now + MINUTE))
    assert Case.objects.get().outcome == Outcome.SATISFIED_AFTER_MORE


def test_three_attempts_make_a_customer_unreachable(mara: Hand) -> None:
    callback(mara)
    watch(NOW + 31 * MINUTE)
    number, now = only_case(), NOW + 32 * MINUTE
    talk(mara, number, now)
    actions.record_cause(number, cause="forgotten", **mara.at(now))
    for left in (2, 1, 0):
        followups.ask(number, channel="phone", **mara.at(now))
        followups.answer(number, answer=Answer.NOT_REACHED, **mara.at(now))
        if left:
            with pytest.raises(Refusal, match="was not reached"):
                followups.close(number, **mara.at(now))
    followups.close(number, **mara.at(now))
    assert Case.objects.get().outcome == Outcome.UNREACHABLE


def test_a_reopened_case_is_asked_anew(mara: Hand) -> None:
    callback(mara)
    watch(NOW + 31 * MINUTE)
    number, now = only_case(), NOW + 32 * MINUTE
    settle(mara, number, now)
    followups.reopen(number, reason="It rattles again", **mara.at(now + HOUR))
    with pytest.raises(Refusal, match="has not been asked"):
        followups.close(number, **mara.at(now + HOUR))
    followups.ask(number, **mara.at(now + HOUR))
    followups.answer(number, answer=Answer.SATISFIED, **mara.at(now + HOUR))
    followups.close(number, **mara.at(now + HOUR))
    assert Case.objects.get().outcome == Outcome.SATISFIED_AFTER_MORE


def test_a_second_failure_of_the_same_kind_is_flagged_and_graver(mara: Hand) -> None:
    dana = make_customer("Dana Okafor").pk
    callback(mara, customer=dana)
    watch(NOW + 31 * MINUTE)
    settle(mara, only_case(), NOW + 32 * MINUTE)
    later = NOW + timedelta(days=30)
    callback(mara, customer=dana, now=later)
    watch(later + 31 * MINUTE)
    first, second = Case.objects.order_by("pk")
    assert (second.ordinal, second.repeat_of_id, second.severity) == (2, first.pk, first.severity + 1)
    assert second.sponsor_id is not None


def test_another_failure_joins_the_open_case(mara: Hand) -> None:
    dana = make_customer("Dana Okafor").pk
    callback(mara, customer=dana)
    callback(mara, customer=dana, minutes=50)
    watch(NOW + 31 * MINUTE)
    watch(NOW + 51 * MINUTE)
    assert Case.objects.get().failures.count() == 2
    assert verbs(only_case()).count("case.joined") == 1


def test_word_that_it_was_kept_after_all_closes_an_untouched_case(mara: Hand) -> None:
    made = callback(mara)
    watch(NOW + 31 * MINUTE)
    actions.keep_promise(made.pk, at=NOW + 20 * MINUTE, **mara.at(NOW + 40 * MINUTE))
    case = Case.objects.get()
    assert (case.outcome, case.failures.get().corrected_at) == (Outcome.CORRECTED, NOW + 40 * MINUTE)
    assert not Promise.objects.filter(state__in=["open", "at_risk", "broken"]).exists()
    assert verbs(case.pk)[-2:] == ["case.corrected", "case.closed"]


def test_once_the_customer_has_heard_of_it_the_case_stays(mara: Hand) -> None:
    made = callback(mara)
    watch(NOW + 31 * MINUTE)
    actions.record_step(only_case(), step=Step.APOLOGISE, words="I am sorry", **mara.at(NOW + 35 * MINUTE))
    actions.keep_promise(made.pk, at=NOW + 20 * MINUTE, **mara.at(NOW + 40 * MINUTE))
    assert Case.objects.get().closed_at is None


# --- ownership --------------------------------------------------------------------------------------


@pytest.fixture
def case(mara: Hand) -> int:
    callback(mara)
    watch(NOW + 31 * MINUTE)
    return only_case()


def owner() -> int:
    return Case.objects.get().owner_id


def test_a_handover_counts_once_accepted(cast: Cast, mara: Hand, case: int) -> None:
    lena, now = Hand(cast.lena), NOW + 40 * MINUTE
    actions.offer(case, to=lena.id, note="You know her", **mara.at(now))
    assert owner() == mara.id
    actions.decline(case, note="In a meeting", **lena.at(now))
    assert owner() == mara.id
    actions.offer(case, to=lena.id, **mara.at(now))
    actions.accept(case, **lena.at(now))
    assert owner() == lena.id
    assert set(Promise.objects.filter(kind__slug="first-contact").values_list("owner_id", flat=True)) == {lena.id}


def test_nobody_absent_is_offered_a_case(cast: Cast, mara: Hand, case: int) -> None:
    with pytest.raises(Refusal, match="not there"):
        actions.offer(case, to=cast.tomas.pk, **mara.at(NOW + 40 * MINUTE))


def test_an_agent_does_not_take_what_a_colleague_is_at(cast: Cast, mara: Hand, case: int) -> None:
    cast.tomas.absences.all().delete()
    tomas, lena, now = Hand(cast.tomas), Hand(cast.lena), NOW + 40 * MINUTE
    actions.take(case, **mara.at(now))
    with pytest.raises(Refusal, match="Mara Silva is at work on it"):
        actions.take(case, **tomas.at(now))
    actions.take(case, **lena.at(now))
    assert owner() == lena.id


def test_the_case_of_somebody_who_leaves_goes_to_their_deputy_at_once(cast: Cast, mara: Hand, case: int) -> None:
    now = NOW + 2 * HOUR
    cast.tomas.absences.all().delete()
    make_absence(cast.mara, starts_at=now, ends_at=now + 9 * HOUR, deputy=cast.tomas)
    assert actions.reassign_absent(now=now + MINUTE) == 1
    assert owner() == cast.tomas.pk
    assert actions.reassign_absent(now=now + MINUTE) == 0


def test_a_stranger_sees_and_does_nothing(cast: Cast, case: int) -> None:
    stranger = Hand(cast.stranger)
    attempts = [
        lambda: queries.case_for(stranger.scope, case),
        lambda: actions.take(case, **stranger.at(NOW)),
        lambda: actions.note(case, text="Hello", **stranger.at(NOW)),
        lambda: followups.close(case, **stranger.at(NOW)),
    ]
    for attempt in attempts:
        with pytest.raises(Refusal) as refused:
            attempt()
        assert (refused.value.code, refused.value.status) == ("case.unknown", 404)
    assert queries.cases_list(stranger.scope, queries.CaseFilter()).rows == ()
    assert queries.search(stranger.scope, "alarm", limit=9) == ()
    assert all(group.count == 0 for group in queries.desk_rows(stranger.scope, who="team").groups)


def test_an_analyst_looks_and_does_not_act(cast: Cast, case: int) -> None:
    anil = Hand(cast.anil)
    assert queries.case_for(anil.scope, case).allowed == ()
    with pytest.raises(Refusal) as refused:
        actions.note(case, text="Hello", **anil.at(NOW))
    assert refused.value.status == 403


# --- reading ----------------------------------------------------------------------------------------


def test_what_is_allowed_follows_what_happened(cast: Cast, mara: Hand, case: int) -> None:
    now = NOW + 40 * MINUTE
    assert Do.TAKE in queries.case_for(mara.scope, case).allowed
    assert Do.ANSWER not in queries.case_for(mara.scope, case).allowed
    actions.take(case, **mara.at(now))
    followups.ask(case, **mara.at(now))
    allowed = queries.case_for(mara.scope, case).allowed
    assert Do.TAKE not in allowed
    assert Do.ANSWER in allowed
    assert Do.ASSIGN in queries.case_for(Hand(cast.lena).scope, case).allowed


def test_cases_are_found_by_number_and_by_words(mara: Hand, case: int) -> None:
    actions.record_step(case, step=Step.LISTEN, words="The dog barked all night", **mara.at(NOW + 40 * MINUTE))
    for text in (f"SR-{case}", str(case), "alarm", "bark dog"):
        assert [line.number for line in queries.search(mara.scope, text, limit=5)] == [case]
    assert queries.search(mara.scope, "sofa", limit=5) == ()


def test_the_desk_has_three_groups_in_their_order(cast: Cast, mara: Hand, case: int) -> None:
    callback(mara, minutes=90)
    watch(NOW + 82 * MINUTE)
    desk = queries.desk_rows(mara.scope, who="me")
    assert [(group.key, group.count) for group in desk.groups] == [("broken", 1), ("at_risk", 1), ("waiting", 0)]
    lena = queries.desk_rows(Hand(cast.lena).scope, who="me").groups[2]
    assert [row.why for row in lena.rows] == ["Take it in charge"]


@pytest.fixture
def many(mara: Hand) -> None:
    for number in range(12):
        callback(mara, customer=make_customer(f"Customer {number}").pk)
    watch(NOW + 31 * MINUTE)


def test_reading_costs_the_same_whatever_there_is(
    mara: Hand, case: int, many: None, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(2):  # type: ignore[operator]
        assert queries.desk_rows(mara.scope, who="me").groups[0].count == 13
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        queries.case_for(mara.scope, case)
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        assert len(queries.cases_list(mara.scope, queries.CaseFilter()).rows) == 13


def test_the_list_pages_by_key(mara: Hand, many: None) -> None:
    seen: list[int] = []
    after = ""
    while True:
        page = queries.cases_list(mara.scope, queries.CaseFilter(), after=after, limit=5)
        seen += [row.number for row in page.rows]
        after = page.next
        if not after:
            break
    assert len(seen) == len(set(seen)) == 12
