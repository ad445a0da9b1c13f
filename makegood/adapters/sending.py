"""The port through which mail leaves: whoever implements it hands one message over and says what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Accepted:
    """The next server, or the service, has taken the message over for all receivers. `reference` names it there."""

    reference: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The message was taken over for nobody; `words` say why, those of the server among them.

    `temporary`: the same message may well be taken later, be it that the fault is ours. `perhaps_sent`: it was handed
    over whole and the answer is missing, so that trying again may bring it twice.
    """

    words: str
    temporary: bool
    perhaps_sent: bool = False


Handing = Callable[[], bool]
"""Told that the next step may bring a message to the other side; says whether that is still wanted."""
NOT_WANTED = Refused("It was taken back before it left.", temporary=True)


class Carrier(Protocol):
    """Hands over messages, one at a time; for one thread."""

    def send(self, raw: bytes, *, sender: str, to: Sequence[str], handing: Handing) -> Accepted | Refused:
        """Hand a message over: to all receivers or to none. `sender` is where it comes back to when it bounces.

        `handing` is asked just before the step after which it may have arrived; it does not leave when that says no.
        """

    def close(self) -> None:
        """Let go of connections. The next message opens new ones."""
