"""Two tabs, or two desks, at the same instant: one remedy stands, and no budget is overspent."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from makegood.kernel.refusals import Refusal
from makegood.promises.models import Kind
from makegood.remedies import actions
from makegood.remedies.models import Grant, Offer
from makegood.remedies.rules.authority import Limit
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import Choice, GrantState
from tests.factories import NOW, Cast, actor, make_cast
from tests.rooms.casework import HOUR, Hand
from tests.rooms.test_cases_at_once import TABLES, together
from tests.rooms.test_grants_at_once import new_case
from tests.rooms.test_offers import customer_of


@pytest.fixture
def cast(committed: list[str]) -> Cast:
    committed.extend(("remedies_grant", "remedies_offer", "remedies_approval", "remedies_limit", *TABLES))
    Kind.objects.update(team=None)
    made = make_cast()
    actions.set_limit(Limit(grade=1, currency="GBP", budget=Decimal(300)), by=actor(made.greta), now=NOW)
    return made


def things(*amounts: str) -> list[Choice]:
    return [
        Choice(remedy=RemedyKind.CREDIT, title=f"Credit of {one}", amount=Decimal(one), due_at=NOW + 9 * HOUR)
        for one in amounts
    ]


def outcome(move: Callable[[], object]) -> Callable[[], str]:
    def run() -> str:
        try:
            move()
        except Refusal as refusal:
            return refusal.code
        return "done"

    return run


def test_two_tabs_choose_and_one_remedy_stands(cast: Cast) -> None:
    number = new_case(cast, "Dana Okafor")
    offer_id = actions.let_choose(number, things("10", "20", "30"), until=NOW + HOUR, **Hand(cast.ada).at(NOW))
    offer = Offer.objects.select_related("case__customer").get(pk=offer_id)
    by = customer_of(offer.case)
    options = list(offer.options.order_by("id").values_list("pk", flat=True))

    for _ in range(3):
        together(
            *[outcome(lambda option=option: actions.choose(number, offer_id, option, by=by, now=NOW))  # type: ignore[misc]
              for option in (*options, options[0])]
        )  # fmt: skip

    standing = Grant.objects.get(case_id=number, state=GrantState.GIVEN)
    offer.refresh_from_db()
    assert offer.grant == standing
    assert offer.chosen is not None
    assert (offer.chosen.title, standing.promise.state) == (standing.title, "open")  # type: ignore[union-attr]


def test_offers_and_remedies_together_cannot_overspend_a_budget(cast: Cast) -> None:
    numbers = [new_case(cast, name) for name in ("Dana Okafor", "Ines Duarte", "June Park", "Theo Grant")]
    known = Hand(cast.ada).at(NOW)

    outcomes = together(
        outcome(lambda: actions.let_choose(numbers[0], things("10", "200"), until=NOW + HOUR, **known)),
        outcome(lambda: actions.let_choose(numbers[1], things("10", "200"), until=NOW + HOUR, **known)),
        outcome(lambda: actions.grant(numbers[2], things("200"), **known)),
        outcome(lambda: actions.grant(numbers[3], things("200"), **known)),
    )

    assert sorted(map(str, outcomes)) == ["authority.over"] * 3 + ["done"]


def test_choosing_and_the_end_of_the_time_do_not_both_give(cast: Cast) -> None:
    number = new_case(cast, "Dana Okafor")
    until = NOW + HOUR
    offer_id = actions.let_choose(number, things("10", "20"), until=until, **Hand(cast.ada).at(NOW))
    offer = Offer.objects.select_related("case__customer").get(pk=offer_id)
    second = offer.options.order_by("id").values_list("pk", flat=True)[1]
    by = customer_of(offer.case)

    together(
        outcome(lambda: actions.settle_offers(now=until)),
        outcome(lambda: actions.choose(number, offer_id, second, by=by, now=until - HOUR / 2)),
        outcome(lambda: actions.settle_offers(now=until)),
    )

    assert Grant.objects.filter(case_id=number, state=GrantState.GIVEN).count() == 1
