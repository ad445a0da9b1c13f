"""How far a file that was brought to the desk has come. Pure."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Where an upload stands."""

    NEW = "new"
    """Waits for its dry run."""
    TRIED = "tried"
    """Waits for the word of whoever brought it."""
    CONFIRMED = "confirmed"
    """Waits to be imported."""
    DONE = "done"
    REFUSED = "refused"


WAITING = (Stage.NEW, Stage.CONFIRMED)
"""Those that a worker takes up."""
