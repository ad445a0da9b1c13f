"""What the coach finds in words that are about to be said to a customer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, acting
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import spelled
from makegood.cases.queries import case_for, parse_number
from makegood.conversation.actions import require_clean
from makegood.conversation.coach import Context, Reading, read
from makegood.conversation.queries import coach_policy
from makegood.conversation.rules.messages import Channel
from makegood.remedies.queries import coaching

router = Router(tags=["conversation"])
# Longer than any message to a customer; the coach reads it in some tens of milliseconds.
_LONGEST = 20_000


class CoachIn(Schema):
    """What is about to be said, in which language. `case` adds what the case knows, when the caller may see it."""

    text: Annotated[str, Field(max_length=_LONGEST)]
    language: Annotated[str, Field(max_length=20)] = "en"
    case: Annotated[str, Field(max_length=20)] = ""


class FindingOut(Schema):
    """Words of the text from `start` to `end` (characters from 0; `line` and `column` from 1), and what they are."""

    code: str
    kind: Literal["element", "fault"]
    start: int
    end: int
    line: int
    column: int
    words: str
    rule: str
    why: str
    better: str


class MissingOut(Schema):
    """An element that a good reply has and this text has not."""

    code: str
    why: str
    better: str


class CoachOut(Schema):
    """What the coach found; `clean` when there is no fault."""

    language: str
    clean: bool
    findings: list[FindingOut]
    missing: list[MissingOut]


class RequiredOut(Schema):
    """Messages by this channel must be clean in cases of this severity or more."""

    channel: Annotated[Channel, spelled(Channel)]
    from_severity: int


class CoachPolicyOut(Schema):
    """Where a clean message is required; by every other channel the coach advises."""

    items: list[RequiredOut]
    next: None


class CoachPolicyIn(StaffIn):
    """What one channel requires: clean from this severity on (1 is every case), null only advice."""

    channel: Annotated[Channel, spelled(Channel)]
    from_severity: Annotated[int, Field(ge=1, le=4)] | None = None


@router.get("/coach/policy", response=CoachPolicyOut, summary="Read where a message must be clean")
def read_policy(request: ApiRequest) -> Any:
    """The channels by which a message leaves only clean, or with a reason."""
    return _policy()


@router.post("/coach/policy", response=CoachPolicyOut, summary="Set where a message must be clean")
def set_policy(request: ApiRequest, body: CoachPolicyIn) -> Any:
    """Require a clean message by one channel, or let the coach only advise; for administrators."""
    doer = acting(request, body.staff)
    require_clean(body.channel, from_severity=body.from_severity, by=doer.by, now=request.now)
    return _policy()


def _policy() -> dict[str, Any]:
    items = [{"channel": way, "from_severity": least} for way, least in sorted(coach_policy().items())]
    return {"items": items, "next": None}


@router.post("/coach", response=CoachOut, summary="Have words to a customer read")
def coach(request: ApiRequest, body: CoachIn) -> HttpResponse:
    """Elements and faults of what is about to be said, with the words, why, and better ones. Nothing is kept."""
    context = Context()
    if body.case:
        context = coaching(case_for(request.caller.scope, parse_number(body.case)), now=request.now)
    return told(_out(read(body.text, language=body.language, context=context)))


def _out(reading: Reading) -> dict[str, Any]:
    return {
        "language": reading.language, "clean": reading.clean,
        "findings": [asdict(one) for one in reading.findings],
        "missing": [asdict(one) for one in reading.missing],
    }  # fmt: skip
