"""Beside the watch: registered reports are counted each day and computed when they open.

A process of its own does it: the statistics take memory that a worker would never give back.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from makegood.measurement.actions import claim_due, let_go, note_problem
from makegood.worker.beside import Beside, now

# Shorter than the lease of a report, so that no two processes are at one.
LONGEST_SECONDS = 1500.0
COMPUTE = (sys.executable, "-m", "makegood.config.cli", "report", "paradox", "--compute")


class Reporter(Beside):
    """Has what is due computed, one report after the other. `words` are the command, to which the number is added."""

    trouble = "A report could not be computed; trying again in an hour"
    end_seconds = 15.0
    seconds_between = 10.0  # nothing here is in haste

    def __init__(
        self, asked_to_stop: Callable[[], bool], *, words: Sequence[str] = COMPUTE, longest: float = LONGEST_SECONDS
    ) -> None:
        super().__init__(asked_to_stop)
        self.words, self.longest = words, longest

    def turn(self) -> bool:
        """Have one computed, if one is due."""
        number = claim_due(now=now())
        if number is None:
            return False
        words, nowhere = [*self.words, str(number)], subprocess.DEVNULL
        child = subprocess.Popen(words, stdout=nowhere, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own words
        said = self._waited_for(child)
        if child.returncode and self.asked_to_stop():
            let_go(number, now=now())
        elif child.returncode:
            note_problem(number, _why(child.returncode, said), now=now())
        return True

    def _waited_for(self, child: subprocess.Popen[str]) -> str:
        """What it said; it is ended when all is to end, or when it takes too long, and killed if it does not hear."""
        until, end = time.monotonic() + self.longest, child.terminate
        while True:
            try:
                return child.communicate(timeout=1.0)[1]
            except subprocess.TimeoutExpired:
                if self.asked_to_stop() or time.monotonic() > until:
                    end()
                    end = child.kill


def _why(ended: int, said: str) -> str:
    """Why it came to nothing: what it said last, or what ended it from outside."""
    if ended == -signal.SIGKILL:
        return "Its process was killed. Is memory short?"
    if ended < 0:
        return f"Its process was ended by {signal.Signals(-ended).name}: it took too long, or somebody ended it."
    return said.strip().rpartition("\n")[2] or f"Its process ended with {ended}."
