"""Private links to the customer's page of a case."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from ninja import Router, Schema

from makegood.api import case_parts as parts
from makegood.api.caller import ApiRequest, acting
from makegood.api.door import told
from makegood.cases.queries import parse_number
from makegood.links import actions

router = Router(tags=["cases"])


class LinkOut(Schema):
    """Where the customer's page is. Told this once: only a digest of the address is kept."""

    address: str


@router.post("/cases/{number}/link", response={201: LinkOut}, summary="Make a link to the customer's page")
def make_link(request: ApiRequest, number: str, body: parts.StaffIn | None = None) -> HttpResponse:
    """Make a private link to the customer's page of the case. Send it to the customer and keep it nowhere else."""
    doer = acting(request, body.staff if body else None)
    token = actions.make_link(parse_number(number), scope=doer.scope, by=doer.by, now=request.now)
    return told({"address": f"{settings.BASE_URL}/p/{token}/"}, status=201)
