"""What others did in a case since somebody looked."""

from __future__ import annotations

from makegood.cases.queries.record import CaseFacts, timeline
from makegood.journal.actors import ActorKind
from makegood.journal.queries import Recorded


def newest_entry(case: CaseFacts) -> int:
    """The id of the newest entry of a case's story: who saw it has seen all; 0 of an empty one."""
    return max((entry.id for entry in timeline(case)), default=0)


def changes_since(case: CaseFacts, seen: int, *, staff_id: int | None) -> tuple[Recorded, ...]:
    """What colleagues or the customer did after the entry `seen`, oldest first. What the watch did stops nobody."""
    return tuple(entry for entry in timeline(case) if entry.id > seen and _is_another(entry, staff_id))


def _is_another(entry: Recorded, staff_id: int | None) -> bool:
    if entry.actor_kind == ActorKind.STAFF:
        return entry.actor_id != staff_id
    return entry.actor_kind == ActorKind.CUSTOMER
