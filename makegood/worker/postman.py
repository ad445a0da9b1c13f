"""Beside the watch: letters to staff, one after the other."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Protocol

from makegood.adapters.telling import Told
from makegood.learning.actions import claim_letter, note_posted, note_unposted
from makegood.worker.beside import Beside, now

log = logging.getLogger(__name__)

SECONDS_BETWEEN = 10.0


class Port(Protocol):
    """What hands messages over; `makegood.adapters.telling.Teller`, or what a test puts in its place."""

    def send(self, address: str, title: str, text: str) -> Told:
        """Hand a message over; without a problem it was accepted."""

    def close(self) -> None:
        """Nothing more is to be sent for now."""


class Postman(Beside):
    """Sends one letter a turn."""

    trouble = "A letter to staff could not be sent"
    end_seconds = 5.0

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
        """Nothing here is in haste, but an end is not waited for."""
        self.port.close()
        until = time.monotonic() + SECONDS_BETWEEN
        while time.monotonic() < until and not self.asked_to_stop():
            super().rest()
