"""Coming back to customers: what is planned in a case, and what they said."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest
from makegood.api.case_parts import CaseOut, Channel, StaffIn, Words
from makegood.api.cases import do
from makegood.api.customers import family_of
from makegood.api.door import told
from makegood.api.forms import Id, Instant, Limit, refuse_unknown
from makegood.cases.queries import case_for, parse_number
from makegood.cases.rules import Answer
from makegood.followups import actions
from makegood.followups.queries import FollowUpFacts, FollowUpFilter, FollowUpLine, follow_ups, follow_ups_of
from makegood.promises.rules import State

router = Router(tags=["cases"])


class FollowUpOut(Schema):
    """One time that we come back to the customer: of the plan (`attempt` null), or the so-many-th try to reach them.

    `texts` are what is asked, by language; `answer` is what they said, null while it is to come. From `asks_at` on the
    question goes out by itself, null when a person asks; `trouble` is why a message that asked did not arrive.
    """

    promise: int
    title: str
    after: str
    attempt: int | None
    channel: str
    texts: dict[str, str]
    due_at: datetime
    state: State
    owner: str
    asks_at: datetime | None
    trouble: str
    answer: Answer | None
    words: str


class FollowUpsOut(Schema):
    """The follow-ups of a case, in the order in which they are due."""

    items: list[FollowUpOut]
    next: None


class FollowUpLineOut(Schema):
    """A follow-up that is still to be done: so long `after` the repair, or with `attempt` the so-many-th try to reach
    them. `asks_at` and `trouble` are as in the follow-ups of a case."""

    promise: int
    case: str
    customer: int
    customer_name: str
    title: str
    after: str
    attempt: int | None
    channel: str
    texts: dict[str, str]
    due_at: datetime
    state: State
    owner: str
    asks_at: datetime | None
    trouble: str


class FollowUpListOut(Schema):
    """A page of follow-ups, the first due first; `next` goes on from here, null at the end."""

    items: list[FollowUpLineOut]
    next: str | None


class FollowUpsQuery(Schema):
    """What the list is narrowed to: by ids, and by when it is due. Late is what is due before now."""

    after: str = ""
    limit: Limit = 50
    owner: Id | None = None
    team: Id | None = None
    customer: Id | None = None
    due_from: Instant | None = None
    due_before: Instant | None = None


class FollowedUpIn(StaffIn):
    """What the customer said; `promise` is that of the follow-up."""

    promise: Id
    answer: Answer
    words: Words = ""
    channel: Channel = ""


class SpareIn(StaffIn):
    """Why we do not come back this once."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


@router.get("/follow-ups", response=FollowUpListOut, summary="List follow-ups")
def list_all_follow_ups(request: ApiRequest, query: Query[FollowUpsQuery]) -> HttpResponse:
    """Whom we come back to, across cases: one's own and one's team's, or everybody's for those who see all."""
    refuse_unknown(request.GET, FollowUpsQuery)
    narrow = FollowUpFilter(
        owner_id=query.owner, team_id=query.team, due_from=query.due_from, due_before=query.due_before,
        customer_ids=family_of(query.customer),
    )  # fmt: skip
    page = follow_ups(request.caller.scope, narrow, after=query.after, limit=query.limit)
    return told({"items": [_line(one) for one in page.rows], "next": page.next or None})


@router.get("/cases/{number}/followups", response=FollowUpsOut, summary="List the follow-ups of a case")
def list_follow_ups(request: ApiRequest, number: str) -> HttpResponse:
    """When we come back to the customer, and what they said."""
    case = case_for(request.caller.scope, parse_number(number))
    return told({"items": [_out(one) for one in follow_ups_of(case.number)], "next": None})


@router.post("/cases/{number}/followups", response=CaseOut, summary="Record a follow-up")
def follow_up(request: ApiRequest, number: str, body: FollowedUpIn) -> HttpResponse:
    """What the customer said when we came back to them; also of a closed case, which stays so unless they want more."""
    return do(
        request, number, body, actions.follow_up, promise_id=body.promise, answer=body.answer, words=body.words,
        channel=body.channel,
    )  # fmt: skip


@router.post("/cases/{number}/followups/{promise_id}/spare", response=CaseOut, summary="Do not come back this once")
def spare(request: ApiRequest, number: str, promise_id: Id, body: SpareIn) -> HttpResponse:
    """The customer does not want us to come back this once."""
    return do(request, number, body, actions.spare, promise_id=promise_id, reason=body.reason)


def _line(one: FollowUpLine) -> dict[str, object]:
    same = ("title", "after", "attempt", "channel", "texts", "due_at", "state", "owner", "customer_name", "asks_at",
            "trouble")  # fmt: skip
    known = {"promise": one.promise_id, "case": one.ref, "customer": one.customer_id}
    return {name: getattr(one, name) for name in same} | known


def _out(one: FollowUpFacts) -> dict[str, object]:
    same = ("title", "after", "attempt", "channel", "texts", "due_at", "state", "owner", "words", "asks_at", "trouble")
    return {name: getattr(one, name) for name in same} | {"promise": one.promise_id, "answer": one.answer or None}
