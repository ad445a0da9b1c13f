"""Getting hold of an incident to act on it: visible, locked, in a state that allows it, by somebody who may."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from makegood.cases.actions.holding import bring_to_desk, hold_theirs
from makegood.incidents.models import Incident, Member
from makegood.incidents.queries.seeing import unknown_incident, visible
from makegood.incidents.rules.standing import WHY_NOT, Course, Deed, allows, state_of
from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, forbidden
from makegood.people.rules import Ability, Scope
from makegood.platform.among import array_of
from makegood.platform.rows import fetch_rows


def check_may(scope: Scope) -> None:
    """Let only those pass who may give work to others. Raises Refusal "incident.may_not"."""
    if not scope.may(Ability.ASSIGN):
        raise forbidden("incident.may_not", "Only a lead or manager can do this. Tell yours what you see.")


def hold(number: int, deed: Deed, *, scope: Scope) -> Incident:
    """The incident, locked for this transaction, in a state that allows it.

    Raises Refusal "incident.unknown", "incident.may_not", "incident.not_now".
    """
    if not visible(scope).filter(pk=number).exists():
        raise unknown_incident()
    check_may(scope)
    row = Incident.objects.select_for_update().get(pk=number)
    if not allows(state_of(course_of(row)), deed):
        raise Refusal("incident.not_now", WHY_NOT[deed])
    return row


def course_of(row: Incident) -> Course:
    """What happened to it."""
    waiting = int(waiting_in(row).exists())
    return Course(row.released_at, row.stopped_at, row.ended_at, waiting)


def waiting_in(row: Incident) -> Any:
    """Its members who are neither told nor left out."""
    return Member.objects.filter(incident=row, told_at=None, left_out="")


def bring_all(numbers: Collection[int]) -> None:
    """Something in each of these cases needs a person: those that are light come to the desks of their owners."""
    for (number,) in fetch_rows(_LIGHT, [array_of(numbers)]):
        with transaction.atomic():
            bring_to_desk(hold_theirs(number))


_LIGHT = "SELECT id FROM cases_case WHERE id = ANY(%s::bigint[]) AND light AND closed_at IS NULL ORDER BY id"


def tell(verb: str, row: Incident, *, by: Actor, at: datetime, data: Mapping[str, Any] | None = None) -> None:
    """Record a move of an incident."""
    record(f"incident.{verb}", by=by, at=at, subject=("incident", row.pk), data={"title": row.title, **(data or {})})
