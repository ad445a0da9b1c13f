"""The paradox report: whether customers who were put right are as well off as those never failed."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from ninja import Router, Schema

from makegood.api.caller import ApiRequest
from makegood.api.door import told
from makegood.kernel.refusals import missing
from makegood.measurement.findings import as_plain
from makegood.measurement.queries import ReportFacts, latest_paradox, report_for
from makegood.people.queries import require_scope
from makegood.people.rules import Ability

router = Router(tags=["report"])


class ParadoxOut(Schema):
    """A registered report. `found` has only `people` and `sizes` until it opened; null before it was counted."""

    number: int
    plan: dict[str, Any]
    opens_at: str
    registered_at: str
    found_at: str | None
    found: dict[str, Any] | None


@router.get("/report/paradox", response=ParadoxOut, summary="Read the paradox report")
def read_paradox(request: ApiRequest, number: int | None = None) -> HttpResponse:
    """The report of this number, else the one that opened last, else the one registered last."""
    scope = request.caller.scope
    require_scope(scope, Ability.SEE_ALL)
    found = latest_paradox(scope) if number is None else report_for(scope, number)
    if found is None:
        raise missing("report.unknown", "No report is registered.")
    return told(_out(found))


def _out(one: ReportFacts) -> dict[str, Any]:
    return {
        "number": one.number, "plan": as_plain(one.plan), "opens_at": one.opens_at.isoformat(),
        "registered_at": one.registered_at.isoformat(), "found_at": one.found_at and one.found_at.isoformat(),
        "found": one.found and as_plain(one.found),
    }  # fmt: skip
