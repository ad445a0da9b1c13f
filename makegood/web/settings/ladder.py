"""Settings: the ladder, who is drawn in when a promise of a recovery breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from makegood.cases.actions import set_ladder
from makegood.cases.queries import ladders
from makegood.kernel.refusals import Refusal, missing
from makegood.people.ladder import ON_THE_LADDER, Rung
from makegood.people.queries import Roster, require, roster, teams
from makegood.people.rules import Ability, Role
from makegood.promises.queries import calendars, kind_named
from makegood.web.answers import done, errors_of
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.settings.spans import read_length, write_length
from makegood.web.shell import role_name
from makegood.web.tables import Choice, number_or_none

HOME = "/settings/ladder/"
_EVERYBODY = 0
"""Stands in an address for all teams that have no ladder of their own."""
_BLANK = {"who": "", "wait": "", "contact": "", "calendar": "", "severity": "", "again": ""}
_NAMES = {
    "role": "who", "person_id": "who", "wait_minutes": "wait", "contact_minutes": "contact", "calendar_id": "calendar",
    "from_severity": "severity",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A ladder as it is read: its rungs in words, and whether it is the team's own."""

    key: int
    name: str
    own: bool
    rungs: tuple[tuple[str, str], ...]


@at_desk("GET")
def every(request: DeskRequest) -> HttpResponse:
    """The ladder of all teams, and those that teams have of their own."""
    found, words = ladders(), _Words(request.desk)
    shown = [Shown(_EVERYBODY, _("All teams"), True, words.of(found.of(None)))]
    for team in teams():
        own = found.set.get(team.id, ())
        shown.append(Shown(team.id, team.name, bool(own), words.of(own)))
    may = request.desk.scope.may(Ability.SET_LADDER)
    return render(request, "web/settings/ladder.html", {"ladders": shown, "may_change": may, "slim": True})


@at_desk("GET", "POST")
def one(request: DeskRequest, team: int) -> HttpResponse:
    """Change the ladder of one team, or that of all. A rung that names nobody is left out."""
    desk = request.desk
    require(desk.actor, Ability.SET_LADDER)
    team_id, name = (None, _("All teams")) if team == _EVERYBODY else _team(team)
    found, errors = ladders(), {}
    if request.method == "POST":
        try:
            set_ladder(team_id, _typed(request.POST), by=desk.actor, now=desk.now)
            return done(request, _("Set. It holds for what breaks from now on."), to=HOME)
        except Refusal as no:
            errors = errors_of(no, _fields(request.POST))
    rows = _rows_typed(request.POST) if errors else [_values(rung) for rung in found.of(team_id)]
    context = {
        "slim": True, "name": name, "errors": errors, "own": team_id in found.set, "team_id": team_id,
        "rows": [_row(number, values, errors) for number, values in enumerate([*rows, _BLANK], 1)],
    } | _choices(desk)  # fmt: skip
    return render(request, "web/settings/ladder_edit.html", context, status=422 if errors else 200)


@at_desk("POST")
def drop(request: DeskRequest, team: int) -> HttpResponse:
    """Take a ladder away: the team has that of all teams again, and all teams the usual one."""
    desk = request.desk
    set_ladder(None if team == _EVERYBODY else _team(team)[0], (), by=desk.actor, now=desk.now)
    return done(request, _("Taken away."), to=HOME)


def _team(number: int) -> tuple[int, str]:
    found = next((team for team in teams() if team.id == number), None)
    if found is None:
        raise missing("ladder.unknown_team", _("There is no such team."))
    return found.id, found.name


class _Words:
    """Rungs in words: who, and what is asked of them."""

    def __init__(self, desk: Desk) -> None:
        self.everybody: Roster = roster(desk.now)
        self.calendars = {one.id: one.name for one in calendars()}
        self.usual = {slug: kind_named(slug) for slug in ("take-in-charge", "personal-contact")}

    def of(self, rungs: Sequence[Rung]) -> tuple[tuple[str, str], ...]:
        return tuple((self._who(rung), ". ".join(filter(None, (self._asked(rung), _begins(rung))))) for rung in rungs)

    def _who(self, rung: Rung) -> str:
        if rung.person_id is None:
            return _of_role(rung.role or Role.LEAD)
        return self.everybody.people[rung.person_id].name

    def _asked(self, rung: Rung) -> str:
        wait = self._time("take-in-charge", rung.wait_minutes, rung)
        contact = self._time("personal-contact", rung.contact_minutes, rung)
        return _("Takes it in charge within {wait}, then speaks to the customer within {contact}").format(
            wait=wait, contact=contact
        )

    def _time(self, kind: str, minutes: int | None, rung: Rung) -> str:
        usual = self.usual[kind]
        if minutes is not None:
            length, calendar = timedelta(minutes=minutes), self.calendars.get(rung.calendar_id or 0, "")
        else:
            length, calendar = usual.allowance or timedelta(0), usual.calendar_name
        return f"{write_length(length)} ({calendar})" if calendar else write_length(length)


def _begins(rung: Rung) -> str:
    grave = _("severity {} or more").format(rung.from_severity) if rung.from_severity else ""
    again = _("a second failure") if rung.second_failure else ""
    begins = _(" and ").join(filter(None, (grave, again)))
    return _("Begins here: {}").format(begins) if begins else ""


def _of_role(role: Role) -> str:
    return {
        Role.LEAD: _("A lead, of the owner’s team first"),
        Role.MANAGER: _("A manager, the nearest who is there"),
    }.get(role, _("An administrator"))


def _values(rung: Rung) -> dict[str, Any]:
    who = f"person:{rung.person_id}" if rung.person_id else f"role:{rung.role}"
    return {
        "who": who, "wait": _minutes(rung.wait_minutes), "contact": _minutes(rung.contact_minutes),
        "calendar": rung.calendar_id or "", "severity": rung.from_severity or "",
        "again": "on" if rung.second_failure else "",
    }  # fmt: skip


def _minutes(minutes: int | None) -> str:
    return "" if minutes is None else write_length(timedelta(minutes=minutes))


def _rows_typed(typed: QueryDict) -> list[dict[str, str]]:
    rows = [{name: typed.get(f"{number}-{name}", "") for name in _BLANK} for number in _numbers(typed)]
    return [row for row in rows if row["who"]]


def _numbers(typed: QueryDict) -> range:
    """The rungs of the form, by number."""
    return range(1, sum(1 for name in typed if name.endswith("-who")) + 1)


def _typed(typed: QueryDict) -> list[Rung]:
    return [_rung(number, row) for number, row in enumerate(_rows_typed(typed), 1)]


def _rung(number: int, row: Mapping[str, str]) -> Rung:
    sort, _colon, named = row["who"].partition(":")
    return Rung(
        role=Role(named) if sort == "role" and named in list(Role) else None,
        person_id=number_or_none(named) if sort == "person" else None,
        wait_minutes=_length(row["wait"], f"{number}-wait"),
        contact_minutes=_length(row["contact"], f"{number}-contact"),
        calendar_id=number_or_none(row["calendar"]), from_severity=number_or_none(row["severity"]),
        second_failure=bool(row["again"]),
    )  # fmt: skip


def _length(text: str, field: str) -> int | None:
    if not text.strip():
        return None
    return int(read_length(text, field, code="ladder.bad_value").total_seconds() // 60)


def _fields(typed: QueryDict) -> dict[str, str]:
    """Which field of the form each of a rung's values is typed into."""
    return {f"{number}-{name}": f"{number}-{field}" for number in _numbers(typed) for name, field in _NAMES.items()}


def _row(number: int, values: Mapping[str, Any], errors: Mapping[str, str]) -> dict[str, Any]:
    """One rung of the form."""
    named = {name: f"{number}-{name}" for name in _BLANK}
    fields = {
        name: {"name": typed, "value": values[name], "error": errors.get(typed, "")} for name, typed in named.items()
    }
    return {"number": number, "blank": not values["who"], "fields": fields}


def _choices(desk: Desk) -> dict[str, Any]:
    people = [one for one in roster(desk.now).people.values() if one.may_work]
    return {
        "whos": [Choice(f"role:{role}", _of_role(role)) for role in ON_THE_LADDER]
        + [Choice(f"person:{one.id}", f"{one.name}, {role_name(one.role)}") for one in people],
        "calendars": [Choice(str(one.id), one.name) for one in calendars()],
        "severities": [
            Choice(str(number), ngettext("From {} on", "From {} on", number).format(number)) for number in (2, 3, 4)
        ],
    }
