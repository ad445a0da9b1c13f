"""Beside the watch: notices, so that a service that does not answer makes no promise late."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Protocol

from makegood.adapters.telling import Told
from makegood.notices.actions import Errand, forget_old, give_back, mark_refused, mark_sent, take_errand
from makegood.worker.beside import LOOK_SECONDS, Beside, now
from makegood.worker.loop import Chore

log = logging.getLogger(__name__)

FORGET_SECONDS = 3600.0
# Starting the process that hands messages over takes a second; keeping it takes memory.
LINGER_SECONDS = 60.0


class Port(Protocol):
    """What hands messages over; `makegood.adapters.telling.Teller`, or what a test puts in its place."""

    def send(self, address: str, title: str, text: str) -> Told:
        """Hand a message over; without a problem it was accepted."""

    def close(self) -> None:
        """Nothing more is to be sent for now."""


class Sender(Beside):
    """Sends what waits, one address after the other. `asked_to_stop` is looked at before each message."""

    trouble = "Notices could not be sent; trying again"
    end_seconds = 5.0

    def __init__(self, port: Port, *, base_url: str, asked_to_stop: Callable[[], bool]) -> None:
        super().__init__(asked_to_stop)
        self.port = port
        self.base_url = base_url
        self.forgetting = Chore(FORGET_SECONDS, lambda now: forget_old(now=now))
        self.close_at = 0.0

    def turn(self) -> bool:
        """Do one errand. Whether there was one: then there may be more."""
        self.forgetting.do_when_due(now())
        errand = take_errand(base_url=self.base_url, now=now())
        if errand is None:
            return False
        self._deliver(errand)
        give_back(errand)
        self.close_at = time.monotonic() + LINGER_SECONDS
        return True

    def rest(self) -> None:
        """Let the port go when there was nothing to send for a while."""
        if time.monotonic() >= self.close_at:
            self.port.close()
        time.sleep(LOOK_SECONDS)

    def leave(self) -> None:
        """Let the port go."""
        self.port.close()

    def _deliver(self, errand: Errand) -> None:
        for message in errand.messages:
            if self.asked_to_stop():
                return
            told = self.port.send(errand.address, message.title, message.text)
            if told.problem:
                # Who and why, never where: the address is a secret.
                log.warning(
                    "A notice did not leave (%s, channel %d): %s", told.service, errand.channel_id, told.problem
                )
                mark_refused(errand, message, told.problem, now=now())
                return
            mark_sent(errand, message, now=now())
