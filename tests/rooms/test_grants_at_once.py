"""Two people, or one person twice, spending one budget at the same instant: it cannot be overspent."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db.models import Sum

from makegood.cases import actions as cases
from makegood.kernel.refusals import Refusal
from makegood.promises.models import Kind
from makegood.remedies import actions
from makegood.remedies.models import Approval, Bounds, Grant
from makegood.remedies.models import Limit as LimitRow
from makegood.remedies.rules.authority import Limit
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import Choice, GrantState
from tests.factories import NOW, Cast, actor, make_cast, make_customer
from tests.rooms.casework import HOUR, MINUTE, Hand
from tests.rooms.test_cases_at_once import TABLES, together


@pytest.fixture
def cast(committed: list[str]) -> Cast:
    committed.extend(("remedies_grant", "remedies_approval", "remedies_limit", *TABLES))
    Kind.objects.update(team=None)
    made = make_cast()
    for limit in (
        Limit(grade=1, currency="GBP", case=Decimal(250), budget=Decimal(300)),
        Limit(grade=2, currency="GBP", case=Decimal(1000)),
    ):
        actions.set_limit(limit, by=actor(made.greta), now=NOW)
    return made


def new_case(cast: Cast, name: str) -> int:
    return cases.report_failure(
        customer_id=make_customer(name).pk, kind="delivery", what="It did not come", **Hand(cast.ada).at(NOW)
    ).number


def attempt(case: int, hand: Hand, amount: str) -> Callable[[], str]:
    choice = Choice(remedy=RemedyKind.CREDIT, title="Credit", amount=Decimal(amount), due_at=NOW + HOUR)

    def run() -> str:
        try:
            actions.grant(case, [choice], **hand.at(NOW))
        except Refusal as refusal:
            return refusal.code
        return "given"

    return run


def test_two_people_cannot_overspend_one_case(cast: Cast) -> None:
    number = new_case(cast, "Dana Okafor")
    hands = [Hand(cast.ada), Hand(cast.greta)]
    LimitRow.objects.update(case=Decimal(250), budget=None)

    for _ in range(4):
        together(*[attempt(number, hand, "60") for hand in hands])

    assert Grant.objects.filter(case_id=number).aggregate(total=Sum("goodwill"))["total"] == 240


def test_one_person_at_two_desks_cannot_overspend_their_budget(cast: Cast) -> None:
    numbers = [new_case(cast, name) for name in ("Dana Okafor", "Ines Duarte", "June Park", "Theo Grant")]
    LimitRow.objects.update(case=None, budget=Decimal(300))

    outcomes = together(*[attempt(number, Hand(cast.ada), "110") for number in numbers])

    assert sorted(map(str, outcomes)) == ["authority.over", "authority.over", "given", "given"]
    assert Grant.objects.filter(decided_by=cast.ada).aggregate(total=Sum("goodwill"))["total"] == 220


def test_two_deciders_decide_once(cast: Cast) -> None:
    number = new_case(cast, "Dana Okafor")
    choice = Choice(remedy=RemedyKind.CREDIT, title="Credit", amount=Decimal(900), due_at=NOW + HOUR)
    case_hand = Hand(cast.ada)
    LimitRow.objects.filter(grade=2).delete()
    actions.set_limit(Limit(grade=3, currency="GBP", case=Decimal(800)), by=actor(cast.greta), now=NOW)
    actions.set_limit(Limit(grade=4, currency="GBP"), by=actor(cast.greta), now=NOW)
    approval = actions.ask_approval(number, [choice], **case_hand.at(NOW))

    def decide(approve: bool) -> Callable[[], str]:
        def run() -> str:
            try:
                reason = "" if approve else "Too much"
                actions.decide(approval, approve=approve, reason=reason, **Hand(cast.greta).at(NOW + MINUTE))
            except Refusal as refusal:
                return refusal.code
            return "decided"

        return run

    outcomes = together(decide(True), decide(False), decide(True))

    assert sorted(map(str, outcomes)) == ["approval.decided", "approval.decided", "decided"]
    assert Approval.objects.get().decided_by == cast.greta
    assert Grant.objects.get().state in (GrantState.GIVEN, GrantState.REFUSED)
    assert not Bounds.objects.exists()
