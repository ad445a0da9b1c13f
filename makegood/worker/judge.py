"""Beside the watch: improvements and experiments are counted anew, each once a day, and judged; customers are told of a
change, batch by batch. Counting half a year of promises may take longer than a promise may wait for the watch."""

from __future__ import annotations

import time

from makegood.learning.actions import judge_due, look_through, tell_due, tell_line_up
from makegood.measurement.actions.experiments import look_due
from makegood.worker.beside import Beside, now

SECONDS_BETWEEN = 10.0


class Judge(Beside):
    """Counts what is due to be counted, one improvement or experiment a transaction, tells one batch, and
    looks through all promises once a day."""

    trouble = "An improvement or an experiment could not be judged; trying again"
    end_seconds = 5.0

    def turn(self) -> bool:
        """Tell one batch and count one improvement or experiment, if they are due."""
        told = tell_due(now=now()) or tell_line_up(now=now())
        return judge_due(now=now()) or look_due(now=now()) or look_through(now=now()) or told

    def rest(self) -> None:
        """Nothing here is in haste, but an end is not waited for."""
        until = time.monotonic() + SECONDS_BETWEEN
        while time.monotonic() < until and not self.asked_to_stop():
            super().rest()
