"""Beside the watch: what came in is sorted into threads and cases."""

from __future__ import annotations

from collections.abc import Callable

from makegood.adapters.mail.reading import read_mail
from makegood.conversation.actions import Files, sort_arrivals
from makegood.worker.beside import Beside, now


class Sorter(Beside):
    """Sorts what waits, a batch at a time. `asked_to_stop` is looked at between two."""

    trouble = "What came in could not be sorted; trying again"
    end_seconds = 5.0

    def __init__(self, files: Files, *, asked_to_stop: Callable[[], bool]) -> None:
        super().__init__(asked_to_stop)
        self.files = files

    def turn(self) -> bool:
        """Sort a batch. Whether there was any."""
        return sort_arrivals(read_mail, self.files, now=now()) > 0
