"""What the customer may choose of on their page, and what they chose: titles, words and money meant for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from makegood.portal.moments import Moments
from makegood.remedies.queries import GrantFacts, OfferFacts, OptionFacts, offers_of
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.offering import OfferState, Silence

# What the customer gets in money. Of everything else the sum is what it costs us, and none of their business.
_IN_MONEY = (RemedyKind.REFUND, RemedyKind.CREDIT)


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing to choose. `ticked` is the one that is marked when the page comes."""

    id: int
    title: str
    notes: tuple[str, ...]
    ticked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """What may be chosen of. `says` is what was chosen, and `until` and `silence` what holds while it may be changed;
    once it may not, `things` is empty and `over` says so."""

    offer: int
    words: str
    things: tuple[Thing, ...]
    says: str
    chose: bool
    wants_else: bool
    until: str
    silence: str
    over: str


def latest_offer(number: int) -> OfferFacts | None:
    """The newest offer of a case that its customer has seen."""
    return next((one for one in offers_of(number) if one.opened_at is not None), None)


def choosing(offer: OfferFacts | None, moments: Moments, *, closed: bool) -> Choosing | None:
    """The choice of a case as its customer reads it; None when there is none to tell of."""
    if offer is None or (closed and offer.chosen is None):
        return None
    may = offer.may_choose(moments.now) and not closed
    return Choosing(
        offer=offer.id, words=offer.words if may else "", things=tuple(_things(offer, moments)) if may else (),
        says=_says(offer, moments), chose=offer.chosen is not None, wants_else=may and offer.else_at is not None,
        until=moments.until(offer.until), silence=_silence(offer) if may and offer.chosen is None else "",
        over="" if may else _over(offer, moments),
    )  # fmt: skip


def given_words(grant: GrantFacts, moments: Moments) -> Iterator[str]:
    """What the customer is given, in the words meant for them, and the sum where these do not name it."""
    if grant.words:
        yield grant.words
    amount = moments.money(grant.total, grant.currency)
    if grant.remedy in _IN_MONEY and grant.total and not grant.policy and amount not in grant.words:
        yield _("You get {amount}.").format(amount=amount)


def comes_by_itself(offer: OfferFacts | None, now: datetime) -> OptionFacts | None:
    """The option that comes when nothing else is chosen."""
    if offer is None or offer.silence is not Silence.FIRST or offer.else_at is not None or offer.chosen is not None:
        return None
    return offer.options[0] if offer.may_choose(now) else None


def _things(offer: OfferFacts, moments: Moments) -> Iterator[Thing]:
    ticked = offer.chosen_id
    if ticked is None and offer.silence is Silence.FIRST and offer.else_at is None:
        ticked = offer.options[0].id
    for option in offer.options:
        notes = [words for one in option.parts for words in given_words(one, moments)]
        if not any(moments.exactly(option.due_at) in words for words in notes):
            notes.append(_("At the latest {when}.").format(when=moments.at(option.due_at)))
        yield Thing(option.id, option.title, tuple(notes), option.id == ticked)


def _says(offer: OfferFacts, moments: Moments) -> str:
    if offer.chosen is None:
        return ""
    if offer.chosen_at is None:
        return _("You get: {title}. It is what we said would come if you chose nothing.").format(
            title=offer.chosen.title
        )
    return _("You chose: {title} ({when}).").format(title=offer.chosen.title, when=moments.at(offer.chosen_at))


def _silence(offer: OfferFacts) -> str:
    if offer.else_at is not None:
        return ""
    if offer.silence is Silence.IN_TOUCH:
        return _("If you choose nothing until then, I get in touch with you.")
    return _("If you choose nothing until then, you get the first.")


def _over(offer: OfferFacts, moments: Moments) -> str:
    """Why nothing can be chosen any more, kindly."""
    if offer.state is OfferState.WITHDRAWN:
        return offer.afterword or _("What you could choose from no longer stands. I will tell you what comes instead.")
    if offer.chosen is None:
        if offer.silence is Silence.IN_TOUCH and offer.else_at is None:
            return _("The time to choose here is over. I get in touch with you, and we find what suits you.")
        return _("The time to choose here is over. Write to me, and we find what suits you.")
    if moments.now < offer.until:
        return _("It is done already, so it cannot be changed here. If it is not right, write to me.")
    return _("You could change it {until}. If it does not suit you any more, write to me.").format(
        until=moments.until(offer.until)
    )
