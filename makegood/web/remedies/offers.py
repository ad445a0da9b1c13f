"""What a customer may choose of, as the desk shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from makegood.cases.queries import CaseFacts
from makegood.kernel.money import format_money
from makegood.kernel.texts import first_name
from makegood.remedies.queries import OfferFacts
from makegood.remedies.rules.offering import OfferState, Silence
from makegood.web import clocks
from makegood.web.desk import Desk
from makegood.web.remedies.words import names_of


@dataclass(frozen=True, slots=True)
class Option:
    """One thing the customer may choose; `url` records that they told us so, "" when it cannot be."""

    id: int
    title: str
    cost: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An offer that waits or may be chosen of. `may_choose` when the customer may, `may_take_back` before they did."""

    id: int
    title: str
    text: str
    options: Sequence[Option]
    waits: bool
    asked_else: bool
    may_choose: bool
    may_take_back: bool


def standing_of(offers: Sequence[OfferFacts], case: CaseFacts, desk: Desk) -> Standing | None:
    """The offer that stands now, if any."""
    offer = next((one for one in offers if one.state in (OfferState.ASKED, OfferState.OPEN)), None)
    if offer is None or (case.closed_at is not None and offer.chosen is None):
        # Of a closed case nobody has to answer what was asked before; a choice that may still be changed is told.
        return None
    may = offer.may_choose(desk.now) and desk.may_work and case.closed_at is None
    first = first_name(case.customer_name)
    return Standing(
        id=offer.id, title=_title(offer, first, desk), text=_text(offer, first),
        options=[
            Option(one.id, names_of(one.parts), format_money(one.total, one.currency) if one.total else _("free"),
                   one.id == offer.chosen_id)
            for one in offer.options
        ],
        waits=offer.state is OfferState.ASKED, asked_else=offer.else_at is not None, may_choose=may,
        may_take_back=may and offer.grant_id is None,
    )  # fmt: skip


def notice_of(offers: Sequence[OfferFacts], case: CaseFacts, desk: Desk) -> list[dict[str, str]]:
    """What the open case says of the offer that stands."""
    standing = standing_of(offers, case, desk)
    if standing is None:
        return []
    tone = "risk" if standing.asked_else else ""
    return [{"title": standing.title, "text": standing.text, "image": "hand", "tone": tone}]


def _title(offer: OfferFacts, first: str, desk: Desk) -> str:
    if offer.state is OfferState.ASKED:
        return _("Somebody decides whether {} may choose.").format(first)
    if offer.else_at is not None:
        return _("{} asks for something else.").format(first)
    if offer.chosen is not None:
        return _("{name} chose: {what}.").format(name=first, what=names_of(offer.chosen.parts))
    return _("{name} may choose until {when}.").format(name=first, when=clocks.moment(offer.until, desk.now))


def _text(offer: OfferFacts, first: str) -> str:
    if offer.state is OfferState.ASKED:
        return _("Until then {} sees nothing of it.").format(first)
    if offer.else_at is not None:
        return _("Answer them: what they ask for stands in their own words below.")
    if offer.chosen is not None:
        return _("They may change it until {}.").format(clocks.stamp(offer.until))
    if offer.silence is Silence.FIRST:
        return _("Nothing is chosen yet; without a choice they get the first: {}.").format(
            names_of(offer.options[0].parts)
        )
    return _("Nothing is chosen yet; without a choice you get in touch.")
