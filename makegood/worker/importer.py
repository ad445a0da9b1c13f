"""Beside the watch, in a thread of its own so that a long file makes no promise late: files brought to the desk."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import InterfaceError, OperationalError, connection

from makegood.intake.actions import clear_uploads, take_up

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
CLEAR_SECONDS = 3600.0
END_SECONDS = 10.0


class Importer(threading.Thread):
    """Tries and imports what waits, one file after the other. `asked_to_stop` is looked at after each chunk."""

    def __init__(self, asked_to_stop: Callable[[], bool]) -> None:
        super().__init__(name="importer", daemon=True)
        self.asked_to_stop = asked_to_stop
        self.clear_at = 0.0

    def run(self) -> None:
        """Work until asked to stop. A database that is away is waited for."""
        while not self.asked_to_stop():
            try:
                busy = self._turn()
            except (OperationalError, InterfaceError):
                busy = False
                connection.close()
            except Exception:
                log.exception("A file could not be taken up; trying again")
                busy = False
            if not busy:
                time.sleep(LOOK_SECONDS)
        connection.close()

    def _turn(self) -> bool:
        if time.monotonic() >= self.clear_at:
            clear_uploads(now=_now())
            self.clear_at = time.monotonic() + CLEAR_SECONDS
        return take_up(clock=_now, go_on=lambda: not self.asked_to_stop())


def _now() -> datetime:
    return datetime.now(UTC)
