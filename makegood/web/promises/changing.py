"""The time of a promise, changed in place. It never moves quietly: either the customer agreed to a new promise, or the
estimate changed and the promise keeps its time."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from makegood.kernel.refusals import Refusal, invalid
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.promises.queries import promise_for
from makegood.promises.rules import Move
from makegood.web.answers import done, errors_of, say, swapped
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.promises import moving

_HOW = {"agreed": Move.REPLACE, "estimate": Move.FORECAST}


@at_desk("GET", "POST")
def when(request: DeskRequest, number: int) -> HttpResponse:
    """The form, and what it does: a popover over a list, or without script a page of its own."""
    if request.method != "POST":
        return _shown(request, number)
    desk = request.desk
    promise = promise_for(desk.scope, number)
    require(desk.actor, Ability.WORK)
    try:
        said = moving.DEEDS[_how(request.POST)](promise, request.POST, desk)
    except Refusal as no:
        errors = errors_of(no, {"at": "when", "due_at": "when", "due_on": "when"})
        return _shown(request, number, swapped(no.status), errors=errors, values=request.POST)
    if not request.htmx:
        return done(request, said, to=f"/promises/{number}/")
    answer = say(HttpResponse(status=204), said)
    for topic in ("today", "cases", "promises"):
        trigger_client_event(answer, f"live-{topic}")
    return answer


def _how(typed: QueryDict) -> Move:
    how = typed.get("how", "")
    if how not in _HOW:
        raise invalid("promise.how", _("Say whether the customer agreed, or only our estimate changed."), field="how")
    if not typed.get("when", "").strip():
        raise invalid("when.missing", _("Say by when. Write “in 30 min”, “tomorrow 10:00” or “Fri”."), field="when")
    return _HOW[how]


def _shown(request: DeskRequest, number: int, status: int = 200, **typed: Any) -> HttpResponse:
    page = {"promise": promise_for(request.desk.scope, number), "apart": "pop-", "plain": not request.htmx, **typed}
    name = "pop" if request.htmx else "page"
    return render(request, f"web/promises/change/{name}.html", page, status=status)
