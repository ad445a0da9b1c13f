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
from makegood.journal.actors import SYSTEM
from makegood.kernel.refusals import Refusal
from makegood.remedies import actions as remedies
from makegood.remedies.models import Grant
from makegood.remedies.rules.authority import Limit
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import Choice
from makegood.remedies.rules.offering import Silence
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


def let_choose(hand: Hand, number: int, silence: Silence = Silence.FIRST) -> int:
    remedies.set_limit(Limit(grade=1, currency="GBP"), by=hand.by, now=NOW)
    things = [
        Choice(remedy=kind, title=kind, due_at=NOW + 9 * HOUR) for kind in (RemedyKind.EXCHANGE, RemedyKind.REFUND)
    ]
    return remedies.let_choose(number, things, until=NOW + 4 * HOUR, silence=silence, currency="GBP", **hand.at(NOW))


def test_no_case_ends_while_its_customer_may_still_choose(cast: Cast, mara: Hand) -> None:
    greta = Hand(cast.greta)
    number = reported(greta)
    satisfied(greta, number, NOW)
    offer = let_choose(greta, number)
    with pytest.raises(Refusal, match="may choose of what you offered until Mon 23 Nov 2026 19:00") as refused:
        actions.close(number, **greta.at(NOW + HOUR))
    assert refused.value.code == "offer.open"

    remedies.want_else(number, offer, words="Bring it to my mother", by=SYSTEM, now=NOW + HOUR)
    (standing,) = queries.obstacles(case_for(greta.scope, number), ())
    assert standing.sentence.startswith("The customer asked for something else, and may still choose until")

    remedies.withdraw_offer(offer, words="We bring it to your mother.", **greta.at(NOW + HOUR))
    actions.close(number, **greta.at(NOW + HOUR))
    assert Case.objects.get().closed_at == NOW + HOUR


def test_no_case_ends_while_somebody_is_asked_about_a_remedy(cast: Cast, mara: Hand) -> None:
    greta = Hand(cast.greta)
    number = reported(mara)
    satisfied(mara, number, NOW)
    remedies.set_limit(Limit(grade=cast.greta.grade, currency="GBP"), by=greta.by, now=NOW)
    choice = Choice(remedy=RemedyKind.REFUND, title="Refund £100", amount=Decimal(100), due_at=NOW + 4 * HOUR)
    approval = remedies.ask_approval(number, [choice], currency="GBP", **mara.at(NOW))
    with pytest.raises(Refusal, match="Greta Moreau is still asked about a remedy") as refused:
        actions.close(number, **mara.at(NOW + HOUR))
    assert refused.value.code == "approval.open"

    remedies.decide(approval, approve=False, reason="They do not want it.", **greta.at(NOW + HOUR))
    actions.close(number, **mara.at(NOW + HOUR))
    assert Case.objects.get().closed_at == NOW + HOUR


def test_what_was_chosen_or_came_by_silence_is_in_the_way_as_a_promise(cast: Cast, mara: Hand) -> None:
    greta = Hand(cast.greta)
    number = reported(greta)
    satisfied(greta, number, NOW)
    let_choose(greta, number)
    remedies.settle_offers(now=NOW + 4 * HOUR)
    assert codes(greta, number) == ["case.commitment_open"]


def test_whoever_hears_from_us_when_they_choose_nothing_is_waited_for_too(cast: Cast, mara: Hand) -> None:
    greta = Hand(cast.greta)
    number = reported(greta)
    satisfied(greta, number, NOW)
    let_choose(greta, number, Silence.IN_TOUCH)
    assert codes(greta, number) == ["case.commitment_open", "offer.open"]
