"""Beside the watch: the daily figures follow the journal."""

from __future__ import annotations

from makegood.measurement.actions import count_changes
from makegood.worker.beside import Beside


class Counter(Beside):
    """Counts what the journal says has moved, a stretch of it in each transaction."""

    trouble = "The daily figures could not be counted; trying again"
    end_seconds = 5.0

    def turn(self) -> bool:
        """Count a stretch, if there is one."""
        return count_changes()
