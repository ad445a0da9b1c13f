"""What opens a case, what joins one, what is taken back, and that it costs the same for one as for a thousand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases import actions, queries
from makegood.cases.models import Case, Commitment, Escalation, Failure
from makegood.cases.rules import DetectedBy, Outcome, Purpose, Step
from makegood.customers import actions as customers
from makegood.customers.models import Customer
from makegood.followups import actions as followups
from makegood.journal.actors import SYSTEM
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.promises.actions import NewPromise, advance_due, make_many, receive
from makegood.promises.facts import CustomerFact, Fact
from makegood.promises.models import Calendar, Kind, Promise
from makegood.promises.queries import kind_named
from makegood.promises.rules import Moved, State
from tests.factories import NOW, Cast, make_absence, make_cast, make_customer
from tests.rooms.casework import HOUR, MINUTE, Hand, callback, cast, mara, watch

__all__ = ["cast", "mara"]

pytestmark = pytest.mark.django_db
BROKE = NOW + 31 * MINUTE


def first_contacts() -> list[datetime]:
    made = Commitment.objects.filter(purpose=Purpose.FIRST_CONTACT).order_by("case_id")
    return list(made.values_list("promise__due_at", flat=True))


def fact(**told: Any) -> Fact:
    known = {"customer": CustomerFact(key="K1", name="Dana Okafor"), "kind": "delivery", "title": "Six pieces"}
    return Fact(source="shop", reference="N-1", **({**known, "due_at": NOW + HOUR} | told))


def hear(*facts: Fact, now: datetime) -> int:
    return actions.follow(receive(facts, by=SYSTEM, now=now).moved, by=SYSTEM, now=now)


def test_the_same_news_twice_opens_nothing_more(mara: Hand) -> None:
    callback(mara)
    moved = advance_due(now=BROKE, limit=10)
    assert actions.follow(moved, by=SYSTEM, now=BROKE) == 1
    entries = Entry.objects.count()
    assert actions.follow(moved, by=SYSTEM, now=BROKE) == 0
    assert (Case.objects.count(), Failure.objects.count(), Entry.objects.count()) == (1, 1, entries)


def test_whoever_gave_their_word_owns_what_became_of_it_unless_they_are_away(cast: Cast) -> None:
    Kind.objects.filter(slug="callback").update(team=cast.billing)
    callback(Hand(cast.mara))
    watch(BROKE)
    assert Case.objects.get().owner == cast.mara
    make_absence(cast.tomas)
    callback(Hand(cast.tomas), customer=make_customer("Ines Duarte").pk)
    watch(BROKE)
    assert Case.objects.latest("id").owner.team == cast.billing


def test_what_no_team_answers_for_stays_with_the_team_that_reported_or_promised_it(cast: Cast) -> None:
    Kind.objects.update(team=None)
    for name in ("Ines Duarte", "June Park", "Theo Grant", "Lucy Adeyemi"):
        reported = actions.report_failure(
            customer_id=make_customer(name).pk, kind="repair", what="It rattles", **Hand(cast.stranger).at(NOW)
        )
        assert queries.case_for(Hand(cast.stranger).scope, reported.number).owner_id == cast.stranger.pk
    make_absence(cast.mara)
    callback(Hand(cast.mara))
    watch(BROKE)
    assert Case.objects.latest("id").owner == cast.tomas


def test_a_customer_who_wants_to_hear_from_us_often_is_spoken_to_sooner(mara: Hand) -> None:
    callback(mara, customer=make_customer("Patient", cadence_minutes=120).pk)
    callback(mara, customer=make_customer("Anxious", cadence_minutes=5).pk)
    watch(BROKE)
    assert first_contacts() == [BROKE + 15 * MINUTE, BROKE + 5 * MINUTE]


def test_the_first_contact_is_due_in_working_time_when_its_kind_says_so(mara: Hand) -> None:
    desk = Calendar.objects.create(name="Desk", time_zone="UTC", week={"tue": ["09:00-17:00"]})
    Kind.objects.filter(slug="first-contact").update(calendar=desk)
    callback(mara)
    watch(BROKE)
    tuesday = NOW.replace(hour=9) + timedelta(days=1)
    assert first_contacts() == [tuesday + 15 * MINUTE]


def test_customers_who_were_merged_count_as_one(mara: Hand) -> None:
    kept, gone = make_customer("Dana Okafor"), make_customer("D. Okafor")
    callback(mara, customer=gone.pk)
    watch(BROKE)
    customers.merge(kept.pk, gone.pk, by=SYSTEM, now=BROKE)
    for customer in (kept, gone):
        callback(mara, customer=customer.pk, now=BROKE)
        watch(BROKE + 31 * MINUTE)
    assert Case.objects.get().failures.count() == 3


def test_a_repeat_is_seen_across_a_merge(mara: Hand) -> None:
    kept, gone = make_customer("Dana Okafor"), make_customer("D. Okafor")
    callback(mara, customer=gone.pk)
    watch(BROKE)
    Case.objects.update(closed_at=BROKE, outcome=Outcome.SATISFIED)
    customers.merge(kept.pk, gone.pk, by=SYSTEM, now=BROKE)
    callback(mara, customer=kept.pk, now=BROKE)
    watch(BROKE + 31 * MINUTE)
    first, second = Case.objects.order_by("pk")
    assert (second.customer_id, second.ordinal, second.repeat_of_id) == (kept.pk, 2, first.pk)


def test_after_a_year_it_is_no_repeat(mara: Hand) -> None:
    dana = make_customer("Dana Okafor").pk
    callback(mara, customer=dana)
    watch(BROKE)
    Case.objects.update(closed_at=BROKE, outcome=Outcome.SATISFIED)
    later = NOW + timedelta(days=366)
    callback(mara, customer=dana, now=later)
    watch(later + 31 * MINUTE)
    assert Case.objects.order_by("pk").last().ordinal == 1  # type: ignore[union-attr]


def test_many_failures_of_one_customer_at_once_are_one_case(mara: Hand) -> None:
    dana = make_customer("Dana Okafor").pk
    for _ in range(4):
        callback(mara, customer=dana)
    watch(BROKE)
    case = Case.objects.get()
    assert (case.failures.count(), case.severity) == (4, 4)
    assert Entry.objects.filter(verb="case.joined").count() == 3


# --- late news --------------------------------------------------------------------------------------


def test_what_was_foretold_and_did_not_come_about_is_taken_back(mara: Hand) -> None:
    hear(fact(forecast_at=NOW + 3 * HOUR), now=NOW)
    case = Case.objects.get()
    assert case.detected_by == DetectedBy.FORECAST
    hear(fact(forecast_at=NOW + 3 * HOUR, kept_at=NOW + 20 * MINUTE), now=NOW + 30 * MINUTE)
    case.refresh_from_db()
    assert case.outcome == Outcome.CORRECTED


def test_one_that_was_only_quiet_is_spoken_about_once_its_forecast_slips(mara: Hand) -> None:
    hear(fact(), now=NOW)
    watch(NOW + 45 * MINUTE)
    assert Promise.objects.get(reference="N-1").state == State.AT_RISK
    assert not Case.objects.exists()
    assert hear(fact(forecast_at=NOW + 3 * HOUR), now=NOW + 46 * MINUTE) == 1
    assert hear(fact(forecast_at=NOW + 4 * HOUR), now=NOW + 47 * MINUTE) == 0
    assert Case.objects.get().detected_by == DetectedBy.FORECAST


def test_a_forecast_that_is_good_again_leaves_nothing_to_say(mara: Hand) -> None:
    hear(fact(forecast_at=NOW + 3 * HOUR, observed_at=NOW), now=NOW)
    hear(fact(forecast_at=NOW + 30 * MINUTE, observed_at=NOW + MINUTE), now=NOW + MINUTE)
    assert Case.objects.get().outcome == Outcome.CORRECTED


def test_what_was_set_right_and_fails_after_all_comes_back(mara: Hand) -> None:
    hear(fact(forecast_at=NOW + 3 * HOUR, observed_at=NOW), now=NOW)
    hear(fact(forecast_at=NOW + 30 * MINUTE, observed_at=NOW + MINUTE), now=NOW + MINUTE)
    watch(NOW + 2 * HOUR)
    case = Case.objects.get()
    assert (case.closed_at, case.outcome, case.failures.get().corrected_at) == (None, "", None)
    states = Commitment.objects.order_by("id").values_list("promise__state", flat=True)
    assert list(states) == [State.WITHDRAWN, State.OPEN]
    assert [Entry.objects.filter(verb=verb).count() for verb in ("case.opened", "case.reopened")] == [1, 1]


def test_a_case_somebody_spoke_in_stays_open_and_takes_the_failure_back(mara: Hand) -> None:
    hear(fact(kept_at=None), now=NOW)
    watch(NOW + 2 * HOUR)
    case = Case.objects.get()
    actions.record_step(case.pk, step=Step.APOLOGISE, words="I am sorry", **mara.at(NOW + 2 * HOUR))
    hear(fact(kept_at=NOW + 30 * MINUTE, observed_at=NOW + 2 * HOUR), now=NOW + 3 * HOUR)
    assert case.failures.get().corrected_at == NOW + 3 * HOUR
    hear(fact(kept_at=NOW + 90 * MINUTE, observed_at=NOW + 4 * HOUR), now=NOW + 4 * HOUR)
    assert case.failures.get().corrected_at is None
    assert Case.objects.get().closed_at is None


# --- what people report -----------------------------------------------------------------------------


def report(hand: Hand, customer_id: int, **more: Any) -> int:
    told: dict[str, Any] = {"kind": "delivery", "what": "Two of six pieces did not come"}
    return actions.report_failure(customer_id=customer_id, **(told | more), **hand.at(NOW + HOUR)).number


def test_staff_report_a_harm_and_it_is_found_by_its_words(mara: Hand) -> None:
    number = report(mara, make_customer("Dana Okafor").pk, harm="Nothing to sleep on", detected_by="staff")
    case = queries.case_for(mara.scope, number)
    assert (case.owner_id, case.detected_by, case.harm, case.severity) == (mara.id, "staff", "Nothing to sleep on", 3)
    assert [line.number for line in queries.search(mara.scope, "sleep", limit=3)] == [number]


def test_a_report_joins_the_open_case_and_adds_its_harm(mara: Hand) -> None:
    dana = make_customer("Dana Okafor").pk
    number = report(mara, dana, harm="No bed")
    assert report(mara, dana, what="The driver was rude", failure_class="process", harm="Felt small") == number
    case = queries.case_for(mara.scope, number)
    assert (len(case.failures), case.harm) == (2, "No bed\nFelt small")
    assert [line.number for line in queries.search(mara.scope, "small", limit=3)] == [number]


def test_a_report_about_a_promise_in_a_case_is_no_second_failure(mara: Hand) -> None:
    made = callback(mara)
    watch(BROKE)
    number = report(mara, made.customer_id, kind="callback", promise_id=made.pk, harm="Waited all day")
    assert (number, Failure.objects.count()) == (Case.objects.get().pk, 1)
    Case.objects.update(closed_at=BROKE, outcome=Outcome.SATISFIED)
    again = report(mara, made.customer_id, kind="", promise_id=made.pk)
    assert again != number
    assert Failure.objects.get(case_id=again).promise_id is None


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"severity": 0}, "case.bad_value"),
        ({"criticality": 5}, "case.bad_value"),
        ({"failure_class": "weather"}, "case.bad_value"),
        ({"detected_by": "watch"}, "case.bad_value"),
        ({"kind": "first-contact"}, "case.bad_value"),
        ({"kind": "nonsense"}, "kind.unknown"),
        ({"what": " "}, "case.no_words"),
        ({"harm": "x" * 10_001}, "case.too_long"),
        ({"customer_id": 2**40}, "customer.unknown"),
        ({"promise_id": 2**40}, "promise.unknown"),
    ],
)
def test_a_report_that_cannot_be_right_is_refused(mara: Hand, told: dict[str, Any], code: str) -> None:
    customer_id = told.pop("customer_id", None) or make_customer("Dana Okafor").pk
    with pytest.raises(Refusal) as refused:
        report(mara, customer_id, **told)
    assert refused.value.code == code


def test_a_report_does_not_name_a_promise_made_to_somebody_else(mara: Hand) -> None:
    made = callback(mara, customer=make_customer("Somebody Else").pk)
    with pytest.raises(Refusal, match="somebody else"):
        report(mara, make_customer("Dana Okafor").pk, promise_id=made.pk)


# --- in sets ----------------------------------------------------------------------------------------


def break_many(count: int, now: datetime) -> list[Moved]:
    names = [Customer(name=f"Customer {number}", key=f"{now:%d%H}-{number}", made_at=now) for number in range(count)]
    ids = [customer.pk for customer in Customer.objects.bulk_create(names)]
    news = [NewPromise(customer_id=pk, title="Ring back", due_at=now + MINUTE) for pk in ids]
    make_many(news, kind=kind_named("callback"), by=SYSTEM, now=now)
    return advance_due(now=now + 2 * MINUTE, limit=count * 2)


def settle_all(now: datetime) -> None:
    Promise.objects.exclude(next_check_at=None).update(state=State.KEPT, next_check_at=None, settled_at=now)


def queries_of(moved: list[Moved], now: datetime) -> int:
    with CaptureQueriesContext(connection) as seen:
        actions.follow(moved, by=SYSTEM, now=now)
    return len(seen)


def test_opening_three_hundred_cases_costs_the_statements_of_three(cast: Cast) -> None:
    few = queries_of(break_many(3, NOW), NOW + 2 * MINUTE)
    settle_all(NOW)
    later = NOW + 9 * HOUR
    # More than a few promises are numbered, copied and recorded by a statement each.
    assert queries_of(break_many(300, later), later + 2 * MINUTE) == few + 2
    assert (Case.objects.count(), Failure.objects.count(), Commitment.objects.count()) == (303, 303, 303)
    loads = [Case.objects.filter(owner=owner).count() for owner in (cast.mara, cast.tomas)]
    assert max(loads) - min(loads) <= 1


def test_three_hundred_broken_first_contacts_climb_in_the_statements_of_three(cast: Cast) -> None:
    costs = []
    for count, now in ((3, NOW), (300, NOW + 9 * HOUR)):
        actions.follow(break_many(count, now), by=SYSTEM, now=now + 2 * MINUTE)
        moved = advance_due(now=now + HOUR, limit=1000)
        costs.append(queries_of(moved, now + HOUR))
        settle_all(now)
    assert costs[0] + 2 == costs[1]
    assert Escalation.objects.filter(person=cast.lena).count() == 303


def test_a_night_file_sets_three_hundred_right_in_the_statements_of_three(cast: Cast) -> None:
    costs = []
    for count, now in ((3, NOW), (300, NOW + 9 * HOUR)):
        moved = break_many(count, now)
        actions.follow(moved, by=SYSTEM, now=now + 2 * MINUTE)
        after = [msgspec.structs.replace(one, before=State.BROKEN, after=State.KEPT) for one in moved]
        costs.append(queries_of(after, now + 3 * MINUTE))
    assert costs[0] == costs[1]
    assert Case.objects.filter(outcome=Outcome.CORRECTED).count() == 303
    states = Promise.objects.filter(kind__slug="first-contact").values_list("state", "withdrawn_at").distinct()
    assert {state for state, _ in states} == {State.WITHDRAWN}
    assert Entry.objects.filter(verb="promise.withdrawn").count() == 303


def test_a_cause_still_sought_when_the_case_is_closed_is_not_lost_in_silence(cast: Cast, mara: Hand) -> None:
    number, now = report(mara, make_customer("Dana Okafor").pk), NOW + HOUR
    actions.name_cause_finder(number, staff_id=mara.id, due_at=NOW + 2 * HOUR, **mara.at(now))
    actions.name_cause_finder(number, staff_id=cast.lena.pk, due_at=NOW + 3 * HOUR, **mara.at(now))
    seeking = Commitment.objects.filter(purpose=Purpose.FIND_CAUSE).order_by("id")
    assert list(seeking.values_list("promise__state", flat=True)) == [State.WITHDRAWN, State.OPEN]
    actions.record_step(number, step=Step.APOLOGISE, words="I am sorry", **mara.at(now))
    followups.ask(number, **mara.at(now))
    followups.answer(number, answer="satisfied", **mara.at(now))
    followups.close(number, **mara.at(now))

    watch(NOW + 4 * HOUR)
    drawn = Escalation.objects.get()
    assert (drawn.person_id, Case.objects.get().severity) == (cast.lena.pk, 3)
    lena = Hand(cast.lena)
    assert [row.why for row in queries.desk_rows(lena.scope, who="me").groups[2].rows] == ["Take it in charge"]
    actions.take_in_charge(number, **lena.at(NOW + 4 * HOUR))
    actions.record_cause(number, cause="forgotten", **lena.at(NOW + 5 * HOUR))
    assert queries.desk_rows(lena.scope, who="me").groups[2].count == 0
    left = Promise.objects.filter(state__in=["open", "at_risk", "broken"])
    assert set(left.values_list("kind__slug", flat=True)) == {"follow-up"}


def test_closing_lets_go_of_those_who_need_not_come_any_more(cast: Cast, mara: Hand) -> None:
    callback(mara)
    watch(BROKE)
    watch(BROKE + 20 * MINUTE)
    number, now = Case.objects.get().pk, BROKE + 25 * MINUTE
    assert Escalation.objects.get().person_id == cast.lena.pk
    actions.record_step(number, step=Step.APOLOGISE, words="I am sorry", **mara.at(now))
    followups.ask(number, **mara.at(now))
    followups.answer(number, answer="satisfied", **mara.at(now))
    actions.record_cause(number, cause="forgotten", **mara.at(now))
    followups.close(number, **mara.at(now))
    watch(NOW + 9 * HOUR)
    assert Escalation.objects.count() == 1
    left = Promise.objects.filter(kind__inside_case=True, state__in=["open", "at_risk", "broken"])
    assert set(left.values_list("kind__slug", flat=True)) == {"follow-up"}


def test_nobody_who_may_work_means_no_case_and_a_sentence() -> None:
    made = make_cast()
    callback(Hand(made.mara))
    type(made.mara).objects.update(is_active=False)
    moved = advance_due(now=BROKE, limit=10)
    with pytest.raises(Refusal, match="nobody to give this to"):
        actions.follow(moved, by=SYSTEM, now=BROKE)
