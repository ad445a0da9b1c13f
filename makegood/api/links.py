"""Private links to the customer's page of a case."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpResponse
from ninja import Router, Schema

from makegood.api import case_parts as parts
from makegood.api.caller import ApiRequest, acting, person
from makegood.api.door import told
from makegood.cases.queries import parse_number
from makegood.links import actions
from makegood.links.queries import links_of
from makegood.links.rules import LinkState, Way

router = Router(tags=["cases"])


class LinkOut(Schema):
    """Where the customer's page is. Told this once: only a digest of the address is kept."""

    address: str


class LinkLineOut(Schema):
    """A link to the customer's page, without its address: when it was made, given, opened, and until when it works."""

    made_at: datetime
    made_by: str
    given_at: datetime | None
    given_by: str
    opened_at: datetime | None
    expires_at: datetime | None
    state: LinkState


class LinksOut(Schema):
    """The links of a case, the newest first."""

    items: list[LinkLineOut]
    next: None


class GivenIn(parts.StaffIn):
    """How the link was given to the customer."""

    way: Way


@router.get("/cases/{number}/links", response=LinksOut, summary="List the links to the customer's page")
def list_links(request: ApiRequest, number: str) -> HttpResponse:
    """When each was made, given and opened. Opened means that the customer did something there."""
    found = links_of(request.caller.scope, parse_number(number), now=request.now)
    items = [{name: getattr(one, name) for name in LinkLineOut.model_fields} for one in found]
    return told({"items": items, "next": None})


@router.post("/cases/{number}/link/given", response=LinksOut, summary="Say how the link was given")
def note_given(request: ApiRequest, number: str, body: GivenIn) -> HttpResponse:
    """The customer has the newest link, and with it what their page shows."""
    doer = person(request, body.staff)
    actions.note_given(parse_number(number), way=body.way, scope=doer.scope, by=doer.by, now=request.now)
    return list_links(request, number)


@router.post("/cases/{number}/link", response={201: LinkOut}, summary="Make a link to the customer's page")
def make_link(request: ApiRequest, number: str, body: parts.StaffIn | None = None) -> HttpResponse:
    """Make a private link to the customer's page of the case. Send it to the customer and keep it nowhere else."""
    doer = acting(request, body.staff if body else None)
    token = actions.make_link(parse_number(number), scope=doer.scope, by=doer.by, now=request.now)
    return told({"address": f"{settings.BASE_URL}/p/{token}/"}, status=201)
