"""What goes into the cases part of the API, and what comes out of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from ninja import Schema
from pydantic import Field

from makegood.api.customers import Whom
from makegood.api.forms import Day, Email, Form, Id, Instant, Limit, Line, Named, named
from makegood.api.heeding import WarningOut
from makegood.api.promises import PromiseOut, promise_out
from makegood.cases.queries import CaseFacts, CaseLine
from makegood.cases.rules import Answer, DetectedBy, Do, FailureClass, Obstacle, Outcome, Purpose, Stage, Step
from makegood.followups.queries import allowed
from makegood.promises.rules import State

Words = Annotated[str, Field(max_length=10_000)]
Channel = Annotated[str, Field(max_length=10)]
Grade = Annotated[int, Field(ge=1, le=4)]


# What comes out


class FailureOut(Schema):
    """What failed: a promise, or a harm that somebody reported (`promise` null)."""

    what: str
    failure_class: FailureClass
    severity: int
    detected_by: DetectedBy
    at: datetime
    corrected_at: datetime | None
    promise: PromiseOut | None


class StepOut(Schema):
    """A step of the recovery, with what was said."""

    step: Step
    said: str
    channel: str
    by: str
    at: datetime


class CommitmentOut(Schema):
    """A promise made inside the case."""

    purpose: Purpose
    promise: PromiseOut


class EscalationOut(Schema):
    """Somebody drawn in because a promise of the case broke, or, `because` "", because the customer was failed
    again; by `due_at` they take it in charge."""

    rung: int
    person: Named
    at: datetime
    taken_at: datetime | None
    because: str
    due_at: datetime | None


class CheckOut(Schema):
    """One time the customer was asked; `answer` is null while it is awaited."""

    asked_at: datetime
    asked_by: str
    channel: str
    answer: Answer | None
    answered_at: datetime | None
    words: str


class ObstacleOut(Schema):
    """What stands in the way of closing, and what to do about it."""

    code: str
    sentence: str


class CaseOut(Schema):
    """A case, whole. `allowed` is what whoever acts may do now; `obstacles` is what stands in the way of closing."""

    number: int
    ref: str
    customer: Named
    kind: str
    kind_name: str
    title: str
    severity: int
    criticality: int
    detected_by: DetectedBy
    stage: Stage
    opened_at: datetime
    owner: Named
    taken_at: datetime | None
    offered_to: Named | None
    offered_at: datetime | None
    offer_note: str
    sponsor: Named | None
    ordinal: int
    repeat_of: int | None
    harm: str
    needs: str
    cause: str | None
    cause_name: str
    cause_note: str
    whys: list[str]
    cause_finder: Named | None
    outcome: Outcome | None
    closed_at: datetime | None
    reopened_at: datetime | None
    obstacles: list[ObstacleOut]
    allowed: list[Do]
    failures: list[FailureOut]
    steps: list[StepOut]
    commitments: list[CommitmentOut]
    escalations: list[EscalationOut]
    checks: list[CheckOut]


class HeededOut(CaseOut):
    """The case after something was said or promised to its customer, with what there was to heed about it."""

    warnings: list[WarningOut]


class CaseLineOut(Schema):
    """A case in a list. `next_*` tell of the earliest promise still to be kept in it."""

    number: int
    ref: str
    customer: Named
    title: str
    kind_name: str
    severity: int
    detected_by: DetectedBy
    opened_at: datetime
    closed_at: datetime | None
    outcome: Outcome | None
    owner: Named
    taken_at: datetime | None
    repeat: bool
    promise_title: str
    promise_state: State | None
    promise_due_at: datetime | None
    next_title: str
    next_due_at: datetime | None


class CasesOut(Schema):
    """A page of cases by when they were opened; `next` goes on from here, null at the end."""

    items: list[CaseLineOut]
    next: str | None


# What goes in


class CasesQuery(Schema):
    """What the list is narrowed to; `q` finds words of the case, of its customer's name, or its number."""

    after: str = ""
    limit: Limit = 50
    state: Literal["open", "closed", "all"] = "open"
    owner: Id | None = None
    team: Id | None = None
    customer: Id | None = None
    kind: str = ""
    severity: Grade | None = None
    repeat: bool = False
    detected_by: DetectedBy | None = None
    q: str = ""
    oldest_first: bool = False


class StaffIn(Form):
    """Who does it, by e-mail; whoever the token stands for unless said."""

    staff: Email | None = None


class CaseIn(StaffIn):
    """A harm that a customer or a colleague reports. `harm` is what it means to this customer,
    `needs` what they need. `promise` is the one
    that failed, if there is one; `kind` may then be left out."""

    customer: Whom
    what: Line
    kind: Annotated[str, Field(max_length=40)] = ""
    promise: Id | None = None
    harm: Words = ""
    needs: Words = ""
    failure_class: FailureClass = FailureClass.OUTCOME
    detected_by: Literal["customer", "staff"] = "customer"
    severity: Grade | None = None
    criticality: Grade = 2


class HandoverIn(StaffIn):
    """To whom the case is offered, by e-mail."""

    to: Email
    note: Annotated[str, Field(max_length=500)] = ""


class DeclineIn(StaffIn):
    """Why not."""

    note: Annotated[str, Field(max_length=500)] = ""


class AssignIn(StaffIn):
    """Who owns the case from now on, by e-mail."""

    to: Email


class StepIn(StaffIn):
    """A step of the recovery: what was said, on which channel, the harm that was heard, and what they need."""

    step: Step
    words: Words = ""
    channel: Channel = ""
    harm: Words = ""
    needs: Words = ""


class NoteIn(StaffIn):
    """Words for colleagues."""

    text: Annotated[str, Field(min_length=1, max_length=10_000)]


class DueIn(StaffIn):
    """By when, in one of three ways: an instant, a day, or words ("in 30 min", "tomorrow 10:00")."""

    due_at: Instant | None = None
    due_on: Day | None = None
    when: Annotated[str, Field(max_length=100)] | None = None


class CommitmentIn(DueIn):
    """What we will do for the customer, and by when."""

    title: Line
    purpose: Literal["commitment", "update"] = "commitment"


class RenewIn(DueIn):
    """The other time to which the customer agreed."""

    title: Line | None = None


class KeptIn(StaffIn):
    """When it was kept; now unless said."""

    at: Instant | None = None


class ReleaseIn(StaffIn):
    """Why the customer lets us off."""

    reason: Annotated[str, Field(min_length=1, max_length=5_000)]


class AskIn(StaffIn):
    """How the customer was asked; with `send` they are asked now, by a message on that channel or ("") the one that
    they prefer."""

    channel: Channel = ""
    send: bool = False


class AnswerIn(StaffIn):
    """What the customer said to "are you satisfied, or is there something more?"."""

    answer: Answer
    words: Words = ""


class CauseIn(StaffIn):
    """Why it happened (a cause's `slug`, a note, and the `whys` that led to it), or who finds out (an e-mail) and by
    when."""

    cause: str | None = None
    note: Words = ""
    whys: list[Annotated[str, Field(max_length=500)]] = []
    finder: Email | None = None
    due_at: Instant | None = None


class ReopenIn(StaffIn):
    """Why it is opened again."""

    reason: Annotated[str, Field(min_length=1, max_length=5_000)]


class UndoIn(StaffIn):
    """Which move is taken back: the `id` of its entry in the case's timeline."""

    entry: Id


# From the room's values to ours


def case_out(case: CaseFacts, standing: Sequence[Obstacle], zone: ZoneInfo) -> dict[str, Any]:
    """A case as callers get it; `standing` is what stands in the way of closing it, `zone` the organisation's, for
    customers whose own is not known."""
    return {
        **{name: getattr(case, name) for name in _SAME},
        **_people(case),
        "obstacles": standing,
        "allowed": allowed(case, standing),
        "sponsor": named(case.sponsor_id, case.sponsor_name),
        "offered_to": named(case.offered_to_id, case.offered_to_name),
        "cause": case.cause or None,
        "cause_finder": named(case.cause_finder_id, case.cause_finder_name),
        "failures": [
            {
                **{name: getattr(one, name) for name in _OF_FAILURE},
                "promise": promise_out(one.promise, zone) if one.promise else None,
            }
            for one in case.failures
        ],
        "commitments": [
            {"purpose": one.purpose, "promise": promise_out(one.promise, zone)} for one in case.commitments
        ],
        "escalations": [
            {
                **{name: getattr(one, name) for name in ("rung", "at", "taken_at", "because", "due_at")},
                "person": named(one.person_id, one.person),
            }
            for one in case.escalations
        ],
        "checks": [
            {**{name: getattr(one, name) for name in _OF_CHECK}, "answer": one.answer or None} for one in case.checks
        ],
    }


def line_out(line: CaseLine) -> dict[str, Any]:
    """A case in a list, as callers get it."""
    return {**{name: getattr(line, name) for name in _OF_LINE}, **_people(line)}


def _people(case: CaseFacts | CaseLine) -> dict[str, Any]:
    return {
        "customer": named(case.customer_id, case.customer_name),
        "owner": named(case.owner_id, case.owner_name),
        "outcome": case.outcome or None,
    }


def _copied(model: type[Schema], *but: str) -> list[str]:
    return [name for name in model.model_fields if name not in but]


_SAME = _copied(
    CaseOut, "customer", "owner", "outcome", "obstacles", "allowed", "sponsor", "offered_to", "cause", "cause_finder",
    "failures", "commitments", "escalations", "checks",
)  # fmt: skip
_OF_FAILURE = _copied(FailureOut, "promise")
_OF_CHECK = _copied(CheckOut, "answer")
_OF_LINE = _copied(CaseLineOut, "customer", "owner", "outcome")
