"""Remedies that come together: asked for, offered and chosen as one, each its own grant with its own promise."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from makegood.cases.models import Case, Commitment
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.promises import actions as promises
from makegood.promises.models import Promise
from makegood.promises.rules import State
from makegood.remedies import actions
from makegood.remedies.models import Approval, Grant
from makegood.remedies.queries import approval_for, grants_of
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import Choice, GrantState, Remedy
from makegood.remedies.rules.offering import OfferState
from tests.factories import NOW, Cast, actor
from tests.rooms.casework import HOUR, MINUTE, Hand
from tests.rooms.test_grants import back, case, cast, open_case
from tests.rooms.test_offers import MONEY, TONIGHT, UNTIL, offered

__all__ = ["case", "cast"]
pytestmark = pytest.mark.django_db

FEE = Remedy(remedy=RemedyKind.REFUND, title="The delivery fee back", amount=Decimal(40), due_at=TONIGHT + HOUR)
BOTH = Choice(
    remedy=RemedyKind.RE_PERFORMANCE, title="Deliver tonight", amount=Decimal(85), due_at=TONIGHT, also=(FEE,),
    playbook="furniture", rule="late", option="tonight",
)  # fmt: skip


def given(case: Case) -> list[tuple[str, str]]:
    return [(one.title, one.state) for one in grants_of(case.pk)]


def test_one_press_gives_each_with_its_own_promise_and_its_own_sums(cast: Cast, case: Case) -> None:
    first, second = actions.grant(case.pk, [BOTH], **Hand(cast.mara).at(NOW))

    rows = Grant.objects.in_bulk([first, second])
    assert (rows[second].part_of_id, rows[first].part_of_id) == (first, None)
    assert [(row.correction, row.goodwill, row.option) for row in rows.values()] == [
        (85, 0, "tonight"), (0, 40, "tonight"),
    ]  # fmt: skip
    dues = Promise.objects.filter(pk__in=Commitment.objects.filter(case=case).values("promise"))
    assert {TONIGHT, TONIGHT + HOUR} <= set(dues.values_list("due_at", flat=True))
    assert [entry.data.get("part_of") for entry in Entry.objects.filter(verb="case.granted").order_by("id")] == [
        None, first,
    ]  # fmt: skip


def test_authority_is_judged_over_all_of_it_and_one_approval_gives_all(cast: Cast, case: Case) -> None:
    dear = replace(BOTH, also=(replace(FEE, amount=Decimal(200)),))
    with pytest.raises(Refusal, match="£285 is £35 over the £250"):
        actions.grant(case.pk, [dear], **Hand(cast.mara).at(NOW))
    assert grants_of(case.pk) == ()

    asked = actions.ask_approval(case.pk, [dear], **Hand(cast.mara).at(NOW))
    assert approval_for(Hand(cast.lena).scope, asked).total == 285
    actions.decide(asked, approve=True, **Hand(cast.lena).at(NOW))

    assert given(case) == [("Deliver tonight", GrantState.GIVEN), ("The delivery fee back", GrantState.GIVEN)]
    first, second = Grant.objects.order_by("id")
    assert (second.part_of, second.decided_by) == (first, cast.lena)


def test_a_fault_of_one_part_refuses_all_of_it(cast: Cast, case: Case) -> None:
    for wrong in (replace(FEE, title=" "), replace(FEE, due_at=NOW), replace(FEE, amount=Decimal("0.001"))):
        with pytest.raises(Refusal):
            actions.grant(case.pk, [replace(BOTH, also=(wrong,))], **Hand(cast.mara).at(NOW))
    with pytest.raises(Refusal) as refused:
        offered(case, Hand(cast.mara), replace(BOTH, also=(replace(FEE, due_at=UNTIL),)), MONEY)
    assert refused.value.code == "offer.due_too_soon"
    assert Grant.objects.count() == 0


def test_the_customer_chooses_all_of_it_at_once_and_changes_all_of_it(cast: Cast, case: Case) -> None:
    offer = offered(case, Hand(cast.mara), BOTH, MONEY)
    assert [(one.title, one.total) for one in offer.facts.options] == [
        ("Deliver tonight + The delivery fee back", 125), ("105 back", 105),
    ]  # fmt: skip
    offer.choose(0, now=NOW + HOUR)
    assert given(case) == [("Deliver tonight", GrantState.GIVEN), ("The delivery fee back", GrantState.GIVEN)]
    assert Entry.objects.get(verb="case.chose").data["title"] == "Deliver tonight + The delivery fee back"

    offer.choose(1, now=NOW + 2 * HOUR)

    assert [state for _title, state in given(case)] == [
        GrantState.WITHDRAWN, GrantState.WITHDRAWN, GrantState.GIVEN,
    ]  # fmt: skip
    ended = [Promise.objects.get(pk=one.promise_id).state for one in grants_of(case.pk)]
    assert ended == [State.WITHDRAWN, State.WITHDRAWN, State.OPEN]


def test_a_part_alone_cannot_be_chosen(cast: Cast, case: Case) -> None:
    offer = offered(case, Hand(cast.mara), BOTH, MONEY)
    part = Grant.objects.get(title=FEE.title)
    with pytest.raises(Refusal) as refused:
        actions.choose(case.pk, offer.id, part.pk, by=offer.by, now=NOW)
    assert refused.value.code == "offer.unknown"


def test_once_a_part_is_done_the_choice_is_fixed(cast: Cast, case: Case) -> None:
    offer = offered(case, Hand(cast.mara), BOTH, MONEY)
    offer.choose(0)
    promises.keep(grants_of(case.pk)[1].promise_id or 0, by=actor(cast.mara), now=NOW + MINUTE)
    assert not offer.facts.may_choose(NOW + HOUR)
    with pytest.raises(Refusal) as refused:
        offer.choose(1, now=NOW + HOUR)
    assert refused.value.code == "offer.fixed"


def test_taking_a_part_back_ends_the_choice_and_leaves_the_rest(cast: Cast, case: Case) -> None:
    offer = offered(case, Hand(cast.mara), BOTH, MONEY)
    offer.choose(0)
    actions.withdraw_grant(grants_of(case.pk)[1].id, reason="No need", **Hand(cast.mara).at(NOW))
    assert [state for _title, state in given(case)] == [GrantState.GIVEN, GrantState.WITHDRAWN]
    assert offer.facts.state is OfferState.WITHDRAWN


def test_silence_brings_all_of_the_first(cast: Cast, case: Case) -> None:
    offered(case, Hand(cast.mara), BOTH, MONEY)
    actions.settle_offers(now=UNTIL)
    assert [title for title, _state in given(case)] == ["Deliver tonight", "The delivery fee back"]
    assert Entry.objects.get(verb="case.choice_lapsed").data["title"] == "Deliver tonight + The delivery fee back"


def test_an_offer_holds_all_of_its_dearest_against_the_budget(cast: Cast, case: Case) -> None:
    dear = replace(BOTH, also=(replace(FEE, amount=Decimal(150)),))
    offered(case, Hand(cast.mara), dear, MONEY)
    with pytest.raises(Refusal, match="£401 is £1 over the £400 you may give in a week"):
        actions.grant(open_case(cast).pk, [back("166")], **Hand(cast.mara).at(NOW))


def test_an_offer_over_ones_limit_is_asked_about_whole(cast: Cast, case: Case) -> None:
    dear = replace(BOTH, also=(replace(FEE, amount=Decimal(200)),))
    offer = offered(case, Hand(cast.mara), dear, MONEY, ask=True)
    question = approval_for(Hand(cast.lena).scope, Approval.objects.get().pk)
    assert (question.to_choose, question.total) == (True, 285)
    actions.decide(question.id, approve=True, **Hand(cast.lena).at(NOW))
    assert [len(one.parts) for one in offer.facts.options] == [2, 1]
    offer.choose(0)
    assert len(given(case)) == 2


@pytest.mark.parametrize("choices", [[BOTH], [MONEY, BOTH]])
def test_a_stranger_gives_and_offers_nothing(cast: Cast, case: Case, choices: list[Choice]) -> None:
    stranger: dict[str, Any] = Hand(cast.stranger).at(NOW)
    for attempt in (actions.grant, actions.ask_approval):
        with pytest.raises(Refusal) as refused:
            attempt(case.pk, choices, **stranger)
        assert refused.value.code == "case.unknown"
    assert Grant.objects.count() == 0
