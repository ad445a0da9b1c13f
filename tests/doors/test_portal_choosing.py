"""Choosing on the customer's page: without script, changed until the time, fixed after it, and never what it costs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from makegood.cases.models import Case
from makegood.customers.models import Customer
from makegood.journal.models import Entry
from makegood.portal.moments import Moments
from makegood.promises import actions as promises
from makegood.remedies import actions
from makegood.remedies.models import Grant, Offer
from makegood.remedies.queries import grants_of
from makegood.remedies.rules.authority import Limit
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import Choice
from tests.doors.customer_client import ByLink, dana, number
from tests.doors.desk_client import text
from tests.factories import Cast, actor
from tests.rooms.casework import HOUR, Hand, cast, mara

__all__ = ["cast", "dana", "mara", "number"]
pytestmark = pytest.mark.django_db
QUESTION = "Are you satisfied, or do you want something more?"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def offer(cast: Cast, dana: ByLink, number: int, mara: Hand) -> Offer:
    """A van tonight, or 105 pounds."""
    actions.set_limit(Limit(grade=1, currency="GBP"), by=actor(cast.greta), now=now())
    return offered(number, mara)


def offered(number: int, hand: Hand, **more: Any) -> Offer:
    due = now() + 8 * HOUR
    things = [
        Choice(
            remedy=RemedyKind.RE_PERFORMANCE, title="Deliver tonight and build the bed", amount=Decimal(333),
            words="You need not lift a thing.", due_at=due,
        ),
        Choice(remedy=RemedyKind.REFUND, title="Deliver Saturday, and money back", amount=Decimal(105), due_at=due),
    ]  # fmt: skip
    more = {"until": now() + 2 * HOUR, "words": "Whatever suits you.", **more}
    made = actions.let_choose(number, things, currency="GBP", reason="SECRET", **more, **hand.at(now()))
    return Offer.objects.get(pk=made)


def options(offer: Offer) -> list[int]:
    return list(offer.options.filter(state="offered").order_by("id").values_list("pk", flat=True))


def choose(page: ByLink, offer: Offer, option: object, **typed: str) -> Any:
    return page.post("remedy/", offer=offer.pk, option=option, **typed)


def ticked(page: ByLink) -> list[str]:
    return re.findall(r'value="(\w+)" required checked', page.get().content.decode())


def test_what_can_be_chosen_in_words_with_the_money_and_no_cost(dana: ByLink, offer: Offer) -> None:
    page = dana.get()
    shown = text(page)
    assert "What would put this right? Whatever suits you." in shown
    assert "Deliver tonight and build the bed You need not lift a thing. At the latest" in shown
    assert "Deliver Saturday, and money back You get £105.00." in shown
    assert "Something else Tell me, and I will find a way or say plainly that I cannot." in shown
    assert re.search(r"You can change your mind until \d\d:\d\d (today|tomorrow)\.", shown)
    assert "If you choose nothing until then, you get the first." in shown
    assert "If you choose nothing else below." in shown
    assert "333" not in shown
    assert "SECRET" not in shown
    assert QUESTION in shown
    assert ticked(dana) == [str(options(offer)[0])]


def test_what_the_words_say_already_is_not_said_twice(dana: ByLink, offer: Offer) -> None:
    money = offer.options.order_by("id")[1]
    by = Moments(Locale("en", "GB"), ZoneInfo("Europe/London"), now()).exactly(money.due_at)
    Grant.objects.filter(pk=money.pk).update(words=f"You have £105.00 back by {by}.")
    assert f"money back You have £105.00 back by {by}. Something else" in text(dana.get())


def test_choosing_changing_and_choosing_back(dana: ByLink, offer: Offer, number: int) -> None:
    van, money = options(offer)
    assert choose(dana, offer, money).status_code == 303
    shown = text(dana.get())
    assert "What you chose" in shown
    assert "You chose: Deliver Saturday, and money back" in shown
    assert ticked(dana) == [str(money)]
    assert "If you choose nothing" not in shown
    choose(dana, offer, van)
    choose(dana, offer, van)
    assert [(one.title[:7], one.state) for one in grants_of(number)] == [
        ("Deliver", "withdrawn"), ("Deliver", "given"),
    ]  # fmt: skip
    assert ticked(dana) == [str(van)]
    assert Entry.objects.filter(verb="case.chose", actor_kind="customer").count() == 2


def test_something_else_in_their_words(dana: ByLink, offer: Offer, number: int) -> None:
    wordless = choose(dana, offer, "else", words=" ")
    assert wordless.status_code == 422
    assert "Write a few words first." in text(wordless)
    # It is said at the field, not above the list from which they chose.
    assert wordless.content.index(b'id="else-error"') > wordless.content.index(b'value="else"')
    assert b'aria-invalid="true" aria-describedby="else-error"' in wordless.content
    assert choose(dana, offer, "else", words="Leave it with my neighbour").status_code == 303
    shown = text(dana.get())
    assert "You asked for something else, and Mara answers you." in shown
    assert "Leave it with my neighbour" in shown
    assert ticked(dana) == []
    assert not Grant.objects.filter(state="given").exists()


def test_after_the_time_it_says_so_kindly(dana: ByLink, offer: Offer, number: int) -> None:
    van, money = options(offer)
    choose(dana, offer, van)
    Offer.objects.update(until=now() - HOUR)
    refused = choose(dana, offer, money)
    assert refused.status_code == 409
    assert "The time to choose is over." in text(refused)
    shown = text(dana.get())
    assert "You chose: Deliver tonight and build the bed" in shown
    assert "If it does not suit you any more, write to me." in shown
    assert "Choose this" not in shown


def test_once_it_is_done_it_is_fixed(dana: ByLink, offer: Offer, number: int, mara: Hand) -> None:
    van, money = options(offer)
    choose(dana, offer, van)
    promises.keep(grants_of(number)[0].promise_id or 0, by=mara.by, now=now())
    assert "It is done already" in text(choose(dana, offer, money))
    assert "It is done already" in text(dana.get())


def test_silence_is_told_before_and_after(dana: ByLink, offer: Offer, number: int) -> None:
    actions.settle_offers(now=offer.until)
    assert "You get: Deliver tonight and build the bed. It is what we said would come" in text(dana.get())


def test_an_offer_taken_back_says_so_in_the_words_of_whoever_did(dana: ByLink, offer: Offer, mara: Hand) -> None:
    actions.withdraw_offer(offer.pk, reason="SECRET", words="The van broke down; I ring you at six.", **mara.at(now()))
    shown = text(dana.get())
    assert "The van broke down; I ring you at six." in shown
    assert "no longer stands" not in shown
    assert "SECRET" not in shown


def test_silence_that_brings_a_word_from_the_owner(
    dana: ByLink, offer: Offer, number: int, mara: Hand
) -> None:  # fmt: skip
    actions.withdraw_offer(offer.pk, reason="", **mara.at(now()))
    assert "What you could choose from no longer stands." in text(dana.get())
    fresh = offered(number, mara, silence="in_touch")
    shown = text(dana.get())
    assert "If you choose nothing until then, I get in touch with you." in shown
    assert "Get in touch with Dana" not in shown
    assert ticked(dana) == []
    actions.settle_offers(now=fresh.until)
    assert "The time to choose here is over. I get in touch with you" in text(dana.get())


def test_what_nobody_offered_cannot_be_chosen(dana: ByLink, offer: Offer, number: int) -> None:
    for option in ("", "0", "99999999999999999999", "x", str(offer.pk + 10_000)):
        refused = choose(dana, offer, option)
        assert refused.status_code in (404, 422), option
        assert "Mark what you choose." in text(refused)
    assert choose(dana, Offer(pk=offer.pk + 1), options(offer)[0]).status_code == 404
    assert dana.get("remedy/").headers["Location"] == dana.url
    assert not Grant.objects.filter(state="given").exists()


def test_an_offer_that_waits_for_a_decision_is_not_shown(dana: ByLink, number: int, mara: Hand, cast: Cast) -> None:
    actions.set_limit(Limit(grade=1, currency="GBP", case=Decimal(200)), by=actor(cast.greta), now=now())
    actions.set_limit(Limit(grade=2, currency="GBP"), by=actor(cast.greta), now=now())
    offered(number, mara, ask=True)
    assert "Deliver tonight" not in text(dana.get())


def test_a_closed_case_shows_what_was_chosen_and_nothing_to_choose(dana: ByLink, offer: Offer, number: int) -> None:
    Case.objects.filter(pk=number).update(closed_at=now(), outcome="satisfied")
    assert "Deliver tonight" not in text(dana.get())
    assert choose(dana, offer, options(offer)[0]).status_code == 409
    Case.objects.filter(pk=number).update(closed_at=None, outcome="")
    choose(dana, offer, options(offer)[0])
    Case.objects.filter(pk=number).update(closed_at=now(), outcome="satisfied")
    assert "You chose: Deliver tonight" in text(dana.get())


def test_the_owners_hours_stand_by_their_name(dana: ByLink, mara: Hand, cast: Cast) -> None:
    Customer.objects.update(time_zone="Europe/London")
    cast.mara.week = {day: ["00:00-23:59"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    cast.mara.time_zone = "Europe/London"
    cast.mara.save()
    assert "Mara Silva Here until 23:59 today" in text(dana.get())


def test_few_statements(dana: ByLink, offer: Offer, django_assert_max_num_queries: Any) -> None:
    choose(dana, offer, options(offer)[0])
    with django_assert_max_num_queries(24):
        dana.get()
