"""What mail and text messages have in common on their way out: taken, handed over, and what came of it noted."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

from makegood.adapters.sending import NOT_WANTED, Accepted, Refused
from makegood.conversation.actions import (
    Carried,
    give_back,
    mark_refused,
    mark_sent,
    mark_unsure,
    note_sending,
    rest_sending,
    take_messages,
)
from makegood.conversation.rules.messages import Channel
from makegood.worker.beside import Beside, now

log = logging.getLogger(__name__)


class Way(Protocol):
    """What a message leaves by: a mailbox or a line, as it stands. With a `fault` it cannot be used, `ailing` it could
    not be used lately."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def fault(self) -> str: ...
    @property
    def ailing(self) -> bool: ...


class Closing(Protocol):
    """What talks to the other side."""

    def close(self) -> None:
        """Let it go."""


W = TypeVar("W", bound=Way)
C = TypeVar("C", bound=Closing)


class Carrying(Beside, Generic[W, C]):
    """Carries what is due on its channels. `asked_to_stop` is looked at before each message."""

    channels: Sequence[Channel]
    rests: timedelta
    """How long a way that cannot send at all is left alone."""
    gone: str
    """Why a message does not leave whose way is there no more."""

    def __init__(self, make: Callable[[W], C], *, asked_to_stop: Callable[[], bool]) -> None:
        super().__init__(asked_to_stop)
        self.make = make
        self.kept: dict[W, C] = {}

    @abstractmethod
    def way_of(self, one: Carried) -> int | None:
        """The number of the way that it leaves by."""

    @abstractmethod
    def look_up(self, number: int) -> W | None:
        """The way as it stands now, None when it is gone."""

    @abstractmethod
    def hand_over(self, one: Carried, way: W) -> Accepted | Refused:
        """Bring it to the other side."""

    @abstractmethod
    def is_away(self, told: Refused) -> bool:
        """Whether it is the other side that is away, and not this message that it does not want just now."""

    def turn(self) -> bool:
        """Carry a batch. Whether there was any."""
        taken = take_messages(channels=self.channels, now=now())
        ways: dict[int, W | None] = {}
        for place, one in enumerate(taken):
            if self.asked_to_stop() or not self.carry(one, ways):
                give_back(taken[place:])
                break
        return bool(taken)

    def leave(self) -> None:
        """Let the other sides go."""
        for port in self.kept.values():
            port.close()
        self.kept.clear()

    def port_of(self, way: W) -> C:
        """What talks to the other side of a way, kept for the next message."""
        return self.kept.get(way) or self.kept.setdefault(way, self.make(way))

    def carry(self, one: Carried, ways: dict[int, W | None]) -> bool:
        """Carry one; `ways` are those looked up for this batch. Whether the next may follow at once."""
        number = self.way_of(one)
        if number is not None and number not in ways:
            ways[number] = self.look_up(number)
        way = ways[number] if number is not None else None
        if way is None:
            mark_refused(one, self.gone, for_good=True, now=now())
            return True
        if way.fault:
            self._let_rest(one, way.fault)
            return False
        told = self.hand_over(one, way)
        if isinstance(told, Refused):
            return self._refused(one, way, told)
        mark_sent(one, reference=told.reference, now=now())
        if way.ailing:
            note_sending(mailbox_id=one.mailbox_id, line_id=one.line_id)
        return True

    def _refused(self, one: Carried, way: W, told: Refused) -> bool:
        log.warning("A message did not leave (%d, by %s): %s", one.id, way.name, told.words)
        if told is NOT_WANTED:
            return True
        if told.perhaps_sent:
            mark_unsure(one.id, one.case_id, now=now())
            return True
        mark_refused(one, told.words, for_good=not told.temporary, now=now())
        if self.is_away(told):
            self._let_rest(one, told.words)
            return False
        return True

    def _let_rest(self, one: Carried, problem: str) -> None:
        at = now()
        rest_sending(problem, mailbox_id=one.mailbox_id, line_id=one.line_id, until=at + self.rests, now=at)
