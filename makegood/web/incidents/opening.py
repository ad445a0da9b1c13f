"""Open an incident: the filter with what it finds now, and what happened in plain words."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from makegood.cases.queries import causes
from makegood.incidents import actions
from makegood.incidents.queries import IncidentFacts, incident_for, look
from makegood.incidents.queries.collecting import MOST
from makegood.incidents.rules.narrowing import faults
from makegood.kernel.refusals import Refusal
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.web.answers import done, errors_of
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.incidents.filtering import choices, read_narrow, values_from, values_of
from makegood.web.promises import ledger
from makegood.web.tables import Choice


@at_desk("GET", "POST")
def new(request: DeskRequest) -> HttpResponse:
    """The filter with its live count, and the form that opens an incident of it."""
    desk = request.desk
    require(desk.actor, Ability.ASSIGN)
    errors: dict[str, str] = {}
    asked = request.POST if request.method == "POST" else request.GET
    if request.method == "POST":
        try:
            number = actions.open_incident(
                **_described(asked), narrow=read_narrow(asked, desk), scope=desk.scope, by=desk.actor, now=desk.now
            )
            return done(request, _("Opened. Check the words, then the dry run."), to=f"/incidents/{number}/")
        except Refusal as no:
            errors = errors_of(no)
    if request.htmx and request.htmx.target == "found":
        return render(request, "web/incidents/new.html#found", found(asked, desk))
    context = found(asked, desk) | choices() | {"causes": _causes(), "errors": errors, "typed": asked}
    return render(request, "web/incidents/new.html", context, status=422 if errors else 200)


@at_desk("GET", "POST")
def change(request: DeskRequest, number: int) -> HttpResponse:
    """Put right what happened, and whom it hits."""
    desk = request.desk
    facts = incident_for(desk.scope, number)
    require(desk.actor, Ability.ASSIGN)
    errors: dict[str, str] = {}
    asked = request.POST if request.method == "POST" else request.GET or values_from(facts.narrow, desk)
    if request.method == "POST":
        try:
            actions.change_incident(
                number, **_described(asked), narrow=read_narrow(asked, desk), scope=desk.scope, by=desk.actor,
                now=desk.now,
            )  # fmt: skip
            return done(request, _("Changed, and collected anew."), to=f"/incidents/{number}/")
        except Refusal as no:
            errors = errors_of(no)
    context = found(asked, desk) | {"incident": facts}
    if request.htmx and request.htmx.target == "found":
        return render(request, "web/incidents/new.html#found", context)
    typed = asked if request.method == "POST" else _typed(facts)
    context |= choices() | {"causes": _causes(), "errors": errors, "typed": typed}
    return render(request, "web/incidents/new.html", context, status=422 if errors else 200)


def found(asked: QueryDict, desk: Desk) -> dict[str, Any]:
    """What the filter finds now, as the page shows it."""
    values = values_of(asked, desk)
    full = QueryDict(mutable=True)
    for name in ("kind", "words", "refs", "new_from", "new_to", "source", "state", "due_from", "due_to"):
        full[name] = values[name]
    full.setlist("attr", [part.typed for part in values["attr"]])
    narrow = read_narrow(full, desk)
    problem = next((fault.sentence for fault in faults(narrow)), "")
    shown: dict[str, Any] = {"values": values, "problem": problem}
    if problem:
        return shown
    there = look(desk.scope, narrow)
    many = _("More than {}").format(f"{MOST:,}") if there.many >= MOST else f"{there.many:,}"
    return shown | {
        "many": there.many, "common": there.common, "columns": ledger.columns(),
        "rows": ledger.rows(there.sample, desk),
        "count": ngettext("{} promise now", "{} promises now", there.many).format(many),
    }  # fmt: skip


def _described(typed: QueryDict) -> dict[str, str]:
    return {name: typed.get(name, "") for name in ("title", "happened", "cause")}


def _typed(facts: IncidentFacts) -> dict[str, str]:
    return {"title": facts.title, "happened": facts.happened, "cause": facts.cause}


def _causes() -> list[Choice]:
    return [Choice(one.slug, one.name) for one in causes()]
