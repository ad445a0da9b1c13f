"""Lines: the numbers by which text messages and chat go and come. For those who administer, by a token that stands for
them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from ninja import Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest
from makegood.api.door import told
from makegood.api.forms import Form, Id
from makegood.api.mailboxes import Secret, Short, TriedOut
from makegood.conversation import actions
from makegood.conversation.queries import LineFacts, line_for, lines

router = Router(tags=["lines"])

Web = Annotated[str, Field(max_length=300)]
Account = Annotated[str, Field(max_length=100)]


class LineOut(Schema):
    """A line without its token. `hook` is the address for its service to call with what comes in. `sending_problem` has
    stood in the way of sending since `sending_problem_at`. `kind` is that of the cases it opens, "" for none."""

    id: int
    name: str
    channel: str
    how: str
    base_url: str
    account: str
    number: str
    kind: str
    hook: str
    paused_at: datetime | None
    sending_problem: str
    sending_problem_at: datetime | None


class LinesOut(Schema):
    """Every line."""

    items: list[LineOut]
    next: None


class LineIn(Form):
    """What is to be changed of a line; what is left out stays. `secret` is the token of the account or, by Apprise, the
    address."""

    name: Short | None = None
    channel: Literal["sms", "chat"] | None = None
    how: Literal["twilio", "apprise"] | None = None
    base_url: Web | None = None
    account: Account | None = None
    number: Short | None = None
    secret: Secret | None = None
    kind: Short | None = None


class NewLineIn(LineIn):
    """A line to add."""

    name: Short
    secret: Secret


class LineTestIn(LineIn):
    """A line to try, as it would be with what is given; `to` is sent a few words."""

    to: Short = ""


class NewLineTestIn(NewLineIn):
    """The same of a line that is not there yet."""

    to: Short = ""


@router.get("/lines", response=LinesOut, summary="List lines")
def list_lines(request: ApiRequest) -> Any:
    """Every line, and how it fares."""
    return _all(request)


@router.post("/lines", response={201: LineOut}, summary="Add a line")
def add_line(request: ApiRequest, body: NewLineIn) -> Any:
    """Let text messages or a chat go and come by it from now on."""
    number = actions.add_line(**_said(body), by=request.caller.by, now=request.now)
    return told(_one(request, number), status=201)


@router.post("/lines/test", response=TriedOut, summary="Try a line before it is added")
def try_new_line(request: ApiRequest, body: NewLineTestIn) -> Any:
    """What works and what does not, step by step. Nothing is saved, and nothing sent but for a few words to `to`."""
    return _tried(request, None, body)


@router.get("/lines/{line_id}", response=LineOut, summary="Read a line")
def read_line(request: ApiRequest, line_id: Id) -> Any:
    """One of them."""
    return _one(request, line_id)


@router.post("/lines/{line_id}", response=LineOut, summary="Change a line")
def change_line(request: ApiRequest, line_id: Id, body: LineIn) -> Any:
    """Change what is given. It holds for what leaves from now on."""
    actions.change_line(line_id, **_said(body), by=request.caller.by, now=request.now)
    return _one(request, line_id)


@router.post("/lines/{line_id}/test", response=TriedOut, summary="Try a line")
def try_line(request: ApiRequest, line_id: Id, body: LineTestIn) -> Any:
    """The same for one that is there, as it would be with what is given."""
    return _tried(request, line_id, body)


@router.post("/lines/{line_id}/pause", response=LineOut, summary="Pause a line")
def pause_line(request: ApiRequest, line_id: Id) -> Any:
    """Send nothing by it for now, and take nothing in."""
    actions.pause_line(line_id, by=request.caller.by, now=request.now)
    return _one(request, line_id)


@router.post("/lines/{line_id}/resume", response=LineOut, summary="Resume a line")
def resume_line(request: ApiRequest, line_id: Id) -> Any:
    """Go on at once from where it stopped."""
    actions.resume_line(line_id, by=request.caller.by, now=request.now)
    return _one(request, line_id)


@router.post("/lines/{line_id}/remove", response=LinesOut, summary="Remove a line")
def remove_line(request: ApiRequest, line_id: Id) -> Any:
    """Send by it no more. What came by it stays. Answers with those that are left."""
    actions.remove_line(line_id, by=request.caller.by, now=request.now)
    return _all(request)


def _tried(request: ApiRequest, line_id: int | None, body: LineTestIn | NewLineTestIn) -> Any:
    return actions.try_line(
        line_id, called_at=settings.BASE_URL, networks=settings.PRIVATE_NETWORKS, by=request.caller.by, **_said(body)
    )


def _all(request: ApiRequest) -> dict[str, Any]:
    return {"items": [_shown(one) for one in lines(request.caller.scope)], "next": None}


def _one(request: ApiRequest, line_id: int) -> dict[str, Any]:
    return _shown(line_for(request.caller.scope, line_id))


def _shown(facts: LineFacts) -> dict[str, Any]:
    told_of = {name: getattr(facts, name) for name in LineOut.model_fields if name != "hook"}
    return told_of | {"hook": f"{settings.BASE_URL}{facts.hook_path}"}


def _said(body: LineIn) -> Any:
    return body.dict(exclude_none=True)
