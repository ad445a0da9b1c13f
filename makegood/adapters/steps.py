"""Trying a connection step by step, in words that say what is wrong: what mail servers and text services share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


class Trouble(Exception):
    """Somebody on the other side cannot be worked with; the message says why and what to do.

    `lasting`: it stays so until somebody changes something, and trying again soon is of no use.
    """

    def __init__(self, words: str, *, lasting: bool) -> None:
        super().__init__(words)
        self.lasting = lasting


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a test: what was tried, what came of it in a sentence, and whether it worked; None where there was
    nothing to try."""

    tried: str
    words: str
    ok: bool | None


def take(steps: Iterable[tuple[str, Callable[[], str]]]) -> tuple[Step, ...]:
    """Take one step after the other, each a name and what to do, until one goes wrong."""
    return tuple(_taken(steps))


def _taken(steps: Iterable[tuple[str, Callable[[], str]]]) -> Iterator[Step]:
    for tried, do in steps:
        try:
            yield Step(tried, do(), ok=True)
        except Trouble as fault:
            yield Step(tried, str(fault), ok=False)
            return
