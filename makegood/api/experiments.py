"""Experiments above what is owed: registered, started, ended, and what they propose in a case."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from makegood.api.caller import Acting, ApiRequest, person
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import Form, Id, Instant, Money, spelled
from makegood.cases.queries import case_for, parse_number
from makegood.measurement.actions import experiments as actions
from makegood.measurement.actions.arms import heed, propose
from makegood.measurement.actions.experiments import Design, NewArm
from makegood.measurement.queries.experiments import (
    ArmCount,
    ArmFacts,
    ExperimentFacts,
    Proposal,
    experiment_for,
    experiments,
    result_of,
)
from makegood.measurement.rules.experiments import Ended, Measured, Reading, Said, State, Varies
from makegood.remedies.rules.fit import RemedyKind

router = Router(tags=["experiments"])
Name = Annotated[str, Field(min_length=1, max_length=120)]
Grade = Annotated[int, Field(ge=1, le=4)]


class ArmIn(Form):
    """One way of doing it; the first has a name alone. What the experiment does not vary is left out. `words` are in
    the `language` of the experiment, `others` in further ones by code ("de")."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    words: Annotated[str, Field(max_length=300)] = ""
    others: dict[Annotated[str, Field(max_length=2)], Annotated[str, Field(max_length=300)]] = {}
    line: Annotated[str, Field(max_length=10)] = "own"
    goodwill: Money = Decimal(0)
    remedy: Annotated[str, Field(max_length=20)] = RemedyKind.CREDIT
    days: Annotated[int, Field(ge=1, le=365)] | None = None


class RegisterIn(StaffIn):
    """All that decides the answer. `expected` and `effect` are per cent."""

    name: Name
    why: Annotated[str, Field(min_length=1, max_length=5_000)]
    varies: Annotated[Varies, spelled(Varies)]
    arms: Annotated[list[ArmIn], Field(min_length=2, max_length=4)]
    measured: Annotated[Measured, spelled(Measured)]
    horizon_days: Annotated[int, Field(ge=1, le=365)]
    expected: Annotated[int, Field(ge=1, le=99)]
    effect: Annotated[int, Field(ge=1, le=50)]
    until: Instant
    reading: Annotated[Reading, spelled(Reading)] = Reading.AT_END
    failures: Annotated[list[Annotated[str, Field(max_length=10)]], Field(max_length=20)] = []
    kinds: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=50)] = []
    severity_from: Grade = 1
    severity_to: Grade = 4
    language: Annotated[str, Field(max_length=2)] = "en"


class ExperimentStopIn(StaffIn):
    """Why it ends before its rule."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class HeedIn(StaffIn):
    """Done as proposed, or (`done` false) otherwise, with the reason. `language` says that words which nobody wrote in
    the customer's language go out in that one all the same."""

    done: bool
    reason: Annotated[str, Field(max_length=500)] = ""
    language: Annotated[str, Field(max_length=2)] = ""


class ArmOut(Schema):
    """What an arm proposes."""

    position: int
    name: str
    words: str
    language: str
    others: dict[str, str]
    line: str
    goodwill: str
    remedy: str
    days: int | None


class DifferenceOut(Schema):
    """Shares against handling as usual, with the interval that the reading allows."""

    value: float
    low: float
    high: float


class CountedArmOut(ArmOut):
    """An arm with what was counted; `share` is null while it may not be read."""

    assigned: int
    horizon_passed: int
    share: float | None
    difference: DifferenceOut | None
    said: Annotated[Said, spelled(Said)] | None
    missing: int
    done_as_proposed: int
    done_otherwise: int


class ExperimentOut(Schema):
    """An experiment as it was registered."""

    number: int
    name: str
    why: str
    varies: Annotated[Varies, spelled(Varies)]
    failures: list[str]
    kinds: list[str]
    severity_from: int
    severity_to: int
    measured: Annotated[Measured, spelled(Measured)]
    horizon_days: int
    expected: int
    effect: int
    reading: Annotated[Reading, spelled(Reading)]
    needed: int
    until: datetime
    registered_at: datetime
    registered_by: str
    state: Annotated[State, spelled(State)]
    started_at: datetime | None
    ended_at: datetime | None
    ended: Annotated[Ended, spelled(Ended)] | None
    ended_words: str
    arms: list[ArmOut]


class ResultOut(ExperimentOut):
    """The same with what was counted; `left_out` were merged into somebody who was in it before."""

    arms: list[CountedArmOut]  # type: ignore[assignment]
    readable: bool
    left_out: int


class ExperimentsOut(Schema):
    """Experiments, the newest first; 200 at most."""

    items: list[ExperimentOut]
    next: None


class ProposalOut(Schema):
    """What an experiment proposes in a case; `done` is null while nobody said what they made of it. `said` are its
    words in `language`, which is the customer's (`theirs`) where somebody wrote them in that."""

    experiment: int
    name: str
    varies: Annotated[Varies, spelled(Varies)]
    arm: ArmOut
    said: str
    language: str
    theirs: str
    assigned_at: datetime
    done: bool | None
    reason: str
    by: str
    running: bool


class ProposalsOut(Schema):
    """All that is tried out in a case."""

    items: list[ProposalOut]
    next: None


@router.get("/experiments", response=ExperimentsOut, summary="List experiments")
def list_experiments(request: ApiRequest) -> HttpResponse:
    """What is tried out. For who sees every team."""
    return told({"items": [_out(one) for one in experiments(request.caller.scope)], "next": None})


@router.post("/experiments", response={201: ResultOut}, summary="Register an experiment")
def register(request: ApiRequest, body: RegisterIn) -> HttpResponse:
    """Written down for good; it touches nobody until it is started. For analysts and administrators."""
    doer = person(request, body.staff)
    told_of = body.model_dump(exclude={"staff", "arms"})
    arms = [NewArm(**one.model_dump()) for one in body.arms]
    number = actions.register(Design(**told_of, arms=arms), by=doer.by, now=request.now)
    return _answer(number, doer, request.now, status=201)


@router.get("/experiments/{number}", response=ResultOut, summary="Read an experiment")
def read_experiment(request: ApiRequest, number: Id) -> HttpResponse:
    """One experiment with its result, as far as that may be read."""
    return _answer(number, request.caller, request.now)


@router.post("/experiments/{number}/start", response=ResultOut, summary="Start an experiment")
def start(request: ApiRequest, number: Id, body: StaffIn | None = None) -> HttpResponse:
    """Cases that are opened from now on may be in it."""
    doer = person(request, body.staff if body else None)
    actions.start(number, by=doer.by, now=request.now)
    return _answer(number, doer, request.now)


@router.post("/experiments/{number}/drop", response=ResultOut, summary="Drop an experiment")
def drop(request: ApiRequest, number: Id, body: StaffIn | None = None) -> HttpResponse:
    """It is not started at all."""
    doer = person(request, body.staff if body else None)
    actions.drop(number, by=doer.by, now=request.now)
    return _answer(number, doer, request.now)


@router.post("/experiments/{number}/stop", response=ResultOut, summary="End an experiment by hand")
def stop(request: ApiRequest, number: Id, body: ExperimentStopIn) -> HttpResponse:
    """End it before its rule does: nothing is said of it then."""
    doer = person(request, body.staff)
    actions.stop(number, reason=body.reason, by=doer.by, now=request.now)
    return _answer(number, doer, request.now)


@router.post("/cases/{number}/experiments", response=ProposalsOut, summary="Ask what is tried out in a case")
def ask(request: ApiRequest, number: str, body: StaffIn | None = None) -> HttpResponse:
    """What experiments propose in a case. Asked for the first time, its customer is given their arms by lot, and that
    is logged."""
    doer = person(request, body.staff if body else None)
    return _proposed(parse_number(number), doer, request.now)


@router.post("/cases/{number}/experiments/{experiment}", response=ProposalsOut, summary="Say what was made of it")
def make_of_it(request: ApiRequest, number: str, experiment: Id, body: HeedIn) -> HttpResponse:
    """Do as the arm proposes, within the same authority as ever, or record why not."""
    doer = person(request, body.staff)
    case = parse_number(number)
    heed(
        case, experiment, done=body.done, reason=body.reason, language=body.language, scope=doer.scope, by=doer.by,
        now=request.now,
    )  # fmt: skip
    return _proposed(case, doer, request.now)


def _proposed(number: int, doer: Acting, now: datetime) -> HttpResponse:
    found = propose(case_for(doer.scope, number), scope=doer.scope, by=doer.by, now=now)
    return told({"items": [_proposal(one) for one in found], "next": None})


def _proposal(one: Proposal) -> dict[str, Any]:
    same = (name for name in ProposalOut.model_fields if name != "arm")
    return {name: getattr(one, name) for name in same} | {"arm": _arm(one.arm)}


def _answer(number: int, doer: Acting, now: datetime, status: int = 200) -> HttpResponse:
    facts = experiment_for(doer.scope, number)
    result = result_of(facts, now=now)
    counted = {"arms": [_count(one) for one in result.arms], "readable": result.readable, "left_out": result.left_out}
    return told(_out(facts) | counted, status=status)


def _out(one: ExperimentFacts) -> dict[str, Any]:
    fields = (name for name in ExperimentOut.model_fields if name != "arms")
    return {name: getattr(one, name) for name in fields} | {"arms": [_arm(arm) for arm in one.arms]}


def _arm(one: ArmFacts) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ArmOut.model_fields} | {"goodwill": str(one.goodwill)}


def _count(one: ArmCount) -> dict[str, Any]:
    verdict = one.verdict
    found = verdict.found if verdict else None
    return _arm(one.arm) | {
        "assigned": one.counted.assigned, "horizon_passed": one.counted.units, "share": one.counted.share,
        "difference": {"value": found.value, "low": found.low, "high": found.high} if found else None,
        "said": verdict.said if verdict else None, "missing": verdict.missing if verdict else 0,
        "done_as_proposed": one.followed, "done_otherwise": one.otherwise,
    }  # fmt: skip
