"""Teams."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict, Unpack

from django.db import IntegrityError, transaction

from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.refusals import invalid, missing
from makegood.people.actions.finding import clean_name
from makegood.people.models import Staff, Team
from makegood.people.queries import require
from makegood.people.rules import Ability


class TeamDetails(TypedDict, total=False):
    """What may be changed about a team; what is left out stays as it is."""

    name: str
    lead_id: int | None


@transaction.atomic
def add_team(name: str, *, lead_id: int | None = None, by: Actor, now: datetime) -> int:
    """Found a team. Returns its id.

    Raises Refusal("people.team_taken"), ("people.unknown_lead"), ("people.bad_name"), ("people.not_allowed").
    """
    require(by, Ability.ADMINISTER)
    team = Team()
    _apply(team, {"name": name, "lead_id": lead_id})
    record("team.added", by=by, at=now, subject=("team", team.pk), data={"name": team.name})
    return team.pk


@transaction.atomic
def change_team(team_id: int, *, by: Actor, now: datetime, **details: Unpack[TeamDetails]) -> None:
    """Rename a team or give it another lead. Raises Refusal as `add_team` does, and ("people.unknown_team")."""
    require(by, Ability.ADMINISTER)
    team = Team.objects.select_for_update(no_key=True).filter(pk=team_id).first()
    if team is None:
        raise missing("people.unknown_team", "There is no such team.")
    _apply(team, details)
    record("team.changed", by=by, at=now, subject=("team", team.pk), data=dict(details))


def _apply(team: Team, details: TeamDetails) -> None:
    if "name" in details:
        team.name = clean_name(details["name"], limit=80, what="the team")
    if "lead_id" in details:
        team.lead_id = _read_lead(details["lead_id"])
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError:
        raise invalid(
            "people.team_taken", f"There is a team called {team.name} already. Choose another name.", field="name"
        ) from None


def _read_lead(lead_id: int | None) -> int | None:
    if lead_id is not None and not Staff.objects.filter(pk=lead_id, is_active=True).exists():
        raise invalid("people.unknown_lead", "The lead must be an active member of staff.", field="lead")
    return lead_id
