"""Dated words: what a text promises by when, and what was said in a case and stands on no record yet."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, person
from makegood.api.case_parts import CaseOut, StaffIn, case_out
from makegood.api.door import told
from makegood.cases.queries import case_for, parse_number
from makegood.conversation.actions import take_at_word
from makegood.conversation.queries import dated_words, offers_in
from makegood.customers.queries import customer_for
from makegood.followups.queries import obstacles
from makegood.kernel.when import When
from makegood.platform.installation import organisation
from makegood.remedies.queries import owing

router = Router(tags=["conversation"])
# Longer than any message to a customer.
_LONGEST = 20_000


class DatedIn(Schema):
    """What was said, or is about to be: by `us` to a customer, or by `them` of what they were promised. With a `case`
    it is read in its customer's language and time zone, when the caller may see it."""

    text: Annotated[str, Field(max_length=_LONGEST)]
    said_by: Literal["us", "them"] = "us"
    language: Annotated[str, Field(max_length=20)] = ""
    case: Annotated[str, Field(max_length=20)] = ""


class SaidOut(Schema):
    """Words that promise `what` by a time: `due_at` always with its offset, `due_on` when they name a whole day. Both
    are null where the words count from a moment that is not known ("within the hour" of a call we were not told of).
    `hedged`: it was not said in so many words."""

    start: int
    words: str
    what: str
    due_at: datetime | None
    due_on: date | None
    when: str
    hedged: bool


class DatedOut(SaidOut):
    """The same in a text: it is `text[start:end]`."""

    end: int
    rule: str


class DatedsOut(Schema):
    """All of a text, in its order."""

    items: list[DatedOut]


class DatedOfferOut(SaidOut):
    """The same in an entry of a case's timeline. `ahead`: it can be promised; else it can be recorded as a failure."""

    entry: int
    said_by: Literal["us", "them"]
    ahead: bool


class DatedOffersOut(Schema):
    """All of a case, in the order in which it was said."""

    items: list[DatedOfferOut]
    next: None = None


class TakeIn(StaffIn):
    """Which words: the `entry` and `start` of an offer. `title` is what the promise is called; by its own words
    unless said."""

    entry: int
    start: Annotated[int, Field(ge=0)]
    title: Annotated[str, Field(max_length=300)] = ""


@router.post("/dated", response=DatedsOut, summary="Have words read for promises")
def dated(request: ApiRequest, body: DatedIn) -> HttpResponse:
    """What a text promises by when. Nothing is kept, and nothing promised."""
    customer = None
    if body.case:
        case = case_for(request.caller.scope, parse_number(body.case))
        customer = customer_for(request.caller.scope, case.customer_id)
    found = dated_words(
        body.text, customer, home=organisation().zone, now=request.now, said_by=body.said_by, language=body.language
    )
    return told({"items": [
        _said(one.words, one.what, one.when) | {
            "start": one.start, "end": one.end, "hedged": one.confidence == "hedged", "rule": one.rule,
        }
        for one in found
    ]})  # fmt: skip


@router.get("/cases/{number}/dated", response=DatedOffersOut, summary="List what was said by when and is not promised")
def list_offers(request: ApiRequest, number: str) -> HttpResponse:
    """Words of the case that promise something by a time and stand on no record yet: ours that are still to come, and
    what the customer says they were promised."""
    case = case_for(request.caller.scope, parse_number(number))
    customer = customer_for(request.caller.scope, case.customer_id)
    found = offers_in(case, customer, home=organisation().zone, now=request.now)
    return told({"next": None, "items": [
        _said(one.words, one.what, one.when) | {
            "start": one.start, "entry": one.entry, "said_by": one.said_by, "hedged": one.hedged, "ahead": one.ahead,
        }
        for one in found
    ]})  # fmt: skip


@router.post("/cases/{number}/dated", response={201: CaseOut}, summary="Take dated words of a case at their word")
def take_words(request: ApiRequest, number: str, body: TakeIn) -> HttpResponse:
    """Promise what was said, or record as a failure what the customer was promised and did not get. Answers with the
    case."""
    doer = person(request, body.staff)
    home = organisation().zone
    taken = take_at_word(
        parse_number(number), entry=body.entry, start=body.start, title=body.title, home=home, scope=doer.scope,
        by=doer.by, now=request.now,
    )  # fmt: skip
    case = case_for(doer.scope, taken.number)
    return told(case_out(case, obstacles(case, owing(case, now=request.now)), home), status=201)


def _said(words: str, what: str, when: When | None) -> dict[str, Any]:
    return {
        "words": words, "what": what, "when": when.words if when else "",
        "due_at": when.due_at if when else None, "due_on": when.due_on if when else None,
    }  # fmt: skip
