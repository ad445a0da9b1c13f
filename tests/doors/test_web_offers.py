"""Letting the customer choose, from the picker: within one's limit or asked about first; with no script."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from makegood.cases.models import Case
from makegood.customers.models import Customer
from makegood.journal.actors import SYSTEM, Actor, ActorKind
from makegood.journal.models import Entry
from makegood.remedies import actions
from makegood.remedies.models import Approval, Offer
from makegood.remedies.queries import grants_of
from makegood.remedies.rules.playbooks_file import playbook_from
from tests.doors.desk_client import AtDesk, text, toast
from tests.doors.test_web_remedies import PLAYBOOK, cast, pick, url
from tests.factories import Cast

__all__ = ["cast", "url"]
pytestmark = pytest.mark.django_db


def offer_of(**typed: Any) -> dict[str, Any]:
    return {**pick("tonight", "tenth"), "deed": "let_choose", **typed}


def options(offer: Offer) -> list[int]:
    return list(offer.options.filter(state="offered").order_by("id").values_list("pk", flat=True))


def test_two_ticked_can_be_given_or_let_choose_and_the_dearest_counts(cast: Cast, url: str) -> None:
    mara = AtDesk(cast.mara)
    one = text(mara.press(f"{url}reckon/", **pick("tonight")))
    assert "Let Dana choose" not in one
    two = text(mara.press(f"{url}reckon/", **pick("tonight", "tenth")))
    # Together 85 and 208 are over the 250; the dearer of them is not.
    assert "Ask Lena to approve £293" in two
    assert "Let Dana choose" in two
    assert "They get the first: Deliver both pieces tonight" in two
    assert "Unless you say otherwise, they may choose until" in two


def test_an_offer_is_made_seen_at_the_case_and_told(cast: Cast, url: str) -> None:
    mara = AtDesk(cast.mara)
    made = mara.press(url, **offer_of(to_them="Whatever suits you", silence="in_touch"))
    assert "It stands on their page. Hand them the link." in toast(made)
    offer = Offer.objects.get()
    assert (offer.words, offer.silence, offer.state) == ("Whatever suits you", "in_touch", "open")
    shown = text(made)
    assert "Dana may choose until" in shown
    assert "Nothing is chosen yet; without a choice you get in touch." in shown
    assert "let the customer choose until" in shown
    beside = text(mara.beside(url, "remedies"))
    assert "Dana told me: this one" in beside
    assert "Take the offer back" in beside
    assert "Or let Dana choose" in beside
    assert "Let Dana choose" not in text(mara.press(f"{url}reckon/", **pick("tonight", "bed")))


def test_what_is_more_than_ones_own_is_asked_about_first(cast: Cast, url: str) -> None:
    mara = AtDesk(cast.mara)
    dear = {**pick("tonight", "all"), "deed": "let_choose"}
    assert "Ask Lena to let Dana choose (up to £2,080)" in text(mara.press(f"{url}reckon/", **dear))
    asked = mara.press(url, **dear, note="She waited long")
    assert "Lena Brandt is asked whether it may be offered." in toast(asked)
    assert "Somebody decides whether Dana may choose. Until then Dana sees nothing of it." in text(asked)
    question = text(AtDesk(cast.lena).get(f"/approvals/{Approval.objects.get().pk}/"))
    assert "Approve £2,080?" in question
    assert "The customer chooses one of these; the dearest counts." in question


def test_what_the_customer_chose_is_at_the_case_and_in_the_story(cast: Cast, url: str) -> None:
    mara, number = AtDesk(cast.mara), Case.objects.get().pk
    mara.post(url, **offer_of())
    offer = Offer.objects.get()
    dana = Actor(ActorKind.CUSTOMER, Customer.objects.get().pk, "Dana Okafor")
    for option in reversed(options(offer)):
        actions.choose(number, offer.pk, option, by=dana, now=offer.made_at)
    shown = text(mara.get(f"/cases/SR-{number}/"))
    assert "Dana chose: Deliver both pieces tonight. They may change it until" in shown
    assert "Dana Okafor chose: 10 % back on the whole order" in shown
    assert "Dana Okafor changed to: Deliver both pieces tonight" in shown
    assert "Dana Okafor gave" not in shown
    actions.want_else(number, offer.pk, words="Bring it to my mother", by=dana, now=offer.made_at)
    shown = text(mara.get(f"/cases/SR-{number}/"))
    assert "Dana asks for something else. Answer them" in shown
    assert "Bring it to my mother" in shown


def test_of_a_closed_case_nobody_waits_for_a_choice(cast: Cast, url: str) -> None:
    mara, number = AtDesk(cast.mara), Case.objects.get().pk
    mara.post(url, **offer_of())
    Case.objects.update(closed_at=datetime.now(UTC), outcome="satisfied")
    assert "may choose until" not in text(mara.get(f"/cases/SR-{number}/"))
    Case.objects.update(closed_at=None, outcome="")
    offer = Offer.objects.get()
    dana = Actor(ActorKind.CUSTOMER, Customer.objects.get().pk, "Dana Okafor")
    actions.choose(number, offer.pk, options(offer)[0], by=dana, now=offer.made_at)
    Case.objects.update(closed_at=datetime.now(UTC), outcome="satisfied")
    assert "Dana chose: Deliver both pieces tonight." in text(mara.get(f"/cases/SR-{number}/"))


def test_what_was_said_on_the_phone_is_recorded_and_an_offer_taken_back(cast: Cast, url: str) -> None:
    mara, number = AtDesk(cast.mara), Case.objects.get().pk
    mara.post(url, **offer_of())
    offer = Offer.objects.get()
    address = f"/cases/SR-{number}/offers/{offer.pk}/"
    stranger = AtDesk(cast.stranger)
    stranger.post(f"{address}choose/", option=options(offer)[0])
    stranger.post(f"{address}withdraw/")
    mara.post(f"{address}choose/", option="x")
    assert (grants_of(number), Offer.objects.get().state) == ((), "open")
    mara.post(f"{address}choose/", option=options(offer)[0])
    assert [one.title for one in grants_of(number)] == ["Deliver both pieces tonight"]
    Offer.objects.all().update(chosen=None, grant=None)
    mara.post(f"{address}withdraw/", words="We found something better.")
    assert Entry.objects.get(verb="case.choice_withdrawn").data["note"] == "We found something better."
    assert Offer.objects.get().afterword == "We found something better."


def test_what_cannot_be_offered_is_said_where_it_was_typed(cast: Cast, url: str) -> None:
    mara = AtDesk(cast.mara)
    late = mara.press(url, **offer_of(until="in 20 days"))
    assert late.status_code == 422
    assert "would be due before the choice ends" in text(late)
    assert "Let them choose until a time within 30 days" in text(mara.press(url, **offer_of(until="in 90 days")))
    assert mara.press(url, **offer_of(until="whenever")).status_code == 422
    assert "2 to 6 things" in text(mara.press(url, **{**pick("bed"), "deed": "let_choose"}))
    assert not Offer.objects.exists()


def test_words_and_times_are_the_customers_own(cast: Cast, url: str) -> None:
    Customer.objects.update(language="de-DE", time_zone="America/New_York")
    book = PLAYBOOK.replace('words: "By {by}."', 'words: {en: "By {by}.", de: "Bis {by}."}').replace(
        "title: Deliver both pieces tonight", "title: {en: Deliver both pieces tonight, de: Heute Abend liefern}"
    )
    actions.save_playbook(playbook_from(book), source=book, by=SYSTEM, now=datetime.now(UTC))
    AtDesk(cast.mara).post(url, **offer_of())
    first, second = Offer.objects.get().options.order_by("id")
    assert re.fullmatch(r"Bis [A-Z][a-z]+, \d+\. \w+( \d{4})?, \d\d:\d\d\.", first.words)
    assert first.title == "Heute Abend liefern"
    # This one has no German words: what is filled in is English too.
    assert second.words == "£208.00 back."
