"""Beside the watch: webhooks, so that a system that does not answer makes no promise late."""

from __future__ import annotations

import logging
from collections.abc import Callable

from makegood.webhooks.actions import (
    Message,
    Parcel,
    Port,
    forget_old,
    give_back,
    mark_refused,
    mark_sent,
    take_parcel,
)
from makegood.worker.beside import Beside, now
from makegood.worker.loop import Chore

log = logging.getLogger(__name__)

FORGET_SECONDS = 3600.0


class Courier(Beside):
    """Tells one system after the other what it wants to know. `asked_to_stop` is looked at before each message."""

    trouble = "Webhooks could not be sent; trying again"
    end_seconds = 12.0

    def __init__(self, port: Port, *, asked_to_stop: Callable[[], bool]) -> None:
        super().__init__(asked_to_stop)
        self.port = port
        self.forgetting = Chore(FORGET_SECONDS, lambda now: forget_old(now=now))

    def turn(self) -> bool:
        """Do one parcel. Whether there was one: then there may be more."""
        self.forgetting.do_when_due(now())
        parcel = take_parcel(now=now())
        if parcel is None:
            return False
        for message in parcel.messages:
            if self.asked_to_stop() or not self._deliver(parcel, message):
                break
        give_back(parcel)
        return True

    def _deliver(self, parcel: Parcel, message: Message) -> bool:
        """Whether the next one may follow."""
        heard = self.port.send(parcel.url, message.id, message.body, secrets=parcel.secrets, at=now())
        if not heard.problem:
            return mark_sent(parcel, message, heard, now=now())
        log.warning("A webhook was not accepted (%s, %s): %s", parcel.name, message.id, heard.problem)
        return mark_refused(parcel, message, heard, now=now())
