"""Two people at one case: a word based on an older state is stopped, and told what changed meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from makegood.cases.queries import case_for, changes_since
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
    others = changes_since(case_for(desk.scope, number), seen, staff_id=desk.staff_id)
    if others:
        raise Collision([Change(event.by, event.text, event.at) for event in tell(others, desk)])
