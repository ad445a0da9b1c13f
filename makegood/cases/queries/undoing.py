"""What of a case can still be taken back, and by whom."""

from __future__ import annotations

from collections.abc import Sequence

from makegood.cases.queries.record import CaseFacts
from makegood.cases.rules import UNDOABLE, Obstacle, undo_obstacle
from makegood.journal.actors import ActorKind
from makegood.journal.queries import Recorded
from makegood.people.rules import Ability, Scope
from makegood.promises.rules import LIVE

UNDONE = "case.undone"


def undone(entries: Sequence[Recorded]) -> frozenset[int]:
    """The entries whose moves were taken back."""
    return frozenset(entry.data["entry"] for entry in entries if entry.verb == UNDONE)


def undoable(case: CaseFacts, entries: Sequence[Recorded], scope: Scope) -> frozenset[int]:
    """The entries whose moves this person may take back now; the action looks for itself."""
    gone = undone(entries)
    mine = [entry for entry in entries if entry.verb in UNDOABLE and entry.id not in gone and may_undo(entry, scope)]
    return frozenset(entry.id for entry in mine if obstacle_to_undoing(entry, case, entries) is None)


def may_undo(entry: Recorded, scope: Scope) -> bool:
    """Whether it is theirs to take back: whoever did it may, and those who lead."""
    if entry.actor_kind != ActorKind.STAFF or not scope.may(Ability.WORK):
        return False
    return entry.actor_id == scope.staff_id or scope.may(Ability.ASSIGN)


def obstacle_to_undoing(entry: Recorded, case: CaseFacts, entries: Sequence[Recorded]) -> Obstacle | None:
    """Why this entry's move cannot be taken back now, None when it can."""
    gone = undone(entries)
    if entry.id in gone:
        return Obstacle("case.undone", "This was taken back already.")
    since = {one.verb for one in entries if one.id > entry.id and one.case_id == case.number and one.id not in gone}
    live = {one.promise.id for one in case.commitments if one.promise.state in LIVE}
    return undo_obstacle(entry.verb, entry.data, since, closed=case.closed_at is not None, live=live)
