"""Settings: kinds of promise and the calendars they count in."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.kernel.calendars import read_zone
from makegood.kernel.refusals import Refusal, invalid
from makegood.people.queries import require, teams
from makegood.people.rules import Ability, Role
from makegood.promises.actions import change_kind, make_calendar
from makegood.promises.queries import KindFacts, calendars, kind_named
from makegood.promises.queries import kinds as every_kind
from makegood.web.answers import done, errors_of
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.settings.hours import read_hours, write_hours
from makegood.web.settings.spans import read_length, write_length
from makegood.web.shell import role_name
from makegood.web.tables import Choice, Column, Row, number_or_none

_BAD = "kind.bad_value"


@at_desk("GET")
def kinds(request: DeskRequest) -> HttpResponse:
    """Every kind with its policy, and the calendars."""
    context = {
        "columns": [
            Column(_("Kind")), Column(_("Warned"), n=True), Column(_("Grace"), n=True), Column(_("Usual time"), n=True),
            Column(_("Counts in")), Column(_("Severity"), n=True), Column(_("Answers for it")),
        ],
        "rows": [_row(kind) for kind in every_kind(inside_case=False)],
        "inside": [_row(kind) for kind in every_kind(inside_case=True)],
        "calendars": [{"facts": one, "hours": write_hours(one.week)} for one in calendars()],
    }  # fmt: skip
    return render(request, "web/settings/kinds.html", context)


@at_desk("GET", "POST")
def kind(request: DeskRequest, slug: str) -> HttpResponse:
    """The policy of one kind. Promises already made keep the clocks they were given."""
    desk = request.desk
    found = kind_named(slug)
    errors: dict[str, str] = {}
    if request.method == "POST":
        require(desk.actor, Ability.ADMINISTER)
        try:
            change_kind(slug, _typed(request.POST), by=desk.actor, now=desk.now)
            return done(request, _("Changed. It holds for promises made from now on."), to="/settings/kinds/")
        except Refusal as no:
            errors = errors_of(no, {"team_id": "team", "calendar_id": "calendar"})
    context = {"kind": found, "errors": errors, "values": request.POST if errors else _values(found)} | _choices()
    return render(request, "web/settings/kind.html", context, status=422 if errors else 200)


@at_desk("GET", "POST")
def calendar(request: DeskRequest) -> HttpResponse:
    """A new calendar of working hours."""
    desk = request.desk
    require(desk.actor, Ability.ADMINISTER)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _make(request)
            return done(request, _("The calendar is made. Choose it at a kind."), to="/settings/kinds/")
        except Refusal as no:
            errors = errors_of(no)
    values = request.POST if errors else {"time_zone": desk.zone.key, "week": "mon-fri 09:00-17:00"}
    context = {"errors": errors, "values": values, "slim": True}
    return render(request, "web/settings/calendar.html", context, status=422 if errors else 200)


def _make(request: DeskRequest) -> None:
    desk, typed = request.desk, request.POST
    name = " ".join(typed.get("name", "").split())[:80]
    if not name:
        raise invalid("calendar.no_name", _("Give the calendar a name, such as “Office hours”."), field="name")
    week = read_hours(typed.get("week", ""))
    if not week:
        raise invalid("calendar.never_open", _("Write a line such as “mon-fri 09:00-17:00”."), field="week")
    try:
        with transaction.atomic():
            make_calendar(
                name=name, time_zone=read_zone(typed.get("time_zone", "")), week=week,
                holidays_of=typed.get("holidays_of", "").strip().upper(), by=desk.actor, now=desk.now,
            )  # fmt: skip
    except IntegrityError:
        raise invalid("calendar.taken", _("There is a calendar of that name already."), field="name") from None


def _row(kind: KindFacts) -> Row:
    usual = write_length(kind.allowance) if kind.allowance is not None else ""
    where = ", ".join(filter(None, (role_name(Role(kind.role)), kind.team_name)))
    counts = kind.calendar_name or _("All hours")
    cells = [
        kind.name,
        write_length(kind.warning),
        write_length(kind.grace) if kind.grace else "",
        usual,
        counts,
        kind.severity,
        where,
    ]
    return Row(cells, f"/settings/kinds/{kind.slug}/")


def _values(kind: KindFacts) -> dict[str, Any]:
    return {
        "name": kind.name, "warning": write_length(kind.warning), "grace": write_length(kind.grace),
        "allowance": write_length(kind.allowance) if kind.allowance is not None else "",
        "severity": kind.severity, "role": kind.role, "team": kind.team_id or "", "calendar": kind.calendar_id or "",
        "opens_case": "on" if kind.opens_case else "",
    }  # fmt: skip


def _choices() -> dict[str, Any]:
    return {
        "severities": [
            Choice("1", _("1, slight")), Choice("2", _("2, a nuisance")), Choice("3", _("3, a loss")),
            Choice("4", _("4, grave")),
        ],
        "roles": [Choice(role, role_name(role)) for role in (Role.AGENT, Role.LEAD, Role.MANAGER)],
        "teams": [Choice(str(team.id), team.name) for team in teams()],
        "calendars": [Choice(str(one.id), one.name) for one in calendars()],
        "slim": True,
    }  # fmt: skip


def _typed(typed: QueryDict) -> dict[str, Any]:
    usual, role = typed.get("allowance", "").strip(), typed.get("role", "")
    return {
        "name": " ".join(typed.get("name", "").split())[:80],
        "warning": read_length(typed.get("warning", ""), "warning", code=_BAD),
        "grace": read_length(typed.get("grace", ""), "grace", code=_BAD),
        "allowance": read_length(usual, "allowance", code=_BAD) if usual else None,
        "severity": number_or_none(typed.get("severity")) or 0,
        "role": Role(role) if role in list(Role) else Role.AGENT,
        "team_id": number_or_none(typed.get("team")),
        "calendar_id": number_or_none(typed.get("calendar")),
        "opens_case": bool(typed.get("opens_case")),
    }
