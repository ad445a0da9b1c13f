"""Beside the watch, in a thread of its own so that a service that does not answer makes no promise late: notices."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from django.db import InterfaceError, OperationalError, connection

from makegood.adapters.telling import Told
from makegood.notices.actions import Errand, forget_old, give_back, mark_refused, mark_sent, take_errand

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
FORGET_SECONDS = 3600.0
# Starting the process that hands messages over takes a second; keeping it takes memory.
LINGER_SECONDS = 60.0
END_SECONDS = 5.0


class Port(Protocol):
    """What hands messages over; `makegood.adapters.telling.Teller`, or what a test puts in its place."""

    def send(self, address: str, title: str, text: str) -> Told:
        """Hand a message over; without a problem it was accepted."""

    def close(self) -> None:
        """Nothing more is to be sent for now."""


class Sender(threading.Thread):
    """Sends what waits, one address after the other. `asked_to_stop` is looked at before each message."""

    def __init__(self, port: Port, *, base_url: str, asked_to_stop: Callable[[], bool]) -> None:
        super().__init__(name="sender", daemon=True)
        self.port = port
        self.base_url = base_url
        self.asked_to_stop = asked_to_stop
        self.forget_at = 0.0
        self.close_at = 0.0

    def run(self) -> None:
        """Work until asked to stop. A database that is away is waited for."""
        while not self.asked_to_stop():
            try:
                busy = self.turn()
            except (OperationalError, InterfaceError):
                busy = False
                connection.close()
            except Exception:
                log.exception("Notices could not be sent; trying again")
                busy = False
            if not busy:
                self._rest()
        self.port.close()
        connection.close()

    def turn(self) -> bool:
        """Do one errand. Whether there was one: then there may be more."""
        if time.monotonic() >= self.forget_at:
            forget_old(now=_now())
            self.forget_at = time.monotonic() + FORGET_SECONDS
        errand = take_errand(base_url=self.base_url, now=_now())
        if errand is None:
            return False
        self._deliver(errand)
        give_back(errand)
        self.close_at = time.monotonic() + LINGER_SECONDS
        return True

    def _rest(self) -> None:
        if time.monotonic() >= self.close_at:
            self.port.close()
        time.sleep(LOOK_SECONDS)

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
                mark_refused(errand, message, told.problem, now=_now())
                return
            mark_sent(errand, message, now=_now())


def _now() -> datetime:
    return datetime.now(UTC)
