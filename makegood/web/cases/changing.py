"""Owner, time and cause of a case, changed in place: over a list in a popover, or without script on a page."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.cases.queries import CaseFacts, parse_number
from makegood.cases.rules import FOR_THE_CUSTOMER, Step
from makegood.promises.queries import PromiseFacts
from makegood.promises.rules import LIVE
from makegood.web.cases import panel
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.tables import Choice

PARTS = ("owner", "when", "cause")
OF_DEED = {"commitments": "when", "cause": "cause"}
"""The part in which a deed is done; any other is about the owner."""


@at_desk("GET")
def change(request: DeskRequest, ref: str, part: str) -> HttpResponse:
    """The form that changes one part of a case."""
    page = context(parse_number(ref), part, request.desk)
    if request.htmx:
        return render(request, "web/cases/change/pop.html", page)
    return render(request, "web/cases/change/page.html", page | {"plain": True})


def context(number: int, part: str, desk: Desk, typed: panel.Typed | None = None) -> dict[str, Any]:
    """What the form reads. Raises Refusal "case.unknown"."""
    page = panel.context(number, desk, typed)
    return page | {
        "part": part,
        "parts": [Choice("owner", _("Owner")), Choice("when", _("When")), Choice("cause", _("Cause"))],
        "promise": _next(page["facts_of_case"]),
        "step": next(step for step in page["steps"] if step.key == Step.LEARN),
        "apart": "pop-",
        "target": "#pop",
        "swap": "innerHTML",
    }


def _next(case: CaseFacts) -> PromiseFacts | None:
    """The promise to this customer that comes next and can still be kept in time."""
    ahead = [failure.promise for failure in case.failures if failure.promise]
    ahead += [one.promise for one in case.commitments if one.purpose in FOR_THE_CUSTOMER]
    return min((one for one in ahead if one.state in LIVE), key=lambda one: one.due_at, default=None)
