"""Tables of legal moves: one place that docs, buttons, API and property tests all read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from makegood.kernel.refusals import Refusal

State = TypeVar("State", bound=StrEnum)
Move = TypeVar("Move", bound=StrEnum)


class Transitions(Generic[State, Move]):
    """Which state each move leads to from each state; every move that is not listed is refused."""

    def __init__(self, subject: str, table: Mapping[Move, Mapping[State, State]]) -> None:
        self.subject = subject
        self.table = table

    def after(self, state: State, move: Move) -> State:
        """The state after `move`. Raises Refusal("<subject>.illegal_move") when the table has none."""
        try:
            return self.table[move][state]
        except KeyError:
            wording = str(state).replace("_", " ")
            raise Refusal(
                f"{self.subject}.illegal_move",
                f"A {self.subject} that is {wording} cannot be {_PAST.get(move, move)}.",
            ) from None

    def allowed(self, state: State) -> tuple[Move, ...]:
        """The moves that are legal from `state`, in the order of the table."""
        return tuple(move for move, steps in self.table.items() if state in steps)


_PAST = {
    "keep": "kept",
    "forecast": "given a forecast",
    "replace": "replaced",
    "withdraw": "withdrawn",
    "release": "released",
    "break": "broken",
    "warn": "put at risk",
}
