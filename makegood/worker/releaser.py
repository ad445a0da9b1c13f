"""Beside the watch: incidents. Customers are told batch by batch, whom a filter finds joins, and whose customer says
that it is right, or who keeps silent, is closed; what policies owe to all of them is added up."""

from __future__ import annotations

from collections.abc import Callable

from makegood.incidents.actions import (
    close_answered,
    close_silent,
    collect_open,
    follow_lost,
    follow_silence,
    reckon_due,
    release_due,
)
from makegood.worker.beside import Beside, now
from makegood.worker.loop import Chore

COLLECT_SECONDS = 60.0
CLOSE_SECONDS = 30.0
RECKON_SECONDS = 5.0
LOST_SECONDS = 5.0


class Releaser(Beside):
    """Tells one batch after the other. `asked_to_stop` is looked at before each; a batch is one transaction."""

    trouble = "An incident could not be told; trying again"
    end_seconds = 15.0

    def __init__(self, asked_to_stop: Callable[[], bool]) -> None:
        super().__init__(asked_to_stop)
        self.chores = [
            Chore(COLLECT_SECONDS, lambda now: collect_open(now=now)),
            Chore(CLOSE_SECONDS, lambda now: close_answered(now=now)),
            Chore(CLOSE_SECONDS, lambda now: close_silent(now=now)),
            Chore(CLOSE_SECONDS, lambda now: follow_silence(now=now)),
            Chore(LOST_SECONDS, lambda now: follow_lost(now=now)),
            Chore(RECKON_SECONDS, lambda now: reckon_due(now=now)),
        ]

    def turn(self) -> bool:
        """Tell one batch, if one is due."""
        for chore in self.chores:
            chore.do_when_due(now())
        return release_due(now=now())
