"""Beside the watch: registered reports are counted each day and computed when they open.

A process of its own does it: the statistics take memory that a worker would never give back.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time

from makegood.measurement.actions import claim_due, note_problem
from makegood.worker.beside import Beside, now

SECONDS_BETWEEN = 10.0
LONGEST_SECONDS = 1500.0


class Reporter(Beside):
    """Has what is due computed, one report after the other."""

    trouble = "A report could not be computed; trying again in an hour"
    end_seconds = 15.0

    def turn(self) -> bool:
        """Have one computed, if one is due."""
        number = claim_due(now=now())
        if number is None:
            return False
        words = [sys.executable, "-m", "makegood.config.cli", "report", "paradox", "--compute", str(number)]
        child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own words
        said = self._waited_for(child)
        if child.returncode:
            note_problem(number, _why(child.returncode, said), now=now())
        return True

    def _waited_for(self, child: subprocess.Popen[str]) -> str:
        """What it said; it is ended when all is to end, or when it takes too long."""
        until = time.monotonic() + LONGEST_SECONDS
        while True:
            try:
                return child.communicate(timeout=1.0)[1]
            except subprocess.TimeoutExpired:
                if self.asked_to_stop() or time.monotonic() > until:
                    child.terminate()

    def rest(self) -> None:
        """Nothing here is in haste, but an end is not waited for."""
        until = time.monotonic() + SECONDS_BETWEEN
        while time.monotonic() < until and not self.asked_to_stop():
            super().rest()


def _why(ended: int, said: str) -> str:
    """Why it came to nothing: what it said last, or what ended it from outside."""
    if ended < 0:
        killed = signal.Signals(-ended).name
        return f"Its process was ended by {killed}." + (" Is memory short?" if killed == "SIGKILL" else "")
    return said.strip().rpartition("\n")[2] or f"Its process ended with {ended}."
