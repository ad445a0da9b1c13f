"""What is said in a case by when is offered as a promise of it, once, to those who work there."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from makegood.cases import actions as cases
from makegood.cases.actions.speaking import write
from makegood.cases.models import Commitment, Failure
from makegood.cases.queries import case_for
from makegood.cases.rules import Held
from makegood.conversation import actions
from makegood.conversation.queries import Offer, offers_in
from makegood.customers.models import Customer
from makegood.customers.queries import customer_for
from makegood.followups import actions as followups
from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal
from makegood.remedies import actions as remedies
from tests.factories import NOW, Cast, make_customer
from tests.rooms.casework import HOUR, MINUTE, Hand, cast, mara

pytestmark = pytest.mark.django_db
__all__ = ["cast", "mara"]

HOME = ZoneInfo("Europe/London")


@pytest.fixture
def dana() -> Customer:
    return make_customer("Dana Okafor", time_zone="America/New_York")


@pytest.fixture
def number(mara: Hand, dana: Customer) -> int:
    return cases.report_failure(
        customer_id=dana.pk, kind="delivery", what="The sofa did not come.", **mara.at(NOW)
    ).number  # fmt: skip


def offers(hand: Hand, number: int, now: object = NOW) -> tuple[Offer, ...]:
    case = case_for(hand.scope, number)
    return offers_in(case, customer_for(hand.scope, case.customer_id), home=HOME, now=now)  # type: ignore[arg-type]


def take(hand: Hand, number: int, offer: Offer, now: object = NOW, title: str = "") -> actions.Taken:
    return actions.take_at_word(
        number,
        entry=offer.entry,
        start=offer.start,
        title=title,
        home=HOME,
        **hand.at(now),  # type: ignore[arg-type]
    )


def theirs(number: int, words: str, customer: Customer) -> None:
    write(number, words=words, by=Actor(ActorKind.CUSTOMER, customer.pk, customer.name), now=NOW)


def test_a_note_is_offered_on_the_customers_clock_and_promised_once(mara: Hand, number: int) -> None:
    cases.note(number, text="Told her I'd ring by five, and that the van comes on Friday.", **mara.at(NOW))
    ring, van = offers(mara, number)
    assert (ring.words, ring.what, ring.ahead) == ("by five", "Ring", True)
    taken = take(mara, number, ring, title="Ring back with a date")
    promise = Commitment.objects.get(promise_id=taken.promise).promise
    # Five in New York is ten in the evening, UTC.
    assert (promise.title, promise.due_at) == ("Ring back with a date", NOW.replace(hour=22))
    assert offers(mara, number) == (van,)
    with pytest.raises(Refusal) as refused:
        take(mara, number, ring)
    assert refused.value.code == "dated.gone"
    assert Commitment.objects.filter(purpose="commitment").count() == 1


def test_a_day_is_promised_as_a_whole_day(mara: Hand, number: int) -> None:
    cases.note(number, text="The van comes on Friday.", **mara.at(NOW))
    taken = take(mara, number, offers(mara, number)[0])
    promise = Commitment.objects.get(promise_id=taken.promise).promise
    assert (promise.title, str(promise.due_on)) == ("The van comes", "2026-11-27")


def test_a_call_is_read_from_when_it_was_held_and_its_own_promise_is_not_offered(mara: Hand, number: int) -> None:
    held = Held(NOW - 10 * MINUTE, "Dana")
    remedies.log_call(number, words="Will call back within 30 minutes.", held=held, **mara.at(NOW))
    (offer,) = offers(mara, number)
    assert offer.when is not None
    assert offer.when.due_at == NOW + 20 * MINUTE
    cases.commit(number, title=offer.what, due_at=offer.when.due_at, **mara.at(NOW))
    assert offers(mara, number) == ()


def test_what_has_passed_or_was_taken_back_is_offered_no_more(mara: Hand, number: int) -> None:
    remedies.take_step(number, step="own", words="I'll ring you by noon.", **mara.at(NOW))
    (offer,) = offers(mara, number)
    assert offers(mara, number, NOW + 3 * HOUR) == ()
    followups.undo(number, entry=offer.entry, **mara.at(NOW))
    assert offers(mara, number) == ()


def test_what_leaves_later_is_said_then(mara: Hand, number: int) -> None:
    actions.write_message(
        number, channel="page", words="I'll ring you within 30 minutes.", leave_at=NOW + HOUR, **mara.at(NOW)
    )
    (offer,) = offers(mara, number)
    assert offer.when is not None
    assert offer.when.due_at == NOW + HOUR + 30 * MINUTE


def test_what_was_promised_by_a_message_is_taken_back_with_it(mara: Hand, number: int) -> None:
    written = actions.write_message(
        number, channel="page", words="I'll ring you by five, and the van comes on Friday.", **mara.at(NOW)
    )
    ring, van = offers(mara, number)
    kept = take(mara, number, ring).promise
    assert kept is not None
    cases.keep_commitment(number, promise_id=kept, **mara.at(NOW))
    take(mara, number, van)
    cases.commit(number, title="Look into it", due_at=NOW + HOUR, **mara.at(NOW))
    actions.withdraw_message(written.id, **mara.at(NOW))
    still = Commitment.objects.filter(case_id=number, purpose="commitment", undone_at=None)
    assert sorted(one.promise.title for one in still) == ["Look into it", "Ring you"]
    assert [one.promise.state for one in still if one.promise_id == kept] == ["kept"]


def test_what_they_were_promised_for_later_is_promised(mara: Hand, number: int, dana: Customer) -> None:
    theirs(number, "Your colleague told me it will be here on Thursday.", dana)
    (offer,) = offers(mara, number)
    assert (offer.said_by, offer.ahead, offer.what) == ("them", True, "It will be here")
    assert take(mara, number, offer).promise is not None
    assert offers(mara, number) == ()


@pytest.mark.parametrize(
    ("words", "recorded"),
    [
        ("I was told it would be here by 9. Nobody came.", "Promised “by 9”: It would be here"),
        ("Your colleague promised a call back within the hour.", "Promised “within the hour”: A call back"),
        ("You said Saturday!", "Promised “Saturday”"),
    ],
)
def test_what_they_were_promised_and_did_not_get_is_recorded_once(
    mara: Hand, number: int, dana: Customer, words: str, recorded: str
) -> None:
    theirs(number, words, dana)
    (offer,) = offers(mara, number)
    taken = take(mara, number, offer)
    assert (taken.promise, taken.number) == (None, number)
    assert Failure.objects.filter(case_id=number, what=recorded, detected_by="customer").exists()
    assert offers(mara, number) == ()


def test_what_they_recall_of_a_promise_on_record_is_not_offered(mara: Hand, number: int, dana: Customer) -> None:
    cases.commit(number, title="Bring the sofa", due_at=NOW + 20 * HOUR, **mara.at(NOW))
    theirs(number, "You said tomorrow.", dana)
    assert offers(mara, number) == ()


def test_notes_in_our_language_are_read_for_a_customer_of_another(mara: Hand) -> None:
    jana = make_customer("Jana Vogel", language="de", time_zone="Europe/Berlin")
    number = cases.report_failure(customer_id=jana.pk, kind="delivery", what="No sofa.", **mara.at(NOW)).number
    cases.note(number, text="Told her I'd ring by five.", **mara.at(NOW))
    cases.note(number, text="Ich rufe Sie bis halb sechs zurück.", **mara.at(NOW))
    assert [one.when.due_at for one in offers(mara, number) if one.when] == [
        NOW.replace(hour=16), NOW.replace(hour=16, minute=30),
    ]  # fmt: skip


def test_a_stranger_sees_nothing_and_takes_nothing(cast: Cast, mara: Hand, number: int) -> None:
    cases.note(number, text="I'll ring her by five.", **mara.at(NOW))
    (offer,) = offers(mara, number)
    anil, sam = Hand(cast.anil), Hand(cast.stranger)
    assert offers(anil, number) == ()
    for hand, code in ((anil, "case.may_not_work"), (sam, "case.unknown")):
        with pytest.raises(Refusal) as refused:
            take(hand, number, offer)
        assert refused.value.code == code
    with pytest.raises(Refusal):
        offers(sam, number)
