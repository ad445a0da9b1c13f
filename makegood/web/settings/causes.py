"""Settings: the tree of causes, which the organisation owns. Read by everybody."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.cases import actions
from makegood.cases.causes import CauseSaid, Controllability, Stability
from makegood.cases.causes_file import causes_from, text_of
from makegood.cases.queries import CauseFacts, cause_named
from makegood.cases.queries import causes as every_cause
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Ability
from makegood.web.answers import done, errors_of
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.settings.texts import as_file, brought
from makegood.web.tables import Choice, Column, Row

HOME = "/settings/causes/"


@at_desk("GET", "POST")
def causes(request: DeskRequest) -> HttpResponse:
    """The tree; sent, one more cause."""
    if request.method == "GET":
        return _list(request)
    try:
        actions.save_cause(_typed(request), by=request.desk.actor, now=request.desk.now)
    except Refusal as no:
        return _list(request, errors_of(no))
    return done(request, _("Added. It can be chosen in every case."), to=HOME)


@at_desk("GET", "POST")
def one(request: DeskRequest, slug: str) -> HttpResponse:
    """One cause, to be changed."""
    found, errors = cause_named(slug), {}
    if request.method == "POST":
        try:
            actions.save_cause(_typed(request), slug=slug, by=request.desk.actor, now=request.desk.now)
            return done(request, _("Changed."), to=HOME)
        except Refusal as no:
            errors = errors_of(no)
    values = request.POST if errors else _values(found)
    context = {"cause": found, "values": values, "errors": errors, "may_write": _may_write(request), "slim": True}
    return render(request, "web/settings/cause.html", context | _choices(but=slug), status=422 if errors else 200)


@at_desk("POST")
def act(request: DeskRequest, slug: str, deed: str) -> HttpResponse:
    """Move it among its neighbours, offer it no more, or again."""
    known: dict[str, Any] = {"by": request.desk.actor, "now": request.desk.now}
    if deed == "retire":
        actions.retire_cause(slug, **known)
        return done(request, _("Retired. Cases that have it keep it."), to=HOME)
    if deed == "restore":
        actions.restore_cause(slug, **known)
        return done(request, _("It is offered again."), to=HOME)
    actions.move_cause(slug, up=deed == "up", **known)
    return done(request, _("Moved."), to=f"{HOME}{slug}/")


@at_desk("GET", "POST")
def as_text(request: DeskRequest) -> HttpResponse:
    """The tree as a file; sent one, its causes are added and changed, and the others stay as they are."""
    if request.method != "POST":
        return as_file("causes", text_of([(one.slug, _said(one)) for one in every_cause()]))
    try:
        name, text = brought(request.FILES.get("file"), "cause")
        many = actions.bring_causes(causes_from(text, name), by=request.desk.actor, now=request.desk.now)
    except Refusal as no:
        return _list(request, {"file": no.message})
    return done(request, _("Brought in: {} causes.").format(many), to=HOME)


def _list(request: DeskRequest, errors: dict[str, str] | None = None) -> HttpResponse:
    found = every_cause(retired=True)
    context = {
        "columns": [
            Column(_("Cause")), Column(_("Could we prevent it?")), Column(_("Does it come again?")),
            Column(_("Lands on")),
        ],
        "rows": [_row(one) for one in found if not one.retired],
        "retired": [_row(one) for one in found if one.retired], "errors": errors or {},
        "values": request.POST, "may_write": _may_write(request),
    }  # fmt: skip
    return render(request, "web/settings/causes.html", context | _choices(), status=422 if errors else 200)


def _row(one: CauseFacts) -> Row:
    ours, again = _ours().get(one.controllability or "", ""), _again().get(one.stability or "", "")
    return Row([f"– {one.name}" if one.parent else one.name, ours, again, one.function], f"{HOME}{one.slug}/")


def _ours() -> dict[str, str]:
    return {
        Controllability.OURS: _("Yes, it is ours"), Controllability.PARTLY: _("In part"),
        Controllability.OUTSIDE: _("No, it lies outside"),
    }  # fmt: skip


def _again() -> dict[str, str]:
    return {Stability.LASTING: _("Yes, until something changes"), Stability.ONE_OFF: _("Hardly")}


def _choices(*, but: str = "") -> dict[str, Any]:
    tops = [one for one in every_cause() if not one.parent and one.slug != but]
    return {
        "parents": [Choice(one.slug, one.name) for one in tops],
        "controls": [Choice(key, name) for key, name in _ours().items()],
        "stabilities": [Choice(key, name) for key, name in _again().items()],
    }


def _typed(request: DeskRequest) -> CauseSaid:
    return CauseSaid(**{name: request.POST.get(name, "") for name in _FIELDS})


def _said(one: CauseFacts) -> CauseSaid:
    return CauseSaid(
        name=one.name, parent=one.parent, controllability=one.own_controllability, stability=one.own_stability,
        function=one.own_function,
    )  # fmt: skip


def _values(one: CauseFacts) -> dict[str, str]:
    return asdict(_said(one))


_FIELDS = ("name", "parent", "controllability", "stability", "function")


def _may_write(request: DeskRequest) -> bool:
    """Whether forms are worth showing; the actions check for themselves."""
    return request.desk.scope.may(Ability.SET_CAUSES)
