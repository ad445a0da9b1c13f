"""Two people at one case: a word based on an older state is stopped, and told what changed meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from makegood.cases.queries import case_for
from makegood.journal.actors import ActorKind
from makegood.journal.queries import Recorded
from makegood.web.cases.telling import entries_of
from makegood.web.desk import Desk
from makegood.web.tables import number_or_none
from makegood.web.telling import tell


@dataclass(frozen=True, slots=True)
class Change:
    """Something a colleague did meanwhile."""

    by: str
    text: str
    at: datetime


class Collision(Exception):
    """Somebody else acted since the page was read."""

    def __init__(self, changes: list[Change]) -> None:
        super().__init__("somebody was here before")
        self.changes = changes


def check_unchanged(number: int, version: str | None, desk: Desk) -> None:
    """Let pass unless a colleague or the customer did something after `version`, the last entry that the page showed.

    Raises Collision; Refusal "case.unknown". What the watch did meanwhile stops nobody.
    """
    seen = number_or_none(version)
    if seen is None:
        return
    others = [
        entry
        for entry in entries_of(case_for(desk.scope, number))
        if entry.id > seen and _is_somebody_else(entry, desk)
    ]
    if others:
        raise Collision([Change(event.by, event.text, event.at) for event in tell(others, desk)])


def _is_somebody_else(entry: Recorded, desk: Desk) -> bool:
    if entry.actor_kind == ActorKind.STAFF:
        return entry.actor_id != desk.staff_id
    return entry.actor_kind == ActorKind.CUSTOMER
