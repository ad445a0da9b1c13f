"""What an improvement asks of whoever makes it, now. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from makegood.learning.rules.recurrence import State

SOON = timedelta(days=7)


class Need(StrEnum):
    """What is asked, the most pressing first."""

    OVERDUE = "overdue"
    """Its date has passed, and it is not live."""
    CAME_BACK = "came_back"
    """It is live, and fails as before: something else has to change."""
    SOON = "soon"
    """It is to be live within a week."""
    PLANNED = "planned"
    WATCHED = "watched"
    """It is live; whether it held is not clear yet. Nothing is asked."""
    HELD = "held"


PRESSING = frozenset({Need.OVERDUE, Need.CAME_BACK, Need.SOON})
"""What is worth a mail."""


def need_of(state: State, due_at: datetime, now: datetime) -> Need:
    """What an improvement asks at `now`; one that was dropped asks nothing and is not given here."""
    if state is not State.PLANNED:
        return {State.HELD: Need.HELD, State.CAME_BACK: Need.CAME_BACK}.get(state, Need.WATCHED)
    if due_at <= now:
        return Need.OVERDUE
    return Need.SOON if due_at <= now + SOON else Need.PLANNED
