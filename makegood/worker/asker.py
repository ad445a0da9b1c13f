"""Beside the watch: customers are asked how it was. Drawing the day's lot may take longer than a promise may wait."""

from __future__ import annotations

from collections.abc import Callable

from makegood.measurement.actions import ask_due, draw_today, plan_after_cases
from makegood.worker.beside import Beside, now
from makegood.worker.loop import Chore

DRAW_SECONDS, PLAN_SECONDS = 300.0, 10.0


class Asker(Beside):
    """Asks whoever is due, one batch a transaction. `asked_to_stop` is looked at before each."""

    trouble = "Customers could not be asked; trying again"
    end_seconds = 10.0

    def __init__(self, asked_to_stop: Callable[[], bool]) -> None:
        super().__init__(asked_to_stop)
        self.chores = [
            Chore(DRAW_SECONDS, lambda now: draw_today(now=now)),
            Chore(PLAN_SECONDS, lambda now: plan_after_cases(now=now)),
        ]

    def turn(self) -> bool:
        """Ask one batch, if anybody is due."""
        for chore in self.chores:
            chore.do_when_due(now())
        return ask_due(now=now()) > 0
