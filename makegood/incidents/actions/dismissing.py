"""Saying that what promises have in common is no incident: it is not asked about again for a day, unless it grows."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.cases.actions.holding import person
from makegood.incidents.actions.holding import check_may
from makegood.incidents.models import Dismissal
from makegood.incidents.queries import suggestions
from makegood.incidents.rules.suggesting import Question
from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, missing
from makegood.people.rules import Scope


@transaction.atomic
def dismiss(asked: Question, *, least: int, scope: Scope, by: Actor, now: datetime) -> int:
    """Ask nobody who sees the same work whether this is one incident, for a day or until it grows by half. Returns the
    id by which it is taken back. `least` is as for `suggestions`.

    Raises Refusal "incident.may_not", "incident.no_suggestion" for what is not asked about (any more).
    """
    check_may(scope)
    me = person(by)
    if not scope.sees_all and scope.team_id is None:
        raise _no_suggestion()
    found = next((one for one in suggestions(scope, least=least, now=now) if one.question == asked), None)
    if found is None:
        raise _no_suggestion()
    row = Dismissal.objects.create(
        team_id=None if scope.sees_all else scope.team_id, **asked._asdict(), many=found.many, by_id=me, at=now
    )
    _tell("dismissed", row, by=by, at=now)
    return row.pk


@transaction.atomic
def ask_again(dismissal_id: int, *, scope: Scope, by: Actor, now: datetime) -> None:
    """Take back that something was dismissed. What was taken back already stays so.

    Raises Refusal "incident.may_not", "incident.no_suggestion" also for what another team dismissed.
    """
    check_may(scope)
    person(by)
    row = Dismissal.objects.select_for_update().filter(pk=dismissal_id).first()
    if row is None or not (scope.sees_all or (row.team_id is not None and row.team_id == scope.team_id)):
        raise _no_suggestion()
    if row.undone_at is None:
        row.undone_at = now
        row.save(update_fields=["undone_at"])
        _tell("asked_again", row, by=by, at=now)


def _no_suggestion() -> Refusal:
    return missing("incident.no_suggestion", "Nobody is asked about this. Look at Today again.")


def _tell(verb: str, row: Dismissal, *, by: Actor, at: datetime) -> None:
    told = {"name": row.name, "value": row.value, "kind": row.kind, "many": row.many}
    record(f"incident.{verb}", by=by, at=at, subject=("suggestion", row.pk), data=told)
