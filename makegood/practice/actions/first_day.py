"""The first day: what was read is said, the first case is taken, and the path can be put away."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.cases import actions as cases
from makegood.cases.queries import case_for
from makegood.journal import actions as journal
from makegood.journal.actors import Actor
from makegood.kernel.refusals import invalid
from makegood.people.rules import Scope
from makegood.practice.models import FirstDay
from makegood.practice.queries import require_player
from makegood.practice.rules.first_day import READ


@transaction.atomic
def note_read(part: str, *, scope: Scope, by: Actor, now: datetime) -> None:
    """Say that one has read a part of it; a second time changes nothing. Raises Refusal "practice.no_part",
    "practice.needs_a_person"."""
    if part not in set(READ):
        raise invalid("practice.no_part", f"{part!r} is no part that is read. They are {', '.join(READ)}.")
    row, name = _mine(scope), f"{part}_at"
    if getattr(row, name) is not None:
        return
    setattr(row, name, now)
    row.save(update_fields=[name])
    _record("practice.read", row, {"part": part}, by=by, at=now)


@transaction.atomic
def take_first_case(number: int, *, scope: Scope, by: Actor, now: datetime) -> None:
    """Take a case as one's first. Raises Refusal "case.unknown" and as taking a case does; what is one's own already is
    only noted."""
    row, case = _mine(scope), case_for(scope, number)
    if case.owner_id != scope.staff_id or case.taken_at is None:
        cases.take(number, scope=scope, by=by, now=now)
    row.case_id, row.case_at = number, now
    row.save(update_fields=["case", "case_at"])
    _record("practice.first_case", row, {"case": number}, by=by, at=now)


@transaction.atomic
def put_away(*, away: bool, scope: Scope, by: Actor, now: datetime) -> None:
    """Put the path away, or have it back. Raises Refusal "practice.needs_a_person"."""
    row = _mine(scope)
    row.away_at = now if away else None
    row.save(update_fields=["away_at"])
    _record("practice.put_away" if away else "practice.had_back", row, {}, by=by, at=now)


def _mine(scope: Scope) -> FirstDay:
    me = require_player(scope)
    FirstDay.objects.get_or_create(staff_id=me)
    return FirstDay.objects.select_for_update().get(staff_id=me)


def _record(verb: str, row: FirstDay, data: dict[str, object], *, by: Actor, at: datetime) -> None:
    journal.record(verb, by=by, at=at, subject=("first_day", row.staff_id), data=data)
