"""Offers: several remedies of which the customer chooses one until a time."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from ninja import Router, Schema

from makegood.api.caller import ApiRequest, person
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import Id, Instant, Text
from makegood.api.remedies import GrantIn, Short, check_seen, choices_of
from makegood.cases.queries import case_for, parse_number
from makegood.remedies import actions
from makegood.remedies.queries import GrantFacts, OfferFacts, OptionFacts, offer_for, offers_of
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.offering import OfferState, Silence

router = Router(tags=["remedies"])


class PartOfOfferOut(Schema):
    """One remedy of what the customer may choose. `amount` is all it costs us, and never shown to them."""

    remedy: RemedyKind
    title: str
    words: str
    amount: Decimal
    currency: str
    due_at: datetime


class OptionOfOfferOut(PartOfOfferOut):
    """Something the customer may choose, with what comes together with it (`also`)."""

    id: int
    also: list[PartOfOfferOut]


class OfferOut(Schema):
    """Several remedies of which the customer chooses one.

    `decided_by` is on whose authority, "" while somebody is asked. `chosen` names one of the `options`, `grant` the
    first remedy that it became; `chosen_at` is null when silence chose. `else_at` is when they asked for other things,
    `afterword` what they read once it was taken back.
    """

    id: int
    case: str
    state: OfferState
    by: str
    decided_by: str
    words: str
    afterword: str
    silence: Silence
    made_at: datetime
    until: datetime
    options: list[OptionOfOfferOut]
    chosen: int | None
    chosen_at: datetime | None
    grant: int | None
    else_at: datetime | None
    ended_at: datetime | None


class OffersOut(Schema):
    """The offers of a case, the newest first."""

    items: list[OfferOut]
    next: None


class OfferIn(GrantIn):
    """What the customer may choose of, `until` when, with `words` to them. `silence` is what happens when they choose
    nothing: the first (`first`), or the owner gets in touch (`in_touch`).

    With `ask`, what is more than one's own to give is put to somebody who may decide, with a `note`, before the
    customer sees it; without, it is refused.
    """

    until: Instant
    words: Text = ""
    silence: Silence = Silence.FIRST
    ask: bool = False
    note: Short = ""


class ChooseIn(StaffIn):
    """Which of the options the customer chose, told in a conversation."""

    option: Id


class WithdrawOfferIn(StaffIn):
    """Why the offer is taken back, and the `words` that the customer reads in its place."""

    reason: Short = ""
    words: Text = ""


@router.get("/cases/{number}/offers", response=OffersOut, summary="List what a customer may choose of")
def list_offers(request: ApiRequest, number: str) -> HttpResponse:
    """Every offer of a case, also those that ended."""
    case = case_for(request.caller.scope, parse_number(number))
    return told({"items": [_offer_out(one) for one in offers_of(case.number)], "next": None})


@router.post("/cases/{number}/offers", response={201: OfferOut}, summary="Let the customer choose")
def let_choose(request: ApiRequest, number: str, body: OfferIn) -> HttpResponse:
    """Let the customer choose one of two to six remedies on their page; the dearest must be one's own to give."""
    doer, case = person(request, body.staff), parse_number(number)
    check_seen(doer, case, body.seen)
    choices = choices_of(body)
    made = actions.let_choose(
        case, choices, until=body.until, words=body.words, silence=body.silence,
        currency=body.currency, reason=body.reason, ask=body.ask, note=body.note, scope=doer.scope, by=doer.by,
        now=request.now,
    )  # fmt: skip
    return told(_offer_out(offer_for(doer.scope, made)), status=201)


@router.post("/offers/{offer_id}/choose", response=OfferOut, summary="Record what the customer chose")
def choose(request: ApiRequest, offer_id: Id, body: ChooseIn) -> HttpResponse:
    """The customer told us what they choose, instead of choosing on their page. It is given at once."""
    doer = person(request, body.staff)
    actions.choose_for(offer_id, body.option, scope=doer.scope, by=doer.by, now=request.now)
    return told(_offer_out(offer_for(doer.scope, offer_id)))


@router.post("/offers/{offer_id}/withdraw", response=OfferOut, summary="Take an offer back")
def withdraw(request: ApiRequest, offer_id: Id, body: WithdrawOfferIn) -> HttpResponse:
    """Nothing can be chosen of it any more; what was chosen already is taken back as a grant instead."""
    doer = person(request, body.staff)
    actions.withdraw_offer(
        offer_id, reason=body.reason, words=body.words, scope=doer.scope, by=doer.by, now=request.now
    )
    return told(_offer_out(offer_for(doer.scope, offer_id)))


def _offer_out(offer: OfferFacts) -> dict[str, Any]:
    same = (
        "id", "state", "by", "decided_by", "words", "afterword", "silence", "made_at", "until", "chosen_at",
        "else_at", "ended_at",
    )  # fmt: skip
    return {
        **{name: getattr(offer, name) for name in same}, "case": f"SR-{offer.case}", "chosen": offer.chosen_id,
        "grant": offer.grant_id, "options": [_option_out(one) for one in offer.options],
    }  # fmt: skip


def _option_out(option: OptionFacts) -> dict[str, Any]:
    first, *rest = map(_part_out, option.parts)
    return {"id": option.id, **first, "also": rest}


def _part_out(one: GrantFacts) -> dict[str, Any]:
    same = ("remedy", "title", "words", "currency", "due_at")
    return {**{name: getattr(one, name) for name in same}, "amount": one.total}
