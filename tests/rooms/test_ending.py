"""Ending a case: no rule is skipped, whichever room keeps it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from makegood.cases import actions as cases
from makegood.cases.models import Case
from makegood.cases.queries import case_for
from makegood.cases.rules import Answer, Do, Step
from makegood.followups import actions, queries
from makegood.kernel.refusals import Refusal
from makegood.remedies import actions as remedies
from makegood.remedies.models import Grant
from makegood.remedies.rules.authority import Limit
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import Choice
from tests.factories import NOW, Cast, make_customer
from tests.rooms.casework import HOUR, Hand, cast, mara

__all__ = ["cast", "mara"]

pytestmark = pytest.mark.django_db


def reported(hand: Hand) -> int:
    return cases.report_failure(
        customer_id=make_customer("Dana Okafor").pk, kind="delivery", what="Two pieces did not arrive", **hand.at(NOW)
    ).number


def satisfied(hand: Hand, number: int, now: datetime) -> None:
    actions.ask(number, channel="email", **hand.at(now))
    actions.answer(number, answer=Answer.SATISFIED, **hand.at(now))
    cases.record_cause(number, cause="forgotten", **hand.at(now))


def codes(hand: Hand, number: int) -> list[str]:
    return [one.code for one in queries.obstacles(case_for(hand.scope, number), ())]


def refund(hand: Hand, number: int) -> None:
    remedies.set_limit(Limit(grade=1, currency="GBP"), by=hand.by, now=NOW)
    choice = Choice(remedy=RemedyKind.REFUND, title="Refund £10", amount=Decimal(10), due_at=NOW + HOUR)
    remedies.grant(number, [choice], currency="GBP", **hand.at(NOW))
    promise_id = Grant.objects.get().promise_id
    assert promise_id is not None
    cases.keep_commitment(number, promise_id=promise_id, **hand.at(NOW + timedelta(minutes=30)))


def test_a_case_never_ends_on_money_alone(cast: Cast, mara: Hand) -> None:
    greta = Hand(cast.greta)
    number, later = reported(greta), NOW + HOUR
    refund(greta, number)
    satisfied(greta, number, later)
    assert codes(greta, number) == ["case.money_alone"]
    with pytest.raises(Refusal, match="Only money was given") as refused:
        actions.close(number, **greta.at(later))
    assert refused.value.code == "case.money_alone"
    cases.record_step(number, step=Step.OWN, **greta.at(later))
    assert codes(greta, number) == ["case.money_alone"]  # to take it on without a word of it is nothing they heard
    cases.record_step(number, step=Step.APOLOGISE, words="I am sorry: we lost it.", **greta.at(later))
    facts = case_for(greta.scope, number)
    assert Do.CLOSE in queries.allowed(facts, queries.obstacles(facts, ()))
    actions.close(number, **greta.at(later))
    assert Case.objects.get().closed_at == later


def test_the_room_of_cases_offers_no_close_of_its_own(cast: Cast, mara: Hand) -> None:
    number = reported(Hand(cast.greta))
    assert not hasattr(cases, "close")
    assert Do.CLOSE not in case_for(Hand(cast.greta).scope, number).allowed


def test_only_who_may_work_is_offered_the_close(cast: Cast, mara: Hand) -> None:
    greta, anil = Hand(cast.greta), Hand(cast.anil)
    number = reported(greta)
    satisfied(greta, number, NOW)
    facts = case_for(anil.scope, number)
    assert queries.allowed(facts, ()) == ()
    with pytest.raises(Refusal):
        actions.close(number, **anil.at(NOW))
