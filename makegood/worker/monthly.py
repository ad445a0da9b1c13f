"""Beside the watch: the report of every month, by mail to those who want it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime
from typing import Protocol

from makegood.adapters.telling import Attached, Told
from makegood.measurement.actions import claim_reader, note_sent, note_unsent
from makegood.worker.beside import Beside, now

log = logging.getLogger(__name__)


class Port(Protocol):
    """What hands messages over; `makegood.adapters.telling.Teller`, or what a test puts in its place."""

    def send(self, address: str, title: str, text: str, attached: Attached | None = None) -> Told:
        """Hand a message over; without a problem it was accepted."""

    def close(self) -> None:
        """Nothing more is to be sent for now."""


class Printer(Protocol):
    """What prints the report of a month."""

    def __call__(self, month: date, *, now: datetime) -> bytes: ...


class Monthly(Beside):
    """Sends one report after the other, in the first days of a month."""

    trouble = "The report of the month could not be sent; it is looked at by whoever waits for it"
    end_seconds = 5.0
    seconds_between = 600.0  # a month is long

    def __init__(self, port: Port, printer: Printer, *, base_url: str, asked_to_stop: Callable[[], bool]) -> None:
        super().__init__(asked_to_stop)
        self.port, self.printer, self.base_url = port, printer, base_url

    def turn(self) -> bool:
        """Send one, if somebody waits for it."""
        sent = claim_reader(now=now())
        if sent is None:
            return False
        try:
            printed = Attached(f"insights-{sent.month:%Y-%m}.pdf", self.printer(sent.month, now=now()))
        except Exception:
            note_unsent(sent, "It could not be printed. An administrator finds why in the log.", now=now())
            raise
        words = f"The figures of {sent.month:%B %Y} are attached. The same, to look into: {self.base_url}/insights/"
        told = self.port.send(sent.email, f"How well we put things right: {sent.month:%B %Y}", words, printed)
        if not told.problem:
            note_sent(sent)
            return True
        log.warning("The report of the month did not leave: %s", told.problem)
        note_unsent(sent, told.problem, now=now())
        return False

    def rest(self) -> None:
        """Let the port go meanwhile."""
        self.port.close()
        super().rest()
