"""What customers and colleagues owe to a member of staff, and a line of thanks."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, person
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import Id, Named
from makegood.followups.actions import thank
from makegood.followups.queries import colleague_of, recognition_of

router = Router(tags=["people"])


class RecognitionOut(Schema):
    """One thing that somebody did: `deeds` in words and what the customer `said`; or, with `by`, a colleague's thanks.
    `case` is null for thanks, and for a case that the reader may not open."""

    at: datetime
    deeds: str
    said: str
    customer: str
    by: str
    case: int | None


class RecognitionsOut(Schema):
    """The newest hundred."""

    items: list[RecognitionOut]
    next: None


class ThanksIn(StaffIn):
    """What for."""

    words: Annotated[str, Field(min_length=1, max_length=500)]


@router.get("/people/{staff_id}/recognition", response=RecognitionsOut, summary="Read what somebody is recognised for")
def read_recognition(request: ApiRequest, staff_id: Id) -> Any:
    """For the person themselves, whoever leads them, and managers; nothing is counted."""
    found = recognition_of(person(request, None).scope, staff_id, request.now)
    return {"items": [asdict(row) for row in found.rows], "next": None}


@router.post("/people/{staff_id}/thanks", response={201: Named}, summary="Thank somebody")
def say_thanks(request: ApiRequest, staff_id: Id, body: ThanksIn) -> HttpResponse:
    """Thank a colleague: they read it, and whoever leads them."""
    thank(staff_id, words=body.words, by=person(request, body.staff).by, now=request.now)
    whom = colleague_of(staff_id, request.now)
    return told({"id": whom.id, "name": whom.name}, status=201)
