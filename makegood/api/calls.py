"""A call with a customer that was held before it is told, in one request."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from makegood.api.caller import ApiRequest, person
from makegood.api.case_parts import Channel, DueIn, HeededOut, Words, case_out
from makegood.api.customers import time_zone_of
from makegood.api.door import told
from makegood.api.due import due_of
from makegood.api.forms import Instant
from makegood.api.heeding import warnings_of
from makegood.cases.queries import case_for, parse_number
from makegood.cases.rules import MOST_MINUTES, Held, Step
from makegood.followups.queries import obstacles
from makegood.platform.installation import organisation
from makegood.remedies import actions
from makegood.remedies.queries import owing

router = Router(tags=["cases"])


class CallIn(DueIn):
    """A call: what was said, with whom (the customer unless said), when (now unless said), for how many
    minutes, which steps of the
    conversation it covered, the harm that was heard, what they need, and what was promised in it and by when."""

    words: Annotated[str, Field(min_length=1, max_length=10_000)]
    with_: Annotated[str, Field(alias="with", max_length=120)] = ""
    held_at: Instant | None = None
    minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES)] | None = None
    channel: Channel = "phone"
    steps: Annotated[list[Step], Field(max_length=9)] = []
    harm: Words = ""
    needs: Words = ""
    promised: Annotated[str, Field(max_length=300)] = ""


@router.post("/cases/{number}/calls", response=HeededOut, summary="Log a call")
def log_call(request: ApiRequest, number: str, body: CallIn) -> HttpResponse:
    """Record a call that was held. What was said stands with `listen`, which every call holds; `warnings` stop
    nothing."""
    doer = person(request, body.staff)
    case = case_for(doer.scope, parse_number(number))
    promised = None
    if body.promised.strip():
        due = due_of(body, kind="commitment", zone=lambda: time_zone_of(request, case.customer_id), now=request.now)
        promised = actions.Next(title=body.promised, due_at=due.at, due_on=due.on)
    heeded = actions.log_call(
        case.number, words=body.words, steps=body.steps,
        held=Held(body.held_at or request.now, body.with_, body.minutes),
        channel=body.channel, harm=body.harm, needs=body.needs, promised=promised, scope=doer.scope, by=doer.by,
        now=request.now,
    )  # fmt: skip
    after = case_for(doer.scope, case.number)
    out = case_out(after, obstacles(after, owing(after, now=request.now)), organisation().zone)
    return told(out | {"warnings": warnings_of(heeded)})
