"""Settings: people and teams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from makegood.kernel.refusals import Refusal
from makegood.people import actions
from makegood.people.queries import PeoplePage, StaffFacts, people_page, require, staff_for
from makegood.people.rules import Ability, Role
from makegood.web import clocks
from makegood.web.answers import done, errors_of
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.settings.hours import read_hours, write_hours
from makegood.web.shell import role_name
from makegood.web.tables import Choice, Column, Row, number_or_none
from makegood.web.templatetags.desk import person

_NAMES = {"team_id": "team", "deputy_id": "deputy"}


@at_desk("GET")
def people(request: DeskRequest) -> HttpResponse:
    """Everybody, who is there, and the teams."""
    page = people_page(request.desk.scope, request.desk.now)
    context = {
        "columns": [
            Column(_("Name")), Column(_("Role"), plain=True), Column(_("Team"), plain=True),
            Column(_("There"), lead=True), Column(_("Recognition"), plain=True), Column(_("Absence"), plain=True),
        ],
        "rows": [_row(one, page, request.desk) for one in page.staff],
        "teams": page.teams, "may_change": page.may_change, "leads": _leads(page),
    }  # fmt: skip
    return render(request, "web/settings/people.html", context)


@at_desk("GET", "POST")
def add(request: DeskRequest) -> HttpResponse:
    """Take somebody in."""
    desk = request.desk
    require(desk.actor, Ability.ADMINISTER)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            typed = _typed(request.POST)
            password = request.POST.get("password") or None
            actions.add_staff(password=password, by=desk.actor, now=desk.now, **typed)
            return done(request, _("{} is in.").format(typed["name"]), to="/settings/people/")
        except Refusal as no:
            errors = errors_of(no, _NAMES)
    values = request.POST if errors else {"role": Role.AGENT, "grade": 1}
    context = {"values": values, "errors": errors} | _choices(desk, None)
    return render(request, "web/settings/person.html", context, status=422 if errors else 200)


@at_desk("GET", "POST")
def change(request: DeskRequest, number: int) -> HttpResponse:
    """The form about one person, for those who administer people and for themselves."""
    desk = request.desk
    card = staff_for(desk.scope, number, desk.now)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            typed = _typed(request.POST) if card.may_change else _own(request.POST)
            actions.change_staff(number, by=desk.actor, now=desk.now, **typed)
            if request.POST.get("password"):
                actions.set_password(number, request.POST["password"], by=desk.actor, now=desk.now)
            return done(request, _("Changed."), to=f"/settings/people/{number}/")
        except Refusal as no:
            errors = errors_of(no, _NAMES)
    known = card.facts
    values: Mapping[str, Any] = request.POST if errors else {
        "name": known.name, "email": known.email, "role": known.role, "team": known.team_id or "",
        "grade": known.grade, "time_zone": known.time_zone, "language": card.language,
        "deputy": card.standing_deputy_id or "", "week": write_hours(card.week),
    }  # fmt: skip
    context = {"card": card, "values": values, "errors": errors} | _choices(desk, number)
    return render(request, "web/settings/person.html", context, status=422 if errors else 200)


@at_desk("POST")
def presence(request: DeskRequest, number: int, name: str) -> HttpResponse:
    """Let somebody go, or take them back."""
    deed = {"deactivate": actions.deactivate, "reactivate": actions.reactivate}[name]
    deed(number, by=request.desk.actor, now=request.desk.now)
    said = _("They can no longer sign in.") if name == "deactivate" else _("They can sign in again.")
    return done(request, said, to="/settings/people/")


@at_desk("POST")
def add_team(request: DeskRequest) -> HttpResponse:
    """A new team."""
    desk, typed = request.desk, request.POST
    lead = number_or_none(typed.get("lead"))
    actions.add_team(name=typed.get("name", ""), lead_id=lead, by=desk.actor, now=desk.now)
    return done(request, _("The team is made."), to="/settings/people/")


@at_desk("POST")
def change_team(request: DeskRequest, number: int) -> HttpResponse:
    """Another name or another lead."""
    desk, typed = request.desk, request.POST
    lead = number_or_none(typed.get("lead"))
    actions.change_team(number, name=typed.get("name", ""), lead_id=lead, by=desk.actor, now=desk.now)
    return done(request, _("The team is changed."), to="/settings/people/")


def _row(one: StaffFacts, page: PeoplePage, desk: Desk) -> Row:
    name = format_html('<span class="person">{}{}</span>', person(one.name, label=""), one.name)
    url = f"/settings/people/{one.id}/" if page.may_change or one.id == desk.staff_id else ""
    away = (
        one.id == desk.staff_id
        or page.may_change
        or (desk.scope.role == Role.LEAD and one.team_id == desk.scope.team_id)
    )
    link = format_html('<a href="/settings/people/{}/absence/">{}</a>', one.id, _("Away…")) if away else ""
    theirs = format_html('<a href="/people/{}/">{}</a>', one.id, _("Page and thanks"))
    return Row([name, role_name(one.role), one.team_name, _there(one, desk), theirs, link], url)


def _there(one: StaffFacts, desk: Desk) -> SafeString | str:
    if not one.is_active:
        return _("Deactivated")
    if one.away_until is not None:
        return format_html(
            '<span class="c-risk">{}</span>', _("Away until {}").format(clocks.moment(one.away_until, desk.now))
        )
    return _("There") if one.in_hours else _("Off hours")


def _leads(page: PeoplePage) -> list[Choice]:
    return [Choice(str(one.id), one.name) for one in page.staff if one.is_active]


def _choices(desk: Desk, number: int | None) -> dict[str, Any]:
    page = people_page(desk.scope, desk.now)
    return {
        "roles": [Choice(role, role_name(role)) for role in Role],
        "teams": [Choice(str(team.id), team.name) for team in page.teams],
        "deputies": [choice for choice in _leads(page) if choice.key != str(number)],
        "slim": True,
    }


def _typed(typed: QueryDict) -> dict[str, Any]:
    grade = number_or_none(typed.get("grade"))
    return _own(typed) | {
        "name": typed.get("name", ""), "email": typed.get("email", ""), "role": typed.get("role", ""),
        "team_id": number_or_none(typed.get("team")), "grade": grade or 0, "week": read_hours(typed.get("week", "")),
    }  # fmt: skip


def _own(typed: QueryDict) -> dict[str, Any]:
    return {
        "time_zone": typed.get("time_zone", "").strip(),
        "language": typed.get("language", "") or "en",
        "deputy_id": number_or_none(typed.get("deputy")),
    }
