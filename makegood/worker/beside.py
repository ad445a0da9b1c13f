"""What goes on beside the watch: in threads of their own, so that what takes long makes no promise late."""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import InterfaceError, OperationalError, connection

LOOK_SECONDS = 1.0


class Beside(threading.Thread, ABC):
    """Does one thing after the other. `asked_to_stop` is looked at between them, and as often as a thing allows."""

    trouble: str
    """What is logged when one goes wrong."""
    end_seconds: float
    """How long to wait for the one under way when all is to end."""
    seconds_between: float = LOOK_SECONDS
    """How long to wait before looking again when there was nothing."""

    def __init__(self, asked_to_stop: Callable[[], bool]) -> None:
        super().__init__(name=type(self).__name__.lower(), daemon=True)
        self.asked_to_stop = asked_to_stop

    def run(self) -> None:
        """Work until asked to stop. A database that is away is waited for."""
        while not self.asked_to_stop():
            try:
                busy = self.turn()
            except (OperationalError, InterfaceError):
                busy = False
                connection.close()
            except Exception:
                logging.getLogger(type(self).__module__).exception(self.trouble)
                busy = False
            if not busy:
                give_back()
                self.rest()
        self.leave()
        connection.close()

    @abstractmethod
    def turn(self) -> bool:
        """Do one thing. Whether there was one: then there may be more."""

    def rest(self) -> None:
        """Wait before looking again; an end is not waited for."""
        until = time.monotonic() + self.seconds_between
        while not self.asked_to_stop() and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, LOOK_SECONDS))

    def leave(self) -> None:
        """Nothing more is to be done."""


def give_back() -> None:
    """Leave the connection to others while one rests: there are more threads than connections. A transaction keeps
    its own."""
    if not connection.in_atomic_block:
        connection.close()


def now() -> datetime:
    """The instant that what is done now carries (aware UTC)."""
    return datetime.now(UTC)
