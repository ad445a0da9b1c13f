"""Mailboxes: which addresses are read and sent by. For those who administer, by a token that stands for them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.conf import settings
from ninja import Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest
from makegood.api.door import told
from makegood.api.forms import Form, Id
from makegood.conversation import actions
from makegood.conversation.queries import MailboxFacts, mailbox_for, mailboxes

router = Router(tags=["mailboxes"])

Short = Annotated[str, Field(max_length=60)]
Host = Annotated[str, Field(max_length=253)]
Line = Annotated[str, Field(max_length=254)]
Port = Annotated[int, Field(ge=1, le=65_535)]
Secret = Annotated[str, Field(max_length=4_000)]
Security = Literal["tls", "starttls", "none"]


class MailboxesOut(Schema):
    """Every mailbox."""

    items: list[MailboxFacts]
    next: None


class MailboxIn(Form):
    """What is to be changed of a mailbox; what is left out stays. A secret that is null is taken away."""

    name: Short | None = None
    address: Line | None = None
    sender_name: Annotated[str, Field(max_length=120)] | None = None
    kind: Short | None = None
    acknowledges: bool | None = None
    imap_host: Host | None = None
    imap_port: Port | None = None
    imap_security: Security | None = None
    imap_user: Line | None = None
    imap_secret: Secret | None = None
    folder: Annotated[str, Field(max_length=200)] | None = None
    done_folder: Annotated[str, Field(max_length=200)] | None = None
    hook_service: Short | None = None
    hook_key: Secret | None = None
    smtp_host: Host | None = None
    smtp_port: Port | None = None
    smtp_security: Security | None = None
    smtp_user: Line | None = None
    smtp_secret: Secret | None = None
    oauth_url: Annotated[str, Field(max_length=300)] | None = None
    oauth_client: Annotated[str, Field(max_length=200)] | None = None
    oauth_secret: Secret | None = None
    oauth_refresh: Annotated[str, Field(max_length=8_000)] | None = None


class NewMailboxIn(MailboxIn):
    """A mailbox to connect."""

    name: Short
    address: Line


class TrialStepOut(Schema):
    """One step of a test: what was tried, and what came of it; `ok` is null where there was nothing to try."""

    tried: str
    words: str
    ok: bool | None


class TriedOut(Schema):
    """What works of mail that comes in (`reading`) and that leaves (`sending`), each up to the first that does not."""

    works: bool
    reading: list[TrialStepOut]
    sending: list[TrialStepOut]


class HookOut(Schema):
    """What the mail service calls: with mail that came in, and with what became of ours. Not shown again."""

    mail: str
    events: str


@router.get("/mailboxes", response=MailboxesOut, summary="List mailboxes")
def list_mailboxes(request: ApiRequest) -> Any:
    """Every mailbox, and how it fares."""
    return {"items": mailboxes(request.caller.scope), "next": None}


@router.post("/mailboxes", response={201: MailboxFacts}, summary="Connect a mailbox")
def add_mailbox(request: ApiRequest, body: NewMailboxIn) -> Any:
    """Read and send by it from now on."""
    number = actions.add_mailbox(**_said(body), by=request.caller.by, now=request.now)
    return told(mailbox_for(request.caller.scope, number), status=201)


@router.post("/mailboxes/test", response=TriedOut, summary="Try a mailbox before it is connected")
def try_new_mailbox(request: ApiRequest, body: NewMailboxIn) -> Any:
    """What works and what does not, step by step. Nothing is saved, read or sent. It may take a minute."""
    return _tried(request, None, body)


@router.get("/mailboxes/{mailbox_id}", response=MailboxFacts, summary="Read a mailbox")
def read_mailbox(request: ApiRequest, mailbox_id: Id) -> Any:
    """One of them."""
    return mailbox_for(request.caller.scope, mailbox_id)


@router.post("/mailboxes/{mailbox_id}", response=MailboxFacts, summary="Change a mailbox")
def change_mailbox(request: ApiRequest, mailbox_id: Id, body: MailboxIn) -> Any:
    """Change what is given. It is read and sent by anew at once."""
    actions.change_mailbox(mailbox_id, **_said(body), by=request.caller.by, now=request.now)
    return mailbox_for(request.caller.scope, mailbox_id)


@router.post("/mailboxes/{mailbox_id}/test", response=TriedOut, summary="Try a mailbox")
def try_mailbox(request: ApiRequest, mailbox_id: Id, body: MailboxIn) -> Any:
    """The same for one that is connected, as it would be with what is given."""
    return _tried(request, mailbox_id, body)


@router.post("/mailboxes/{mailbox_id}/pause", response=MailboxFacts, summary="Pause a mailbox")
def pause_mailbox(request: ApiRequest, mailbox_id: Id) -> Any:
    """Neither read it nor send by it for now."""
    actions.pause_mailbox(mailbox_id, by=request.caller.by, now=request.now)
    return mailbox_for(request.caller.scope, mailbox_id)


@router.post("/mailboxes/{mailbox_id}/resume", response=MailboxFacts, summary="Resume a mailbox")
def resume_mailbox(request: ApiRequest, mailbox_id: Id) -> Any:
    """Go on at once from where it stopped."""
    actions.resume_mailbox(mailbox_id, by=request.caller.by, now=request.now)
    return mailbox_for(request.caller.scope, mailbox_id)


@router.post("/mailboxes/{mailbox_id}/hook", response=HookOut, summary="Make an address for its mail service")
def renew_hook(request: ApiRequest, mailbox_id: Id) -> Any:
    """A new address with a secret in it, in the answer this once; the one before works no more."""
    secret = actions.renew_hook(mailbox_id, by=request.caller.by, now=request.now)
    facts = mailbox_for(request.caller.scope, mailbox_id)
    address = f"{settings.BASE_URL}/hooks/mail/{facts.hook_service}/{facts.id}/{secret}/"
    return {"mail": address, "events": f"{address}events/"}


@router.post("/mailboxes/{mailbox_id}/remove", response=MailboxesOut, summary="Remove a mailbox")
def remove_mailbox(request: ApiRequest, mailbox_id: Id) -> Any:
    """Read it and send by it no more. What came by it stays. Answers with those that are left."""
    actions.remove_mailbox(mailbox_id, by=request.caller.by, now=request.now)
    return {"items": mailboxes(request.caller.scope), "next": None}


def _tried(request: ApiRequest, mailbox_id: int | None, body: MailboxIn) -> Any:
    return actions.try_mailbox(
        mailbox_id, service=settings.MAIL_SERVICE, networks=settings.PRIVATE_NETWORKS,
        by=request.caller.by, now=request.now, **_said(body),
    )  # fmt: skip


def _said(body: MailboxIn) -> Any:
    """What was given, nulls left out but for secrets."""
    given = body.dict(exclude_unset=True)
    return {
        name: value
        for name, value in given.items()
        if value is not None or name.endswith(("_secret", "_key", "_refresh"))
    }
