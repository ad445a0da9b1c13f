"""What whoever plays can do, and how it is written down to be played again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from makegood.kernel.refusals import invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What the coach found: an element or a fault, where it stands, why it matters and better words."""

    code: str
    start: int = 0
    end: int = 0
    words: str = ""
    why: str = ""
    better: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What was promised by a time: in how many minutes, whether it is to speak again, and the words. `begins`: by then
    it is sent, ordered or begun, and not yet done."""

    minutes: int
    contact: bool
    words: str = ""
    begins: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Words to the customer, as the coach read them, and the option that is given with them ("" for none)."""

    text: str
    marks: tuple[Mark, ...] = ()
    promises: tuple[Word, ...] = ()
    give: str = ""

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(one.code for one in self.marks)


@dataclass(frozen=True, slots=True)
class Look:
    """Looking a fact up."""

    fact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Letting time pass: so many minutes, or until what was promised next falls due."""

    minutes: int = 0
    until_due: bool = False


@dataclass(frozen=True, slots=True)
class Leave:
    """Ending the conversation."""


Move = Say | Look | Wait | Leave


def written(move: Move) -> dict[str, Any]:
    """A move as JSON."""
    match move:
        case Say():
            return {"do": "say", **asdict(move)}
        case Look():
            return {"do": "look", "fact": move.fact}
        case Wait():
            return {"do": "wait", **asdict(move)}
        case Leave():
            return {"do": "leave"}


def read_moves(rows: Iterable[Mapping[str, Any]]) -> tuple[Move, ...]:
    """Moves as they were written."""
    return tuple(_read(row) for row in rows)


def _read(row: Mapping[str, Any]) -> Move:
    match row["do"]:
        case "say":
            return Say(
                text=row["text"], give=row["give"],
                marks=tuple(Mark(**one) for one in row["marks"]),
                promises=tuple(Word(**one) for one in row["promises"]),
            )  # fmt: skip
        case "look":
            return Look(row["fact"])
        case "wait":
            return Wait(minutes=row["minutes"], until_due=row["until_due"])
        case "leave":
            return Leave()
        case other:
            raise invalid("practice.bad_move", f"{other!r} is not a move. Moves are say, look, wait and leave.")
