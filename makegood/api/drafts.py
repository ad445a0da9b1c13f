"""A draft of a message by the language model that the installation names, if it names one."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from ninja import Router, Schema

from makegood.api.caller import ApiRequest, person
from makegood.api.case_parts import StaffIn
from makegood.api.coach import FindingOut
from makegood.api.door import told
from makegood.cases.queries import parse_number
from makegood.platform.modelling import drafter
from makegood.remedies import actions

router = Router(tags=["conversation"])


class DraftOut(Schema):
    """The draft, by which model, and the faults that the coach still finds in it."""

    text: str
    model: str
    faults: list[FindingOut]


@router.post("/cases/{number}/draft", response=DraftOut, summary="Have a message drafted")
def draft_message(request: ApiRequest, number: str, body: StaffIn) -> HttpResponse:
    """A draft made of the facts of the case and held against them. Nothing is sent or kept."""
    doer = person(request, body.staff)
    made = actions.draft_message(
        parse_number(number), model=drafter(), writer=doer.by.name, scope=doer.scope, by=doer.by, now=request.now
    )
    return told(_out(made))


def _out(made: actions.Draft) -> dict[str, Any]:
    return {"text": made.text, "model": made.model, "faults": [asdict(one) for one in made.faults]}
