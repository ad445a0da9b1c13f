"""Setting who is drawn in when a promise of a recovery breaks, team by team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from makegood.cases.models import LadderRung
from makegood.cases.queries.ladder import ladders
from makegood.cases.rules import GRAVEST
from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid, missing
from makegood.people.ladder import ON_THE_LADDER, Rung
from makegood.people.models import Team
from makegood.people.queries import Roster, require, roster
from makegood.people.rules import Ability
from makegood.promises.queries import calendars

MOST_RUNGS = 6
_LONGEST_MINUTES = 30 * 24 * 60


@transaction.atomic
def set_ladder(team_id: int | None, rungs: Sequence[Rung], *, by: Actor, now: datetime) -> None:
    """Set the ladder of a team, or, with None, of all teams that have none of their own; without rungs take it away.

    It holds for whatever breaks from now on. Raises Refusal "people.not_allowed", "ladder.unknown_team",
    "ladder.too_many", "ladder.bad_value", "ladder.nobody", whose field names the rung: "1-person".
    """
    require(by, Ability.SET_LADDER)
    if team_id is not None and not Team.objects.select_for_update(no_key=True).filter(pk=team_id).exists():
        raise missing("ladder.unknown_team", "There is no such team.")
    _check(rungs, roster(now))
    before = ladders().set.get(team_id, ())
    if tuple(rungs) == before:
        return
    LadderRung.objects.filter(Q(team=None) if team_id is None else Q(team_id=team_id)).delete()
    LadderRung.objects.bulk_create(
        LadderRung(team_id=team_id, position=number, **(asdict(rung) | {"role": rung.role or ""}))
        for number, rung in enumerate(rungs, 1)
    )
    told = {"rungs": [_told(rung) for rung in rungs], "before": [_told(rung) for rung in before]}
    record("ladder.set", by=by, at=now, subject=("team", team_id), data=told)


def _told(rung: Rung) -> dict[str, Any]:
    """What is said of a rung; what is left to the usual is left out."""
    return {name: value for name, value in asdict(rung).items() if value}


def _check(rungs: Sequence[Rung], everybody: Roster) -> None:
    if len(rungs) > MOST_RUNGS:
        raise invalid("ladder.too_many", f"Up to {MOST_RUNGS} rungs: whoever waits longer has been forgotten.")
    known = {one.id for one in calendars()}
    for number, rung in enumerate(rungs, 1):
        _check_who(number, rung, everybody)
        for name in ("wait_minutes", "contact_minutes"):
            minutes: int | None = getattr(rung, name)
            if minutes is not None and not 1 <= minutes <= _LONGEST_MINUTES:
                raise _bad(number, name, "Give from one minute to 30 days, or nothing for the usual time.")
        if rung.calendar_id is not None and rung.calendar_id not in known:
            raise _bad(number, "calendar_id", "There is no such calendar.")
        if rung.from_severity is not None and not 2 <= rung.from_severity <= GRAVEST:
            raise _bad(number, "from_severity", f"Begin here from severity 2 to {GRAVEST}, or at any.")


def _check_who(number: int, rung: Rung, everybody: Roster) -> None:
    if (rung.role is None) == (rung.person_id is None) or (rung.role and rung.role not in ON_THE_LADDER):
        roles = ", ".join(ON_THE_LADDER)
        raise _bad(number, "role", f"Say who is drawn in here: one person, or one of {roles}.")
    person = everybody.people.get(rung.person_id) if rung.person_id is not None else None
    if rung.person_id is not None and not (person and person.may_work):
        raise invalid(
            "ladder.nobody", "Name somebody who is active and works cases. While away, their deputy stands in.",
            field=f"{number}-person_id",
        )  # fmt: skip


def _bad(number: int, name: str, sentence: str) -> Refusal:
    return invalid("ladder.bad_value", f"Rung {number}: {sentence}", field=f"{number}-{name}")
