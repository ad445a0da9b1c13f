"""Beside the watch: files that nothing names go."""

from __future__ import annotations

from collections.abc import Callable

from makegood.adapters.files import FileStore
from makegood.conversation.actions import forget_unnamed
from makegood.worker.beside import Beside, now


class Sweeper(Beside):
    """Looks through all that is kept, once a day."""

    trouble = "Files that nothing names could not be removed; trying again tomorrow"
    end_seconds = 5.0
    seconds_between = 86_400.0

    def __init__(self, files: FileStore, *, asked_to_stop: Callable[[], bool]) -> None:
        super().__init__(asked_to_stop)
        self.files = files

    def turn(self) -> bool:
        """Look through them."""
        forget_unnamed(files=self.files, now=now())
        return False
