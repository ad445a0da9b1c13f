"""One turn of the watch: what fell due moves, and what broke gets its case, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from makegood.promises.actions import advance_due

LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Tick:
    """What one turn did: promises moved, cases opened or joined."""

    moved: int
    cases: int


@transaction.atomic
def tick(*, now: datetime, limit: int = LIMIT) -> Tick:
    """Move up to `limit` promises due before `now`, in due order."""
    return Tick(len(advance_due(now=now, limit=limit)), 0)


def reassign_absent(*, now: datetime) -> int:
    return 0
