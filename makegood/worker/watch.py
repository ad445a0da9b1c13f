"""One turn of the watch: what fell due moves, and what broke gets its case, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from makegood.cases.actions import follow, reassign_absent
from makegood.journal.actors import SYSTEM
from makegood.learning.actions import follow_late
from makegood.promises.actions import advance_due
from makegood.remedies.actions import follow_silence, follow_unpaid

LIMIT = 1000

__all__ = ["LIMIT", "Tick", "reassign_absent", "tick"]


@dataclass(frozen=True, slots=True)
class Tick:
    """What one turn did: promises moved, cases opened."""

    moved: int
    cases: int


@transaction.atomic
def tick(*, now: datetime, limit: int = LIMIT) -> Tick:
    """Move up to `limit` promises due before `now`, in due order, and let the cases follow."""
    moved = advance_due(now=now, limit=limit)
    opened = follow(moved, by=SYSTEM, now=now)
    follow_silence(moved, now=now)
    follow_unpaid(moved, now=now)
    follow_late(moved, now=now)
    return Tick(len(moved), opened)
