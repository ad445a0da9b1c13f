"""How a scene stands between two moves, and what one move did to it: plain values."""

from __future__ import annotations

from dataclasses import dataclass

from makegood.practice.rules.moves import Move
from makegood.practice.rules.values import End, Feeling

AGREES_TRUST, AGREES_ANGER, DELIGHTED_FROM = 60, 35, 80
"""A customer for whom the right thing was done says yes from this trust on and up to this anger; one who was given
something remarkable and trusts so much is delighted."""


@dataclass(frozen=True, slots=True)
class Due:
    """A promise made inside the scene: the minute it falls due, when it was made, whether it is to speak again, and
    whether something is to begin by then, such as to be sent, and not to be done."""

    minute: int
    made_at: int
    contact: bool
    words: str
    begins: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it stands: what the customer feels and has heard since the last failure, and what is under way.

    `minute` counts from the customer's first words, `waited` since our last word while no promise covered it;
    `ready` is when what was put in hand is there.
    """

    feeling: Feeling
    minute: int = 0
    moves: int = 0
    said: int = 0
    heard: frozenset[str] = frozenset()
    said_codes: tuple[str, ...] = ()
    apologies: int = 0
    given: tuple[str, ...] = ()
    looked: tuple[str, ...] = ()
    dues: tuple[Due, ...] = ()
    promised: int = 0
    kept: int = 0
    broken: int = 0
    waited: int = 0
    solved: bool = False
    ready: int = 0
    agreed: bool = False
    second_at: int = 0
    end: End | None = None

    def times(self, code: str) -> int:
        """How often an element was heard since the last failure."""
        return self.said_codes.count(code)

    def comes_late(self, due: Due) -> bool:
        """Whether what was put in hand is there only after it was promised."""
        return not (due.contact or due.begins) and self.solved and self.ready > due.minute

    def is_only_said(self, due: Due) -> bool:
        """Whether a deed was promised and nothing given that does it: it will fall due and be broken."""
        return not due.contact and not self.solved


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One movement: its cause and the words that made it, by how much, at which minute, why, and the source."""

    cause: str
    words: str
    why: str
    source: str
    minute: int
    trust: int
    anger: int
    effort: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One move: how it stood before and after, what moved, and what the customer said."""

    move: Move
    before: Standing
    after: Standing
    shifts: tuple[Shift, ...]
    says: str
