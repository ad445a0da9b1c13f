"""Sending a message to another system by webhook: signed, as the Standard Webhooks specification says."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from standardwebhooks.webhooks import Webhook

from makegood import __version__
from makegood.adapters.posting import FAULTS, Poster

_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of it: the HTTP status of the answer (None when there was none), its first words, what is wrong (""
    when it was accepted), and how long it took."""

    status: int | None
    text: str
    problem: str
    took_ms: int


class Hook(Poster):
    """Sends messages, one at a time."""

    def send(self, url: str, message_id: str, body: bytes, *, secrets: Sequence[str], at: datetime) -> Heard:
        """Hand a message over, signed by each of `secrets` at `at` (aware UTC). Without a problem it was accepted."""
        began = time.monotonic()
        heard: tuple[int, str] | None
        try:
            heard = self.post(url, body, _signed(message_id, body, secrets, at))
            problem = _problem(heard[0])
        except FAULTS as fault:
            heard, problem = None, self.words(fault)
        status, text = heard or (None, "")
        return Heard(status, text[:_SHOWN], problem, round((time.monotonic() - began) * 1000))


def _signed(message_id: str, body: bytes, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    signatures = [Webhook(secret).sign(message_id, at, body.decode()) for secret in secrets]
    return {
        "Content-Type": "application/json", "User-Agent": f"Makegood/{__version__}", "Connection": "close",
        "webhook-id": message_id, "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }  # fmt: skip


def _problem(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"It answered {status}, a redirect, and none is followed: give the address that it leads to."
    return f"It answered {status}."
