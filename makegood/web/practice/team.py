"""What leads assign, how far each is with it, and what they say of a line. Nobody is ranked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.conversation.queries import to_look_at
from makegood.kernel.refusals import Refusal, invalid
from makegood.practice import actions
from makegood.practice.actions.assigning import LONGEST_WHY
from makegood.practice.queries import Member, basics, reviewed, scenes
from makegood.practice.queries import team as everybody
from makegood.practice.rules.values import GRADES, Grade
from makegood.web.answers import done, errors_of, see_other
from makegood.web.days import today
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.practice import views
from makegood.web.practice.asked import assigned_line
from makegood.web.practice.words import role_word
from makegood.web.tables import number_or_none

HOME = "/practice/team/"


@at_desk("GET")
def page(request: DeskRequest) -> HttpResponse:
    """Everybody one leads, by name, with what was assigned to them."""
    return _page(request, {})


@at_desk("GET", "POST")
def assign(request: DeskRequest) -> HttpResponse:
    """Choose people, scenes and a day; sent, they are asked."""
    desk, errors = request.desk, dict[str, str]()
    if request.method == "POST":
        try:
            made = _assign(request)
        except Refusal as no:
            errors = errors_of(no)
        else:
            said = _("Assigned. They are told.") if made else _("They were asked that already, by the day it had.")
            return done(request, said, to=HOME)
    typed, found = request.POST if errors else request.GET, everybody(desk.scope, desk.now)
    several = len({one.team for one in found}) > 1
    context = {
        "people": [(str(one.id), one.name, one.team if several else "") for one in found],
        "scenes": [(one.scene.id, one.scene.name, one.scene.trade) for one in scenes(desk.scope)],
        "chosen": set(typed.getlist("people")), "chosen_scenes": set(typed.getlist("scenes")),
        "roles": [(one.value, role_word(one)) for one in GRADES], "role": typed.get("role") or Grade.AGENT.value,
        "second": bool(typed.get("second")), "why": typed.get("why", ""), "due_on": typed.get("due_on", ""),
        "today": today(desk.now, desk.organisation.zone).isoformat(), "most": LONGEST_WHY, "errors": errors,
        "slim": True,
    }  # fmt: skip
    return render(request, "web/practice/assign.html", context, status=422 if errors else 200)


def _assign(request: DeskRequest) -> tuple[int, ...]:
    desk, typed = request.desk, request.POST
    role = Grade(typed["role"]) if typed.get("role") in set(GRADES) else Grade.AGENT
    return actions.assign(
        people=[one for one in map(number_or_none, typed.getlist("people")) if one], scenes=typed.getlist("scenes"),
        role=role, second=bool(typed.get("second")), due_on=_day(typed.get("due_on", "")), why=typed.get("why", ""),
        scope=desk.scope, by=desk.actor, now=desk.now,
    )  # fmt: skip


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise invalid("practice.bad_day", _("Choose a day, such as 2026-11-27."), field="due_on") from None


@at_desk("POST")
def take_back(request: DeskRequest, number: int) -> HttpResponse:
    """Ask for it no more, with a reason."""
    desk, reason = request.desk, request.POST.get("reason", "")
    try:
        actions.take_back(number, reason=reason, scope=desk.scope, by=desk.actor, now=desk.now)
    except Refusal as no:
        if no.field is None:
            raise
        return _page(request, {f"reason-{number}": no.message}, status=422)
    return done(request, _("Taken back. They are told why."), to=HOME)


@at_desk("POST")
def comment(request: DeskRequest, number: int) -> HttpResponse:
    """Say something of one line, or answer."""
    desk, line = request.desk, number_or_none(request.POST.get("line", "")) or 0
    try:
        text = request.POST.get("text", "")
        actions.comment(number, line, text, scope=desk.scope, by=desk.actor, now=desk.now)
    except Refusal as no:
        if no.status == 404:
            raise
        return views.shown(request, reviewed(desk.scope, number), errors_of(no), no.status)
    return see_other(f"/practice/runs/{number}/#line-{line}")


def _page(request: DeskRequest, errors: Mapping[str, str], status: int = 200) -> HttpResponse:
    desk = request.desk
    found = everybody(desk.scope, desk.now)
    context = {
        "people": [_member(one, desk) for one in found], "policy": basics(), "errors": errors,
        "looks": len(to_look_at(desk.scope, now=desk.now)),
        "several": len({one.team for one in found}) > 1, "most": LONGEST_WHY,
    }  # fmt: skip
    return render(request, "web/practice/team.html", context, status=status)


def _member(one: Member, desk: Desk) -> dict[str, Any]:
    return {
        "id": one.id, "name": one.name, "team": one.team, "alone": one.writes_alone,
        "assigned": [assigned_line(each, desk) for each in one.assigned],
    }  # fmt: skip
