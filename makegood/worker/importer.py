"""Beside the watch: files brought to the desk, so that a long one makes no promise late."""

from __future__ import annotations

from collections.abc import Callable

from makegood.intake.actions import clear_uploads, take_up
from makegood.worker.beside import Beside, now
from makegood.worker.loop import Chore

CLEAR_SECONDS = 3600.0


class Importer(Beside):
    """Tries and imports what waits, one file after the other. `asked_to_stop` is looked at after each chunk."""

    trouble = "A file could not be taken up; trying again"
    end_seconds = 10.0

    def __init__(self, asked_to_stop: Callable[[], bool]) -> None:
        super().__init__(asked_to_stop)
        self.clearing = Chore(CLEAR_SECONDS, lambda now: clear_uploads(now=now))

    def turn(self) -> bool:
        """Take up one file, if one waits."""
        self.clearing.do_when_due(now())
        return take_up(clock=now, go_on=lambda: not self.asked_to_stop())
