"""Who acts in the demo, and when."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from makegood.journal.actors import Actor, ActorKind
from makegood.people.queries import staff_by_id
from makegood.people.rules import Role, Scope

EVERYTHING = Scope(Role.MANAGER)
"""What the demo itself looks through."""


class Hand(TypedDict):
    """Who acts, and when: what every action of a case is told."""

    scope: Scope
    by: Actor
    now: datetime


def hand_of(staff_id: int, now: datetime) -> Hand:
    """One of the cast, at an instant."""
    person = staff_by_id(staff_id, now)
    assert person is not None  # noqa: S101 - one of the cast
    return {"scope": person.scope, "by": Actor(ActorKind.STAFF, person.id, person.name), "now": now}
