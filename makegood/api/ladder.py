"""The ladder: who is drawn in when a promise of a recovery breaks, read and set."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, acting, colleague
from makegood.api.case_parts import StaffIn
from makegood.api.forms import Email, Form, Id, Named, named
from makegood.cases.actions import set_ladder
from makegood.cases.queries import ladders
from makegood.kernel.refusals import invalid
from makegood.people.ladder import Rung
from makegood.people.queries import roster, teams
from makegood.people.rules import Role
from makegood.promises.queries import calendars

router = Router(tags=["ladder"])

Minutes = Annotated[int, Field(ge=1, le=43_200)]


class RungOut(Schema):
    """Who is drawn in: one person, or whoever of a role is nearest. Times are in minutes, in the hours of `calendar`
    ("" all hours); null is the usual time of the kinds take-in-charge and personal-contact."""

    role: Role | None
    person: Named | None
    wait_minutes: int | None
    contact_minutes: int | None
    calendar: str
    from_severity: int | None
    second_failure: bool


class LadderOut(Schema):
    """The ladder of a team; `team` null is that of all teams that have none of their own."""

    team: Named | None
    rungs: list[RungOut]


class LaddersOut(Schema):
    """The ladder of all teams, then those that teams have of their own."""

    items: list[LadderOut]
    next: None


class RungIn(Form):
    """Who is drawn in: a role, or a person by e-mail."""

    role: Role | None = None
    person: Email | None = None
    wait_minutes: Minutes | None = None
    contact_minutes: Minutes | None = None
    calendar: str = ""
    from_severity: Annotated[int, Field(ge=2, le=4)] | None = None
    second_failure: bool = False


class LadderIn(StaffIn):
    """The rungs from the bottom up; none takes the ladder away. Without `team` it is that of all teams."""

    team: Id | None = None
    rungs: list[RungIn]


@router.get("/ladder", response=LaddersOut, summary="Read the ladder")
def read_ladders(request: ApiRequest) -> Any:
    """Who is drawn in, rung by rung: for all teams, and for each team that has its own."""
    return _shown(request)


@router.post("/ladder", response=LaddersOut, summary="Set the ladder")
def change_ladder(request: ApiRequest, body: LadderIn) -> Any:
    """Set the ladder of a team or of all; for managers and administrators. It holds for what breaks from now on."""
    doer = acting(request, body.staff)
    set_ladder(body.team, [_rung(one, n, request) for n, one in enumerate(body.rungs, 1)], by=doer.by, now=request.now)
    return _shown(request)


def _shown(request: ApiRequest) -> dict[str, Any]:
    found, names = ladders(), {team.id: team.name for team in teams()}
    people = {one.id: one.name for one in roster(request.now).people.values()}
    hours = {one.id: one.name for one in calendars()}
    own = [(team_id, rungs) for team_id, rungs in found.set.items() if team_id is not None]
    items = [
        {"team": named(team_id, names.get(team_id or 0, "")), "rungs": [_out(rung, people, hours) for rung in rungs]}
        for team_id, rungs in [(None, found.of(None)), *own]
    ]
    return {"items": items, "next": None}


def _out(rung: Rung, people: dict[int, str], hours: dict[int, str]) -> dict[str, Any]:
    same = ("role", "wait_minutes", "contact_minutes", "from_severity", "second_failure")
    return {
        **{name: getattr(rung, name) for name in same},
        "person": named(rung.person_id, people.get(rung.person_id or 0, "")),
        "calendar": hours.get(rung.calendar_id or 0, ""),
    }


def _rung(one: RungIn, number: int, request: ApiRequest) -> Rung:
    same = ("role", "wait_minutes", "contact_minutes", "from_severity", "second_failure")
    field = f"rungs.{number - 1}"
    person = colleague(one.person, field=f"{field}.person", now=request.now).id if one.person else None
    calendar = next((known.id for known in calendars() if known.name == one.calendar), None)
    if one.calendar and calendar is None:
        raise invalid("ladder.bad_value", "There is no calendar of that name.", field=f"{field}.calendar")
    return Rung(**{name: getattr(one, name) for name in same}, person_id=person, calendar_id=calendar)
