"""Beside the watch: letters to staff, one after the other."""

from __future__ import annotations

import logging
from collections.abc import Callable

from makegood.learning.actions import claim_letter, note_posted, note_unposted
from makegood.worker.beside import Beside, now
from makegood.worker.sender import Port

log = logging.getLogger(__name__)


class Postman(Beside):
    """Sends one letter a turn."""

    trouble = "A letter to staff could not be sent"
    end_seconds = 5.0
    seconds_between = 10.0  # nothing here is in haste

    def __init__(self, port: Port, *, asked_to_stop: Callable[[], bool]) -> None:
        super().__init__(asked_to_stop)
        self.port = port

    def turn(self) -> bool:
        """Send one, if one waits."""
        letter = claim_letter(now=now())
        if letter is None:
            return False
        told = self.port.send(letter.email, letter.composed.title, letter.composed.text)
        if told.problem:
            log.warning("A letter to staff did not leave: %s", told.problem)
            note_unposted(letter.number, told.problem, now=now())
        else:
            note_posted(letter.number, now=now())
        return True

    def rest(self) -> None:
        """Let the port go meanwhile."""
        self.port.close()
        super().rest()
