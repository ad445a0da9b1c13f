"""Ready words: kept, changed, and filled with what is known of a case."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, person
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import Id, spelled
from makegood.cases.queries import parse_number
from makegood.conversation import actions
from makegood.conversation.queries import PhraseFacts, phrase_for, phrases
from makegood.conversation.rules.messages import Channel
from makegood.conversation.rules.phrases import LONGEST, fields_of
from makegood.links.actions import fill_phrase

router = Router(tags=["phrases"])


class PhraseOut(Schema):
    """Words that are kept to be used again. `language` and `channel` are "" for any; `fields` stand in braces in the
    text, and a case fills them."""

    id: int
    name: str
    language: str
    channel: str
    text: str
    fields: list[str]
    at: datetime


class PhrasesOut(Schema):
    """All of them, by name."""

    items: list[PhraseOut]
    next: None


class PhraseIn(StaffIn):
    """Words to keep."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    language: Annotated[str, Field(max_length=12)] = ""
    channel: Annotated[Channel, spelled(Channel)] | None = None


class FilledOut(Schema):
    """The words as the customer of a case would read them."""

    text: str


@router.get("/phrases", response=PhrasesOut, summary="List ready words")
def list_phrases(request: ApiRequest) -> HttpResponse:
    """All words that are kept: they belong to everybody at the desk."""
    return _all()


@router.post("/phrases", response={201: PhraseOut}, summary="Keep ready words")
def add_phrase(request: ApiRequest, body: PhraseIn) -> HttpResponse:
    """Keep words under a name."""
    return told(_one(phrase_for(_saved(request, body, None))), status=201)


@router.get("/phrases/{phrase_id}", response=PhraseOut, summary="Read ready words")
def read_phrase(request: ApiRequest, phrase_id: Id) -> HttpResponse:
    """One of them."""
    return told(_one(phrase_for(phrase_id)))


@router.post("/phrases/{phrase_id}", response=PhraseOut, summary="Change ready words")
def change_phrase(request: ApiRequest, phrase_id: Id, body: PhraseIn) -> HttpResponse:
    """Put these in the place of what is kept."""
    return told(_one(phrase_for(_saved(request, body, phrase_id))))


@router.post("/phrases/{phrase_id}/remove", response=PhrasesOut, summary="Remove ready words")
def remove_phrase(request: ApiRequest, phrase_id: Id, body: StaffIn) -> HttpResponse:
    """Keep these no longer. Answers with those that are left."""
    doer = person(request, body.staff)
    actions.remove_phrase(phrase_id, scope=doer.scope, by=doer.by, now=request.now)
    return _all()


@router.post("/cases/{number}/phrases/{phrase_id}", response=FilledOut, summary="Fill ready words for a case")
def fill_for_case(request: ApiRequest, number: str, phrase_id: Id, body: StaffIn) -> HttpResponse:
    """The words with every field filled, to be changed before they are sent. A private link is made where they have a
    field for one."""
    doer = person(request, body.staff)
    text = fill_phrase(
        parse_number(number), phrase_id, base_url=settings.BASE_URL, scope=doer.scope, by=doer.by, now=request.now
    )  # fmt: skip
    return told({"text": text})


def _saved(request: ApiRequest, body: PhraseIn, phrase_id: int | None) -> int:
    doer = person(request, body.staff)
    return actions.save_phrase(
        name=body.name, text=body.text, language=body.language, channel=body.channel or "", phrase_id=phrase_id,
        scope=doer.scope, by=doer.by, now=request.now,
    )  # fmt: skip


def _all() -> HttpResponse:
    return told({"items": [_one(one) for one in phrases()], "next": None})


def _one(one: PhraseFacts) -> dict[str, Any]:
    copied = ("id", "name", "language", "channel", "text", "at")
    return {name: getattr(one, name) for name in copied} | {"fields": list(fields_of(one.text))}
