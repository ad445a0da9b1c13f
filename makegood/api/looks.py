"""A lead's look at what waits for it before it leaves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, person
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import Id
from makegood.api.messages import MessageOut, message_out
from makegood.conversation import actions
from makegood.conversation.actions.looking import LONGEST_WORDS
from makegood.conversation.queries import Waiting, by_number, to_look_at

router = Router(tags=["messages"])


class ForLaterOut(Schema):
    """What is promised once the message leaves: by `due_at` if it is let go now, all of the day `due_on` if that is
    set. `another_time`: its words mean another time by now than was meant, and it is not let go."""

    title: str
    words: str
    due_at: datetime | None
    due_on: date | None
    another_time: bool


class WaitingOut(MessageOut):
    """A message that waits, at whose case, and what is due next there: `due_at` null and `due` "" when nothing is."""

    customer_name: str
    case_title: str
    due_at: datetime | None
    due: str
    promises: list[ForLaterOut]


class LooksOut(Schema):
    """Messages that wait for a look, by what is due soonest at their cases."""

    items: list[WaitingOut]
    next: None


class SendBackIn(StaffIn):
    """What is to change."""

    words: Annotated[str, Field(max_length=LONGEST_WORDS)]


@router.get("/messages/looks", response=LooksOut, summary="What waits for a lead's look")
def list_looks(request: ApiRequest) -> HttpResponse:
    """For leads, managers and administrators, and for who stands in for one that was asked."""
    return told(
        {
            "items": [_waiting(one) for one in to_look_at(request.caller.scope, now=request.now)],
            "next": None,
        }
    )


def _waiting(one: Waiting) -> dict[str, Any]:
    return message_out(one.message) | {
        "customer_name": one.customer, "case_title": one.title, "due_at": one.due_at, "due": one.due,
        "promises": [{
            "title": each.title, "words": each.words, "due_at": each.when.due_at if each.when else None,
            "due_on": each.when.due_on if each.when else None, "another_time": each.means_another_time,
        } for each in one.promises],
    }  # fmt: skip


@router.post("/messages/{message_id}/release", response=MessageOut, summary="Looked at: it may leave")
def release_message(request: ApiRequest, message_id: Id, body: StaffIn) -> HttpResponse:
    """It leaves in ten seconds, or when it was to."""
    doer = person(request, body.staff)
    actions.release_message(message_id, scope=doer.scope, by=doer.by, now=request.now)
    return told(message_out(by_number([message_id])[0]))


@router.post("/messages/{message_id}/send-back", response=MessageOut, summary="Send a message back to its writer")
def send_back_message(request: ApiRequest, message_id: Id, body: SendBackIn) -> HttpResponse:
    """It does not leave, and its words are its writer's draft again."""
    doer = person(request, body.staff)
    actions.send_back_message(message_id, words=body.words, scope=doer.scope, by=doer.by, now=request.now)
    return told(message_out(by_number([message_id])[0]))
