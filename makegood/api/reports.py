"""The paradox report: whether customers who were put right are as well off as those never failed."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, person
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import Day, Id, spelled
from makegood.kernel.refusals import missing
from makegood.measurement.actions import ask_look, register
from makegood.measurement.findings import ARCHIVE, ROWS, Group, Known, Look, Outcome, Said, as_plain, sentence
from makegood.measurement.queries import ReportFacts, ReportState, file_of, latest_paradox, report_for, reports
from makegood.people.queries import require_scope
from makegood.people.rules import Ability

router = Router(tags=["report"])


class ParadoxIn(StaffIn):
    """All that decides the answer. Days are local, `before` the day after the last; `margin` in the outcome's unit."""

    outcome: Annotated[Outcome, spelled(Outcome)]
    since: Day
    before: Day
    margin: float
    landmark_days: int = 30
    horizon_days: int = 90
    covariates: list[Annotated[Known, spelled(Known)]] = list(Known)
    threshold_hours: float | None = None
    threshold_kind: Annotated[str, Field(max_length=40)] = ""
    planned: int | None = None
    seed: Annotated[int, Field(ge=0, lt=2**31)] | None = None


class ParadoxProgressOut(Schema):
    """How far computing is: `share` of all of it, 0 to 1."""

    doing: str
    share: float


class ParadoxVerdictOut(Schema):
    """What may be said of a group, in one of five sentences; the registered outcome."""

    group: Annotated[Group, spelled(Group)]
    said: Annotated[Said, spelled(Said)]
    sentence: str
    missing: int


class ParadoxLookOut(Schema):
    """A look at a report that may be read at any time: who asked for it and what it said. `people` put right and
    `others` never failed were counted; the ends are those of an interval that holds at every look. `asked_by` is empty
    for the last, which comes by itself; `found_at` is null until it was computed."""

    number: int
    asked_by: str
    asked_at: str
    before: str
    found_at: str | None
    people: int
    others: int
    value: float | None
    low: float | None
    high: float | None
    said: Annotated[Said, spelled(Said)] | None
    sentence: str
    missing: int


class ParadoxOut(Schema):
    """A registered report. `found` has only `people` and `sizes` until it opened, or was looked at; null before it was
    counted."""

    number: int
    state: Annotated[ReportState, spelled(ReportState)]
    progress: ParadoxProgressOut | None
    problem: str
    plan: dict[str, Any]
    opens_at: str
    registered_by: str
    registered_at: str
    found_at: str | None
    verdicts: list[ParadoxVerdictOut]
    looks: list[ParadoxLookOut]
    found: dict[str, Any] | None


class ParadoxesOut(Schema):
    """Registered reports, the latest first."""

    items: list[ParadoxOut]
    next: None


@router.get("/report/paradox", response=ParadoxOut, summary="Read the paradox report")
def read_paradox(request: ApiRequest, number: int | None = None) -> HttpResponse:
    """The report of this number, else the one that opened last, else the one registered last."""
    scope = request.caller.scope
    require_scope(scope, Ability.SEE_ALL)
    found = latest_paradox(scope) if number is None else report_for(scope, number)
    if found is None:
        raise missing("report.unknown", "No report is registered.")
    return told(_out(found, request))


@router.post("/report/paradox", response={201: ParadoxOut}, summary="Register a paradox report")
def register_paradox(request: ApiRequest, body: ParadoxIn) -> HttpResponse:
    """Fixed for good before its outcomes are in; it opens by itself. For analysts and administrators."""
    doer = person(request, body.staff)
    number = register(**body.model_dump(exclude={"staff"}), by=doer.by, now=request.now)
    return told(_out(report_for(doer.scope, number), request), status=201)


@router.get("/report/paradox/registered", response=ParadoxesOut, summary="List the paradox reports")
def list_paradoxes(request: ApiRequest) -> HttpResponse:
    """What was registered, the latest first; 50 at most."""
    return told({"items": [_out(one, request) for one in reports(request.caller.scope)], "next": None})


@router.post("/report/paradox/{number}/looks", response={201: ParadoxOut}, summary="Look at a paradox report")
def look_at_paradox(request: ApiRequest, number: Id, body: StaffIn | None = None) -> HttpResponse:
    """Ask for a look at one that may be read at any time. It is computed within seconds, and kept with who asked."""
    doer = person(request, body.staff if body else None)
    ask_look(number, by=doer.by, now=request.now)
    return told(_out(report_for(doer.scope, number), request), status=201)


@router.get("/report/paradox/{number}/archive", summary="Download a paradox report")
def download_archive(request: ApiRequest, number: Id) -> HttpResponse:
    """Its figures, its data dictionary and its rows, as ZIP."""
    packed = file_of(request.caller.scope, number, ARCHIVE)
    return HttpResponse(packed, content_type="application/zip", headers=_named(f"paradox-{number}.zip"))


@router.get("/report/paradox/{number}/rows", summary="Download the rows of a paradox report")
def download_rows(request: ApiRequest, number: Id) -> HttpResponse:
    """A customer each, who is a number of no meaning, as CSV compressed by gzip."""
    rows = file_of(request.caller.scope, number, ROWS)
    headers = _named(f"paradox-{number}-rows.csv") | {"Content-Encoding": "gzip"}
    return HttpResponse(rows, content_type="text/csv; charset=utf-8", headers=headers)


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _out(one: ReportFacts, request: ApiRequest) -> dict[str, Any]:
    state = one.state(request.now)
    asked = one.shown.of(one.plan.outcome) if one.shown else None
    return {
        "number": one.number, "state": state, "problem": one.problem, "plan": as_plain(one.plan),
        "progress": {"doing": one.doing, "share": one.share} if state is ReportState.COMPUTING else None,
        "opens_at": one.opens_at.isoformat(), "registered_by": one.registered_by,
        "registered_at": one.registered_at.isoformat(), "found_at": one.found_at and one.found_at.isoformat(),
        "verdicts": [
            {"group": told.group, "said": told.said, "sentence": sentence(told, margin=one.plan.margin),
             "missing": told.missing} for told in (asked.compared if asked else ())
        ],
        "looks": [_look(each, one.plan.margin) for each in one.looks], "found": one.found and as_plain(one.found),
    }  # fmt: skip


def _look(one: Look, margin: float) -> dict[str, Any]:
    compared = one.seen.compared if one.seen else None
    return {
        "number": one.number, "asked_by": one.asked_by, "asked_at": one.asked_at.isoformat(),
        "before": one.before.isoformat(), "found_at": one.found_at and one.found_at.isoformat(),
        "people": one.seen.people if one.seen else 0, "others": one.seen.others if one.seen else 0,
        "said": compared.said if compared else None, "missing": compared.missing if compared else 0,
        "sentence": sentence(compared, margin=margin) if compared else "",
        **{name: getattr(compared, name, None) for name in ("value", "low", "high")},
    }  # fmt: skip
