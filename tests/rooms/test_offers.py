"""Letting the customer choose: within whose authority, until when, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from makegood.cases.models import Case
from makegood.cases.queries import case_for, desk_rows
from makegood.customers.queries import customer_for
from makegood.journal.actors import Actor, ActorKind
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.notices.models import Notice
from makegood.promises import actions as promises
from makegood.promises.models import Promise
from makegood.promises.rules import State
from makegood.remedies import actions
from makegood.remedies.models import Approval, Grant, Offer
from makegood.remedies.queries import approval_for, grants_of, offer_for, offers_of, plan_of
from makegood.remedies.rules.authority import Limit, Period
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import Choice, GrantState
from makegood.remedies.rules.offering import OfferState, Silence
from makegood.worker.watch import tick
from tests.factories import NOW, Cast, actor
from tests.rooms.casework import HOUR, MINUTE, Hand
from tests.rooms.test_grants import back, case, cast, open_case

__all__ = ["case", "cast"]
pytestmark = pytest.mark.django_db

TONIGHT = NOW + 8 * HOUR
UNTIL = NOW + 4 * HOUR
VAN = Choice(
    remedy=RemedyKind.RE_PERFORMANCE, title="Deliver tonight and build the bed", amount=Decimal(85), due_at=TONIGHT
)
MONEY = back("105", due_at=TONIGHT)


@dataclass
class Chosen:
    """An offer that is open, and its case."""

    id: int
    case: Case
    by: Actor

    @property
    def facts(self) -> Any:
        return offers_of(self.case.pk)[0]

    def option(self, place: int) -> int:
        return int(self.facts.options[place].id)

    def choose(self, place: int, *, now: datetime = NOW) -> None:
        actions.choose(self.case.pk, self.id, self.option(place), by=self.by, now=now)


def customer_of(case: Case) -> Actor:
    return Actor(ActorKind.CUSTOMER, case.customer_id, case.customer.name)


def offered(case: Case, hand: Hand, *choices: Choice, now: datetime = NOW, **more: Any) -> Chosen:
    more.setdefault("until", UNTIL)
    made = actions.let_choose(case.pk, choices or (VAN, MONEY), **more, **hand.at(now))
    return Chosen(made, case, customer_of(case))


def verbs(case: Case) -> list[str]:
    return list(Entry.objects.filter(case_id=case.pk).order_by("id").values_list("verb", flat=True))


def test_what_is_offered_is_frozen_and_nothing_is_given_yet(cast: Cast, case: Case) -> None:
    offer = offered(case, Hand(cast.mara), words="Whatever suits you.").facts

    assert (offer.state, offer.by, offer.decided_by) == (OfferState.OPEN, "Mara Silva", "Mara Silva")
    assert [(one.title, one.correction, one.goodwill) for option in offer.options for one in option.parts] == [
        ("Deliver tonight and build the bed", 85, 0), ("105 back", 0, 105),
    ]  # fmt: skip
    assert grants_of(case.pk) == ()
    assert offer.may_choose(UNTIL - MINUTE)
    assert not offer.may_choose(UNTIL)
    assert Entry.objects.get(verb="case.choice_offered").data["titles"][1] == "105 back"


def test_choosing_gives_it_at_once_on_the_authority_of_whoever_offered(cast: Cast, case: Case) -> None:
    offer = offered(case, Hand(cast.mara))
    offer.choose(0, now=NOW + HOUR)

    (given,) = grants_of(case.pk)
    assert (given.title, given.decided_by, given.promise_state) == (VAN.title, "Mara Silva", State.OPEN)
    assert Promise.objects.get(pk=given.promise_id).owner_id == cast.mara.pk
    assert (offer.facts.chosen.title, offer.facts.chosen_at) == (VAN.title, NOW + HOUR)
    assert "has chosen" in Notice.objects.latest("pk").words
    offer.choose(0, now=NOW + 2 * HOUR)
    assert verbs(case).count("case.chose") == 1


def test_changing_ones_mind_takes_the_old_one_back_and_gives_the_new_one(cast: Cast, case: Case) -> None:
    offer = offered(case, Hand(cast.mara))
    for place in (0, 1, 0):
        offer.choose(place)

    assert [one.state for one in grants_of(case.pk)] == [
        GrantState.WITHDRAWN, GrantState.WITHDRAWN, GrantState.GIVEN,
    ]  # fmt: skip
    states = [Promise.objects.get(pk=one.promise_id).state for one in grants_of(case.pk)]
    assert states == [State.WITHDRAWN, State.WITHDRAWN, State.OPEN]
    assert [entry.data["before"] for entry in Entry.objects.filter(verb="case.chose").order_by("id")] == [
        "", VAN.title, MONEY.title,
    ]  # fmt: skip


def test_after_the_time_or_once_it_is_done_it_is_fixed(cast: Cast, case: Case) -> None:
    offer = offered(case, Hand(cast.mara))
    offer.choose(0)
    promises.keep(grants_of(case.pk)[0].promise_id or 0, by=actor(cast.mara), now=NOW + HOUR)
    assert not offer.facts.may_choose(NOW + HOUR)
    with pytest.raises(Refusal) as refused:
        offer.choose(1, now=NOW + HOUR)
    assert refused.value.code == "offer.fixed"
    with pytest.raises(Refusal) as refused:
        offer.choose(1, now=UNTIL)
    assert refused.value.code == "offer.over"


def test_silence_brings_the_first_option_on_the_offerers_authority(cast: Cast, case: Case) -> None:
    offer = offered(case, Hand(cast.mara))
    assert actions.settle_offers(now=UNTIL - MINUTE) == 0
    assert actions.settle_offers(now=UNTIL) == 1
    assert actions.settle_offers(now=UNTIL + HOUR) == 0

    (given,) = grants_of(case.pk)
    assert (given.title, given.decided_by) == (VAN.title, "Mara Silva")
    assert (offer.facts.state, offer.facts.chosen_at) == (OfferState.SETTLED, None)
    assert verbs(case)[-1] == "case.choice_lapsed"


def test_silence_brings_a_word_from_the_owner_who_promised_it(cast: Cast, case: Case) -> None:
    offer = offered(case, Hand(cast.mara), silence=Silence.IN_TOUCH)
    promise = Promise.objects.get(pk=offer.facts.promise_id)
    assert (promise.due_at, promise.owner_id) == (UNTIL + HOUR, cast.mara.pk)

    actions.settle_offers(now=UNTIL)

    assert grants_of(case.pk) == ()
    promise.refresh_from_db()
    assert promise.state == State.OPEN


def test_nobody_has_to_get_in_touch_once_the_customer_has_chosen(cast: Cast, case: Case) -> None:
    offer = offered(case, Hand(cast.mara), silence=Silence.IN_TOUCH)
    offer.choose(1)
    assert Promise.objects.get(pk=offer.facts.promise_id).state == State.WITHDRAWN
    actions.settle_offers(now=UNTIL)
    assert [one.title for one in grants_of(case.pk)] == [MONEY.title]


def test_something_else_is_a_request_that_waits_for_its_owner(cast: Cast, case: Case) -> None:
    offer = offered(case, Hand(cast.mara))
    offer.choose(0)
    ask = {"by": offer.by, "now": NOW + HOUR}
    with pytest.raises(Refusal, match="a few words"):
        actions.want_else(case.pk, offer.id, words=" ", **ask)
    actions.want_else(case.pk, offer.id, words="Leave it with my neighbour", **ask)

    assert [one.state for one in grants_of(case.pk)] == [GrantState.WITHDRAWN]
    assert Entry.objects.get(verb="case.asked_else").data["words"] == "Leave it with my neighbour"
    waiting = desk_rows(Hand(cast.mara).scope, who="me").groups[2].rows
    assert [row.case.number for row in waiting if row.case] == [case.pk]
    actions.settle_offers(now=UNTIL)
    assert [one.state for one in grants_of(case.pk)] == [GrantState.WITHDRAWN]


def test_the_dearest_must_be_ones_own_to_give_or_somebody_is_asked_first(cast: Cast, case: Case) -> None:
    dear = back("333", due_at=TONIGHT)
    with pytest.raises(Refusal, match="£333 is £83 over") as refused:
        offered(case, Hand(cast.mara), VAN, dear)
    assert refused.value.code == "authority.over"
    # Each of three for 200 fits, however many there are: only one of them is chosen.
    alike = [back("200", due_at=TONIGHT + place * MINUTE) for place in range(3)]
    titled = [Choice(remedy=one.remedy, title=f"{one.title} {n}", amount=one.amount, due_at=one.due_at)
              for n, one in enumerate(alike)]  # fmt: skip
    offer = offered(case, Hand(cast.mara), *titled)
    actions.withdraw_offer(offer.id, reason="", **Hand(cast.mara).at(NOW))

    offer = offered(case, Hand(cast.mara), VAN, dear, ask=True, note="She has waited long")
    assert offer.facts.state is OfferState.ASKED
    question = approval_for(Hand(cast.lena).scope, Approval.objects.get().pk)
    assert (question.asked_of, question.total, question.to_choose) == ("Lena Brandt", 333, True)
    with pytest.raises(Refusal) as refused:
        offer.choose(0)
    assert refused.value.code == "offer.unknown"

    actions.decide(question.id, approve=True, **Hand(cast.lena).at(NOW + 10 * MINUTE))

    assert (offer.facts.state, offer.facts.decided_by) == (OfferState.OPEN, "Lena Brandt")
    offer.choose(1, now=NOW + HOUR)
    assert grants_of(case.pk)[0].decided_by == "Lena Brandt"


def test_a_question_among_colleagues_is_nothing_we_promised_the_customer(cast: Cast, case: Case) -> None:
    offered(case, Hand(cast.mara), VAN, back("333", due_at=TONIGHT), ask=True)
    scope, facts = Hand(cast.mara).scope, case_for(Hand(cast.mara).scope, case.pk)
    plan = plan_of(facts, customer_for(scope, case.customer_id), scope=scope, now=NOW)
    assert plan.open_promises == ()


def test_a_refused_choice_reaches_nobody(cast: Cast, case: Case) -> None:
    offer = offered(case, Hand(cast.mara), VAN, back("333", due_at=TONIGHT), ask=True)
    decide = {"approve": False, "reason": "The van is enough"}
    actions.decide(Approval.objects.get().pk, **decide, **Hand(cast.lena).at(NOW))
    assert offer.facts.state is OfferState.REFUSED
    offered(case, Hand(cast.mara))


def test_a_decision_nobody_took_climbs_with_the_dearest_as_its_sum(cast: Cast, case: Case) -> None:
    offered(case, Hand(cast.mara), VAN, back("333", due_at=TONIGHT), ask=True)
    while tick(now=NOW + HOUR).moved:
        pass
    assert Approval.objects.get().asked_of == cast.greta


def test_an_open_offer_holds_its_dearest_against_the_budget(cast: Cast, case: Case) -> None:
    offer = offered(case, Hand(cast.mara), VAN, back("250", due_at=TONIGHT))
    other = open_case(cast)
    with pytest.raises(Refusal, match="£401 is £1 over the £400 you may give in a week"):
        actions.grant(other.pk, [back("151")], **Hand(cast.mara).at(NOW))
    with pytest.raises(Refusal, match="£251 is £1 over the £250 you may give in one case"):
        actions.grant(case.pk, [back("1")], **Hand(cast.tomas).at(NOW))
    # What is chosen may still be changed into the dearest.
    offer.choose(0)
    with pytest.raises(Refusal, match="£401 is £1 over"):
        actions.grant(other.pk, [back("151")], **Hand(cast.mara).at(NOW))
    actions.settle_offers(now=UNTIL)
    actions.grant(other.pk, [back("151", due_at=UNTIL + HOUR)], **Hand(cast.mara).at(UNTIL))


def test_an_offer_taken_back_gives_the_budget_back(cast: Cast, case: Case) -> None:
    offer = offered(case, Hand(cast.mara), VAN, back("250", due_at=TONIGHT), silence=Silence.IN_TOUCH)
    actions.withdraw_offer(offer.id, reason="The van broke down", **Hand(cast.mara).at(NOW))
    assert Promise.objects.get(pk=offer.facts.promise_id).state == State.WITHDRAWN
    actions.grant(case.pk, [back("250")], **Hand(cast.mara).at(NOW))
    with pytest.raises(Refusal) as refused:
        offer.choose(0)
    assert refused.value.code == "offer.over"


def test_what_was_chosen_can_be_taken_back_and_ends_the_choice(cast: Cast, case: Case) -> None:
    offer = offered(case, Hand(cast.mara))
    offer.choose(0)
    with pytest.raises(Refusal) as refused:
        actions.withdraw_offer(offer.id, reason="", **Hand(cast.mara).at(NOW))
    assert refused.value.code == "offer.chosen"
    actions.withdraw_grant(grants_of(case.pk)[0].id, reason="She rang: none of it", **Hand(cast.mara).at(NOW))
    assert offer.facts.state is OfferState.WITHDRAWN
    actions.settle_offers(now=UNTIL)
    assert [one.state for one in grants_of(case.pk)] == [GrantState.WITHDRAWN]


def test_staff_record_what_was_chosen_in_a_conversation(cast: Cast, case: Case) -> None:
    offer = offered(case, Hand(cast.mara))
    actions.choose_for(offer.id, offer.option(1), **Hand(cast.mara).at(NOW))
    assert [one.title for one in grants_of(case.pk)] == [MONEY.title]
    assert Entry.objects.get(verb="case.chose").actor_name == "Mara Silva"


def test_a_closed_case_gives_nothing_by_silence(cast: Cast, case: Case) -> None:
    offer = offered(case, Hand(cast.mara))
    Case.objects.filter(pk=case.pk).update(closed_at=NOW, outcome="satisfied")
    with pytest.raises(Refusal) as refused:
        offer.choose(0)
    assert refused.value.code == "case.closed"
    actions.settle_offers(now=UNTIL)
    assert (grants_of(case.pk), offer.facts.state) == ((), OfferState.SETTLED)


@pytest.mark.parametrize(
    ("choices", "until", "code"),
    [
        ([VAN], UNTIL, "offer.how_many"),
        ([VAN, VAN], UNTIL, "offer.alike"),
        ([VAN, MONEY], NOW, "offer.bad_until"),
        ([VAN, MONEY], NOW + 800 * HOUR, "offer.bad_until"),
        ([VAN, MONEY], TONIGHT, "offer.due_too_soon"),
        ([VAN, back("-1", due_at=TONIGHT)], UNTIL, "grant.bad_amount"),
    ],
)
def test_an_offer_is_several_concrete_things_and_a_time(
    cast: Cast, case: Case, choices: list[Choice], until: datetime, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        offered(case, Hand(cast.mara), *choices, until=until)
    assert refused.value.code == code
    assert not Offer.objects.exists()
    assert not Grant.objects.exists()


def test_one_choice_at_a_time_and_a_silence_that_is_known(cast: Cast, case: Case) -> None:
    with pytest.raises(Refusal) as refused:
        offered(case, Hand(cast.mara), silence="shrug")
    assert refused.value.code == "offer.bad_silence"
    offered(case, Hand(cast.mara))
    with pytest.raises(Refusal) as refused:
        offered(case, Hand(cast.mara))
    assert refused.value.code == "offer.waiting"


def test_a_stranger_sees_no_offer_and_does_nothing(cast: Cast, case: Case) -> None:
    offer = offered(case, Hand(cast.mara))
    stranger = Hand(cast.stranger)
    with pytest.raises(Refusal) as refused:
        offer_for(stranger.scope, offer.id)
    assert refused.value.code == "offer.unknown"
    for move in (
        lambda: actions.withdraw_offer(offer.id, reason="", **stranger.at(NOW)),
        lambda: actions.choose_for(offer.id, offer.option(0), **stranger.at(NOW)),
    ):
        with pytest.raises(Refusal) as refused:
            move()
        assert refused.value.code == "offer.unknown"
    with pytest.raises(Refusal) as refused:
        offered(case, stranger)
    assert refused.value.code == "case.unknown"
    with pytest.raises(Refusal) as refused:
        offered(case, Hand(cast.anil))
    assert refused.value.code == "case.may_not_work"


def test_the_options_of_another_case_open_nothing(cast: Cast, case: Case) -> None:
    offer, other = offered(case, Hand(cast.mara)), open_case(cast)
    theirs = offered(other, Hand(cast.tomas))
    for number, offer_id, option in ((other.pk, offer.id, offer.option(0)), (case.pk, offer.id, theirs.option(0))):
        with pytest.raises(Refusal) as refused:
            actions.choose(number, offer_id, option, by=offer.by, now=NOW)
        assert refused.value.code == "offer.unknown"


def test_a_limit_of_one_kind_counts_the_dearest_of_that_kind(cast: Cast, case: Case) -> None:
    limit = Limit(grade=1, currency="GBP", remedy=RemedyKind.REFUND, case=Decimal(100), per=Period.WEEK)
    actions.set_limit(limit, by=actor(cast.greta), now=NOW)
    with pytest.raises(Refusal, match="£105 is £5 over the £100 you may give as refund in one case"):
        offered(case, Hand(cast.mara))
