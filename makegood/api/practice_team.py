"""Practice as leads see it: what is assigned, how far each is, what is said of a line, and the policy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, acting, person
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import Day, Email, Id, refuse_unknown
from makegood.api.practice import PracticeQuery
from makegood.kernel.refusals import missing
from makegood.people.queries import staff_by_email
from makegood.people.rules import Scope
from makegood.practice import actions
from makegood.practice.actions.assigning import LONGEST_WHY
from makegood.practice.actions.commenting import LONGEST
from makegood.practice.queries import Assigned, basics, my_assignments, reviewed, team
from makegood.practice.rules.passing import Stage
from makegood.practice.rules.values import Grade

router = Router(tags=["practice"])


class AssignedOut(Schema):
    """A scene that somebody is to play by the end of a day, and how far they are. `last_run` is the latest play of it
    that ended, which whoever leads them may read."""

    id: int
    scene: str
    name: str
    role: Grade
    second: bool
    due_on: date
    why: str
    by: str
    at: datetime
    stage: Stage
    passed_at: datetime | None
    last_at: datetime | None
    last_run: int | None
    open_run: int | None


class AssignmentsOut(Schema):
    """What is assigned to one and not passed, the earliest day first."""

    items: list[AssignedOut]


class LearnerOut(Schema):
    """Somebody who practises. `writes_alone`: what they write to customers leaves without a lead's look."""

    name: str
    email: str
    team: str
    writes_alone: bool
    assigned: list[AssignedOut]


class PracticeTeamOut(Schema):
    """Everybody one leads, by name: nobody is ranked."""

    items: list[LearnerOut]


class AssignScenesIn(StaffIn):
    """Who is to play which scenes, as whom, with a second failure or without, by the end of which day, and why."""

    people: Annotated[list[Email], Field(min_length=1, max_length=200)]
    scenes: Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=100)]
    role: Grade = Grade.AGENT
    second: bool = False
    due_on: Day
    why: Annotated[str, Field(max_length=LONGEST_WHY)]


class AssignedNumbersOut(Schema):
    """The numbers of what is new: what somebody was asked already stays as it was."""

    assigned: list[int]


class TakeBackIn(StaffIn):
    """Why it is asked for no more."""

    reason: Annotated[str, Field(max_length=LONGEST_WHY)]


class PracticeNumberOut(Schema):
    """The number of what was taken back, or begun."""

    id: int


class RemarkOut(Schema):
    """What was said of a line; `theirs` when the player said it."""

    line: int
    by: str
    theirs: bool
    text: str
    at: datetime


class RemarksOut(Schema):
    """What was said of a play, oldest first."""

    items: list[RemarkOut]


class RemarkIn(StaffIn):
    """What to say of which line: the number of the move."""

    line: int
    text: Annotated[str, Field(max_length=LONGEST)]


class PracticePolicyOut(Schema):
    """`on` when an agent who has not passed all `scenes` writes to customers only with a lead's look."""

    on: bool
    scenes: list[str]


class PracticePolicyIn(StaffIn):
    """How it is to be."""

    on: bool
    scenes: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=100)]


@router.get("/practice/assignments", response=AssignmentsOut, summary="What is assigned to one")
def list_assignments(request: ApiRequest, query: Query[PracticeQuery]) -> HttpResponse:
    """One's own only."""
    refuse_unknown(request.GET, PracticeQuery)
    doer = person(request, query.staff)
    return told({"items": [_assigned(one) for one in my_assignments(doer.scope, request.now)]})


@router.post("/practice/assignments", response={201: AssignedNumbersOut}, summary="Assign scenes")
def assign(request: ApiRequest, body: AssignScenesIn) -> HttpResponse:
    """For leads of their own team, managers and administrators."""
    doer = person(request, body.staff)
    made = actions.assign(
        people=_people(body.people, request.now), scenes=body.scenes, role=body.role, second=body.second,
        due_on=body.due_on, why=body.why, scope=doer.scope, by=doer.by, now=request.now,
    )  # fmt: skip
    return told({"assigned": list(made)}, status=201)


@router.post("/practice/assignments/{number}/take-back", response=PracticeNumberOut, summary="Take an assignment back")
def take_back(request: ApiRequest, number: Id, body: TakeBackIn) -> HttpResponse:
    """The person is told why."""
    doer = person(request, body.staff)
    actions.take_back(number, reason=body.reason, scope=doer.scope, by=doer.by, now=request.now)
    return told({"id": number})


@router.post("/practice/assignments/{number}/runs", response={201: PracticeNumberOut}, summary="Begin what is assigned")
def start_assigned(request: ApiRequest, number: Id, body: StaffIn) -> HttpResponse:
    """Begin a try that one's leads may read once it has ended; the answer is its number."""
    doer = person(request, body.staff)
    return told({"id": actions.start_assigned(number, scope=doer.scope, by=doer.by, now=request.now)}, status=201)


@router.get("/practice/team", response=PracticeTeamOut, summary="How far everybody is")
def read_team(request: ApiRequest) -> HttpResponse:
    """For leads of their own team, managers and administrators."""
    items = [
        {"name": one.name, "email": one.email, "team": one.team, "writes_alone": one.writes_alone,
         "assigned": [_assigned(each) for each in one.assigned]}
        for one in team(request.caller.scope, request.now)
    ]  # fmt: skip
    return told({"items": items})


@router.get("/practice/runs/{number}/comments", response=RemarksOut, summary="What was said of a play")
def list_comments(request: ApiRequest, number: Id, query: Query[PracticeQuery]) -> HttpResponse:
    """For its player and whoever leads them."""
    refuse_unknown(request.GET, PracticeQuery)
    return told(_remarks(number, person(request, query.staff).scope))


@router.post("/practice/runs/{number}/comments", response={201: RemarksOut}, summary="Say something of a line")
def comment(request: ApiRequest, number: Id, body: RemarkIn) -> HttpResponse:
    """A lead first; then the player may answer."""
    doer = person(request, body.staff)
    actions.comment(number, body.line, body.text, scope=doer.scope, by=doer.by, now=request.now)
    return told(_remarks(number, doer.scope), status=201)


@router.get("/practice/policy", response=PracticePolicyOut, summary="Who writes with a lead's look")
def read_policy(request: ApiRequest) -> HttpResponse:
    """The policy from practice to work."""
    return told(_policy())


@router.post("/practice/policy", response=PracticePolicyOut, summary="Set who writes with a lead's look")
def set_policy(request: ApiRequest, body: PracticePolicyIn) -> HttpResponse:
    """For administrators."""
    doer = acting(request, body.staff)
    actions.set_basics(on=body.on, scenes=body.scenes, by=doer.by, now=request.now)
    return told(_policy())


def _policy() -> dict[str, Any]:
    policy = basics()
    return {"on": policy.on, "scenes": list(policy.scenes)}


def _people(emails: Sequence[str], now: datetime) -> list[int]:
    """Who signs in with these. Raises Refusal "people.unknown"."""
    found = []
    for email in emails:
        one = staff_by_email(email, now)
        if one is None:
            raise missing("people.unknown", f"Nobody signs in with {email!r}.")
        found.append(one.id)
    return found


def _remarks(number: int, scope: Scope) -> dict[str, Any]:
    return {
        "items": [
            {"line": one.line, "by": one.by_name, "theirs": one.theirs, "text": one.text, "at": one.at}
            for one in reviewed(scope, number).remarks
        ]
    }


def _assigned(one: Assigned) -> dict[str, Any]:
    names = (
        "id", "scene", "name", "role", "second", "due_on", "why", "at", "stage", "passed_at", "last_at", "last_run",
        "open_run",
    )  # fmt: skip
    return {name: getattr(one, name) for name in names} | {"by": one.by_name}
