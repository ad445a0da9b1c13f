"""Webhooks: which systems are told of what. For those who administer, by a token that stands for them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from ninja import Router, Schema
from pydantic import Field

from makegood.adapters.hooks import Hook
from makegood.api.caller import ApiRequest
from makegood.api.door import told
from makegood.api.forms import Form, Id
from makegood.webhooks import actions
from makegood.webhooks.queries import WebhookFacts, deliveries_of, webhook_for, webhooks

router = Router(tags=["webhooks"])

Verb = Annotated[str, Field(min_length=1, max_length=60)]


class WebhookOut(Schema):
    """A system that is told. `problem` is why its latest message was not accepted. `attempts` messages in a row were
    refused, since `failing_since` none was accepted, until `next_at` it is left alone for that; `gave_up` that it was
    switched off for it. `refused` messages are tried again, `set_aside` ones are not. `old_until` is until when the
    secret before signs, too."""

    id: int
    name: str
    url: str
    verbs: list[str]
    made_at: datetime
    sent_at: datetime | None
    attempts: int
    failing_since: datetime | None
    next_at: datetime | None
    problem: str
    problem_at: datetime | None
    refused: int
    set_aside: int
    paused_at: datetime | None
    gave_up: bool
    old_until: datetime | None


class WebhooksOut(Schema):
    """Every system that is told."""

    items: list[WebhookOut]
    next: None


class WebhookMadeOut(WebhookOut):
    """A system with its `secret`, which is not shown again."""

    secret: str


class DeliveryOut(Schema):
    """One message and what was answered last; `status` is null when nothing was heard. `case` is a number. It was
    accepted at `sent_at`, leaves again at `next_at`, or was set aside at `failed_at`."""

    message_id: str
    verb: str
    case: int | None
    attempts: int
    tried_at: datetime | None
    sent_at: datetime | None
    next_at: datetime | None
    failed_at: datetime | None
    status: int | None
    answer: str
    problem: str
    took_ms: int


class DeliveriesOut(Schema):
    """The latest fifty messages, the newest first."""

    items: list[DeliveryOut]
    next: None


class WebhookIn(Form):
    """Where to send, and of which moves: verbs of the journal, or all of a kind such as `promise.*`."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    url: Annotated[str, Field(min_length=1, max_length=500)]
    verbs: Annotated[list[Verb], Field(max_length=50)] = []


@router.get("/webhooks", response=WebhooksOut, summary="List webhooks")
def list_webhooks(request: ApiRequest) -> Any:
    """Every system that is told, and how that fares."""
    return {"items": webhooks(request.caller.scope), "next": None}


@router.post("/webhooks", response={201: WebhookMadeOut}, summary="Add a webhook")
def add_webhook(request: ApiRequest, body: WebhookIn) -> Any:
    """Tell a system of what happens from now on. The answer holds its secret, this once."""
    number, secret = actions.add_webhook(
        body.name, url=body.url, verbs=body.verbs, by=request.caller.by, now=request.now
    )
    return told(_with_secret(webhook_for(request.caller.scope, number), secret), status=201)


@router.get("/webhooks/{webhook_id}", response=WebhookOut, summary="Read a webhook")
def read_webhook(request: ApiRequest, webhook_id: Id) -> Any:
    """One of them."""
    return webhook_for(request.caller.scope, webhook_id)


@router.post("/webhooks/{webhook_id}", response=WebhookOut, summary="Change a webhook")
def change_webhook(request: ApiRequest, webhook_id: Id, body: WebhookIn) -> Any:
    """Another name or address, or other moves, from now on."""
    actions.change_webhook(webhook_id, body.name, url=body.url, verbs=body.verbs, by=request.caller.by, now=request.now)
    return webhook_for(request.caller.scope, webhook_id)


@router.get("/webhooks/{webhook_id}/deliveries", response=DeliveriesOut, summary="Read what was sent")
def list_deliveries(request: ApiRequest, webhook_id: Id, set_aside: bool = False) -> Any:
    """The latest messages, and what was answered; or those that were set aside."""
    webhook_for(request.caller.scope, webhook_id)
    return {"items": deliveries_of(webhook_id, set_aside=set_aside), "next": None}


@router.post("/webhooks/{webhook_id}/again", response=WebhookOut, summary="Send all that was set aside again")
def send_all_again(request: ApiRequest, webhook_id: Id) -> Any:
    """Let everything that was set aside leave again, but for remedies that were carried out or taken back since."""
    actions.send_all_again(webhook_id, by=request.caller.by, now=request.now)
    return webhook_for(request.caller.scope, webhook_id)


@router.post("/webhooks/{webhook_id}/again/{message_id}", response=WebhookOut, summary="Send one message again")
def send_again(request: ApiRequest, webhook_id: Id, message_id: str) -> Any:
    """Let one message that was set aside leave again."""
    actions.send_again(webhook_id, message_id, by=request.caller.by, now=request.now)
    return webhook_for(request.caller.scope, webhook_id)


@router.post("/webhooks/{webhook_id}/test", response=DeliveryOut, summary="Send a test")
def test_webhook(request: ApiRequest, webhook_id: Id) -> Any:
    """Send one message of the type `webhook.test` now, and answer with what came of it."""
    return actions.try_webhook(webhook_id, Hook(settings.PRIVATE_NETWORKS), by=request.caller.by, now=request.now)


@router.post("/webhooks/{webhook_id}/pause", response=WebhookOut, summary="Pause a webhook")
def pause_webhook(request: ApiRequest, webhook_id: Id) -> Any:
    """Send nothing for now. What happens meanwhile waits, and is lost to nobody."""
    actions.pause_webhook(webhook_id, by=request.caller.by, now=request.now)
    return webhook_for(request.caller.scope, webhook_id)


@router.post("/webhooks/{webhook_id}/resume", response=WebhookOut, summary="Resume a webhook")
def resume_webhook(request: ApiRequest, webhook_id: Id) -> Any:
    """Go on at once from where it stopped."""
    actions.resume_webhook(webhook_id, by=request.caller.by, now=request.now)
    return webhook_for(request.caller.scope, webhook_id)


@router.post("/webhooks/{webhook_id}/rotate", response=WebhookMadeOut, summary="Change the secret")
def rotate_secret(request: ApiRequest, webhook_id: Id) -> Any:
    """Sign by a new secret, which the answer holds this once, and for a day by the old one too."""
    secret = actions.rotate_secret(webhook_id, by=request.caller.by, now=request.now)
    return _with_secret(webhook_for(request.caller.scope, webhook_id), secret)


@router.post("/webhooks/{webhook_id}/remove", response=WebhooksOut, summary="Remove a webhook")
def remove_webhook(request: ApiRequest, webhook_id: Id) -> Any:
    """Tell it no more. Answers with those that are left."""
    actions.remove_webhook(webhook_id, by=request.caller.by, now=request.now)
    return {"items": webhooks(request.caller.scope), "next": None}


def _with_secret(facts: WebhookFacts, secret: str) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in WebhookOut.model_fields} | {"secret": secret}
