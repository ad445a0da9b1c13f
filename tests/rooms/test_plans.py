"""The plan of a case: prepared before the first word, changed by people, kept as it stood."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases import actions as cases
from makegood.cases.models import Case
from makegood.cases.queries import case_for, causes, timeline
from makegood.cases.rules import Step
from makegood.customers.models import Customer
from makegood.customers.queries import customer_for
from makegood.followups import actions as followups
from makegood.journal.actors import SYSTEM
from makegood.kernel.refusals import Refusal
from makegood.remedies import actions
from makegood.remedies.models import PlanLine
from makegood.remedies.queries import Plan, plan_of
from makegood.remedies.rules.authority import Limit
from tests.factories import NOW, Cast, make_customer
from tests.rooms.casework import HOUR, MINUTE, Hand, callback, cast, mara, watch

__all__ = ["cast", "mara"]
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def customer(mara: Hand) -> Customer:
    actions.install_shipped(by=SYSTEM, now=NOW)
    for grade in (1, 2, 4):
        actions.set_limit(Limit(grade=grade, currency="GBP", case=Decimal(10) ** grade), by=SYSTEM, now=NOW)
    return make_customer("Dana Okafor", language="de-AT", time_zone="Europe/Vienna", cadence_minutes=120)


def fail(hand: Hand, customer: Customer, *, at: Any = NOW) -> int:
    """A broken callback of this customer, and the number of its case."""
    callback(hand, customer=customer.pk, now=at)
    watch(at + HOUR)
    return Case.objects.latest("pk").pk


def plan_for(hand: Hand, number: int, now: Any = NOW + HOUR) -> Plan:
    case = case_for(hand.scope, number)
    return plan_of(case, customer_for(hand.scope, case.customer_id), scope=hand.scope, now=now)


def said(plan: Plan, step: Step) -> str:
    return next(one.words for one in plan.words if one.step is step)


def test_a_plan_tells_what_happened_and_what_to_say_in_their_language(mara: Hand, customer: Customer) -> None:
    plan = plan_for(mara, fail(mara, customer))

    assert (plan.promised, plan.promised_at) == ("Ring back about the alarm", NOW + 30 * MINUTE)
    assert (plan.since, plan.foretold, plan.known_first) == (NOW + 30 * MINUTE, False, "watch")
    assert plan.speak_by is not None
    assert plan.update_minutes == 120
    assert (plan.earlier, plan.apologies, plan.cautions) == ((), (), ())
    assert (plan.needed[0].part, plan.needed[0].name) == ("owner", "Mara Silva")
    assert plan.language == "de"
    assert said(plan, Step.OWN) == "Ich bin Mara Silva. Ich kümmere mich darum, bis Sie sagen: Jetzt stimmt es."
    assert "Mo 23. Nov, 16:30" in said(plan, Step.APOLOGISE), "late by an hour is late on the same day"
    assert 0 < len(plan.options) <= 3


def test_a_second_failure_tells_what_they_lived_through_and_names_a_sponsor(
    cast: Cast, mara: Hand, customer: Customer
) -> None:
    first = fail(mara, customer)
    cases.record_step(first, step="apologise", words="Es tut uns leid.", **mara.at(NOW + HOUR))
    followups.ask(first, **mara.at(NOW + 2 * HOUR))
    followups.answer(first, answer="not_satisfied", **mara.at(NOW + 2 * HOUR))
    cases.record_cause(first, cause=causes()[0].slug, **mara.at(NOW + 2 * HOUR))
    followups.close(first, **mara.at(NOW + 2 * HOUR))
    other = callback(mara, customer=customer.pk, minutes=3000, now=NOW + 4 * DAY)
    second = fail(mara, customer, at=NOW + 5 * DAY)

    plan = plan_for(mara, second, NOW + 5 * DAY + HOUR)

    assert [(one.number, one.outcome) for one in plan.earlier] == [(first, "not_satisfied")]
    assert [(one.case, one.by) for one in plan.apologies] == [(first, "Mara Silva")]
    assert [one.id for one in plan.open_promises] == [other.pk]
    assert [one.code for one in plan.cautions] == ["plan.apologised_already"]
    assert "leid" not in said(plan, Step.APOLOGISE)
    assert ("sponsor", "Lena Brandt") in [(one.part, one.name) for one in plan.needed]


def test_a_person_changes_a_line_and_every_version_is_kept(cast: Cast, mara: Hand, customer: Customer) -> None:
    number = fail(mara, customer)
    lena = Hand(cast.lena)

    actions.change_plan(number, step="own", words="  Hier ist\nMara. ", **mara.at(NOW + HOUR))
    actions.change_plan(number, step="own", words="Mara hier, ich bin dran.", **lena.at(NOW + HOUR + MINUTE))

    own = plan_for(mara, number).words[0]
    assert (own.words, own.by, own.at) == ("Mara hier, ich bin dran.", "Lena Brandt", NOW + HOUR + MINUTE)
    assert own.prepared.startswith("Ich bin Mara Silva.")
    kept = PlanLine.objects.order_by("id").values_list("words", "by__name")
    assert list(kept) == [("Hier ist Mara.", "Mara Silva"), ("Mara hier, ich bin dran.", "Lena Brandt")]
    told = [one for one in timeline(case_for(mara.scope, number)) if one.verb == "case.plan_changed"]
    assert [one.data["note"] for one in told] == ["Hier ist Mara.", "Mara hier, ich bin dran."]

    actions.change_plan(number, step="own", words="", **mara.at(NOW + HOUR + 2 * MINUTE))
    own = plan_for(mara, number).words[0]
    assert (own.words, own.by, own.at) == (own.prepared, "", None)


def test_the_first_word_keeps_the_plan_as_it_stood(mara: Hand, customer: Customer) -> None:
    number = fail(mara, customer)
    actions.take_step(number, step="own", **mara.at(NOW + HOUR))
    actions.change_plan(number, step="refocus", words="Heute um vier.", **mara.at(NOW + HOUR))
    before = plan_for(mara, number, NOW + 2 * HOUR)

    actions.take_step(
        number, step="listen", words="Keiner rief an", harm="Allein im Dunkeln", **mara.at(NOW + 2 * HOUR)
    )

    kept = plan_for(mara, number, NOW + 9 * DAY)
    assert (kept.kept_at, kept.kept_by, kept.harm) == (NOW + 2 * HOUR, "Mara Silva", "")
    assert kept.words == before.words
    assert kept.options == before.options
    with pytest.raises(Refusal) as refused:
        actions.change_plan(number, step="own", words="Zu spät", **mara.at(NOW + 2 * HOUR))
    assert refused.value.code == "plan.kept"


def test_a_first_word_that_is_taken_back_lets_the_plan_be_prepared_anew(mara: Hand, customer: Customer) -> None:
    number = fail(mara, customer)
    actions.take_step(number, step="listen", words="Falscher Fall", **mara.at(NOW + HOUR))
    entry = next(one.id for one in timeline(case_for(mara.scope, number)) if one.verb == "case.step")
    followups.undo(number, entry=entry, **mara.at(NOW + HOUR))

    assert plan_for(mara, number).kept_at is None
    actions.change_plan(number, step="own", words="Mara hier", **mara.at(NOW + HOUR))
    actions.take_step(number, step="own", words="Mara hier", **mara.at(NOW + 2 * HOUR))
    kept = plan_for(mara, number)
    assert (kept.kept_at, said(kept, Step.OWN)) == (NOW + 2 * HOUR, "Mara hier")


def test_steps_tell_what_to_heed_and_stop_nobody(mara: Hand, customer: Customer) -> None:
    number = fail(mara, customer)

    def codes(step: str, words: str, now: Any) -> list[str]:
        return [one.code for one in actions.take_step(number, step=step, words=words, **mara.at(now))]

    assert codes("listen", "Versprechen Sie, dass es nicht wieder vorkommt", NOW + HOUR) == []
    assert codes("apologise", "Es tut mir leid.", NOW + HOUR) == []
    assert codes("apologise", "Es wird nicht wieder vorkommen.", NOW + 2 * HOUR) == [
        "plan.apologised_already", "plan.promises_improvement",
    ]  # fmt: skip
    assert codes("refocus", "We will do better.", NOW + 3 * HOUR) == ["plan.promises_improvement"]
    assert codes("apologise", "Verzeihung, ich komme um vier.", NOW + 40 * DAY) == []
    assert len(case_for(mara.scope, number).steps) == 5


def test_what_is_still_to_be_said_promises_no_improvement(mara: Hand) -> None:
    number = fail(mara, make_customer("Ida Berg"), at=NOW)
    with pytest.raises(Refusal, match="“nunca más” promises that things will be better"):
        actions.change_plan(number, step="refocus", words="Nunca más", **mara.at(NOW + HOUR))


@pytest.mark.parametrize(
    ("step", "words", "code"), [("agree", "x", "plan.unknown_line"), ("own", "x" * 301, "plan.too_long")]
)
def test_what_is_no_line_is_refused(mara: Hand, customer: Customer, step: str, words: str, code: str) -> None:
    number = fail(mara, customer)
    with pytest.raises(Refusal) as refused:
        actions.change_plan(number, step=step, words=words, **mara.at(NOW + HOUR))
    assert refused.value.code == code


def test_a_stranger_neither_changes_a_plan_nor_sees_titles_of_a_team_that_is_not_theirs(
    cast: Cast, mara: Hand, customer: Customer
) -> None:
    number = fail(mara, customer)
    stranger = Hand(cast.stranger)
    with pytest.raises(Refusal) as refused:
        actions.change_plan(number, step="own", words="Hello", **stranger.at(NOW + HOUR))
    assert refused.value.code == "case.unknown"

    theirs = cases.report_failure(
        customer_id=customer.pk, kind="refund", what="Charged twice", **mara.at(NOW + 2 * HOUR)
    ).number
    Case.objects.filter(pk=theirs).update(owner=cast.stranger)
    (hidden,) = plan_for(stranger, theirs, NOW + 3 * HOUR).earlier
    assert (hidden.number, hidden.title) == (number, "")


def test_a_plan_takes_as_many_queries_whatever_they_lived_through(mara: Hand, customer: Customer) -> None:
    number = fail(mara, customer)
    few = _queries(mara, number)
    past = cases.report_failure(customer_id=customer.pk, kind="delivery", what="Wrong colour", **mara.at(NOW)).number
    for times in range(1, 4):
        cases.record_step(past, step="apologise", words="Leider", **mara.at(NOW))
        callback(mara, customer=customer.pk, minutes=9000 + times)
    assert _queries(mara, number) == few == QUERIES


QUERIES = 22
"""Of the plan with its customer, beside those of the case."""


def _queries(hand: Hand, number: int) -> int:
    case = case_for(hand.scope, number)
    with CaptureQueriesContext(connection) as seen:
        plan_of(case, customer_for(hand.scope, case.customer_id), scope=hand.scope, now=NOW + HOUR)
    return len(seen)
