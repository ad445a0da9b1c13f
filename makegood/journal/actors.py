"""Who did it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """What kind of hand moved something."""

    STAFF = "staff"
    TOKEN = "token"  # noqa: S105 - a kind, not a secret
    SYSTEM = "system"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a move. `name` is kept in the journal as it was then; `id` points at the row of its kind."""

    kind: ActorKind
    id: int | None
    name: str


SYSTEM = Actor(ActorKind.SYSTEM, None, "Makegood")
