"""How an incident stands, read off what happened, and what may be done with it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class IncidentState(StrEnum):
    """Where an incident has got to."""

    PREPARING = "preparing"
    """Nobody is told yet."""
    RELEASING = "releasing"
    """Customers are told, batch after batch."""
    STOPPED = "stopped"
    """The release was stopped; it can go on."""
    TOLD = "told"
    """Everybody who is to be told is. Who joins now is told, too."""
    ENDED = "ended"
    """Nobody joins any more."""


class Deed(StrEnum):
    """What may be done with an incident."""

    COLLECT = "collect"
    PLAN = "plan"
    RELEASE = "release"
    STOP = "stop"
    RESUME = "resume"
    END = "end"


@dataclass(frozen=True, slots=True)
class Course:
    """What happened to an incident, as instants (aware UTC), and how many wait to be told."""

    released_at: datetime | None
    stopped_at: datetime | None
    ended_at: datetime | None
    waiting: int


def state_of(course: Course) -> IncidentState:
    """How it stands."""
    if course.ended_at is not None:
        return IncidentState.ENDED
    if course.released_at is None:
        return IncidentState.PREPARING
    if course.stopped_at is not None:
        return IncidentState.STOPPED
    return IncidentState.RELEASING if course.waiting else IncidentState.TOLD


ALLOWED = {
    IncidentState.PREPARING: (Deed.COLLECT, Deed.PLAN, Deed.RELEASE, Deed.END),
    IncidentState.RELEASING: (Deed.COLLECT, Deed.STOP),
    IncidentState.STOPPED: (Deed.COLLECT, Deed.PLAN, Deed.RESUME, Deed.END),
    IncidentState.TOLD: (Deed.COLLECT, Deed.STOP, Deed.END),
    IncidentState.ENDED: (),
}
"""What may be done in each state. Words are not changed under way: what was checked is what is sent."""

WHY_NOT = {
    Deed.COLLECT: "This incident has ended: nobody joins it any more. Open another one.",
    Deed.PLAN: "Customers are being told these words. Stop the release first.",
    Deed.RELEASE: "This incident was released already. Stop it, or let it go on.",
    Deed.STOP: "Nothing is being released.",
    Deed.RESUME: "Nothing was stopped.",
    Deed.END: "Customers are being told. Stop the release first.",
}


def allows(state: IncidentState, deed: Deed) -> bool:
    """Whether this may be done in this state."""
    return deed in ALLOWED[state]
