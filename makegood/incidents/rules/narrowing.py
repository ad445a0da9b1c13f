"""Which promises an incident hits: a filter that is kept and asked again and again. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from makegood.cases.rules import Obstacle
from makegood.promises.rules import LIVE, State

MOST_REFERENCES = 5_000
MOST_ATTRIBUTES = 10
_TROUBLE = (State.AT_RISK, State.BROKEN)
_ENDED_WELL = frozenset({State.KEPT, State.REPLACED, State.WITHDRAWN})


class Narrow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the promises have in common; empty parts do not narrow. Instants are aware UTC, spans half open.

    `attributes` are pairs of a name and the value it must have, as text. `words` is a part of what was promised.
    """

    states: tuple[State, ...] = _TROUBLE
    kind: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    due_from: datetime | None = None
    due_before: datetime | None = None
    forecast_from: datetime | None = None
    forecast_before: datetime | None = None
    words: str = ""
    references: tuple[str, ...] = ()
    source: str = ""


def faults(narrow: Narrow) -> Iterator[Obstacle]:
    """What is wrong with a filter. One without a bound in time would read the whole ledger, today's and the past's."""
    if not narrow.references and (narrow.due_from is None or narrow.due_before is None):
        yield Obstacle("incident.too_wide", "Say between which times they were due, or list their references.")
    for first, last in ((narrow.due_from, narrow.due_before), (narrow.forecast_from, narrow.forecast_before)):
        if first is not None and last is not None and first >= last:
            yield Obstacle("incident.empty_window", "The window ends before it begins. Turn its times round.")
    if not narrow.states:
        yield Obstacle("incident.no_states", "Say how the promises stand: in danger, broken, or both.")
    if len(narrow.references) > MOST_REFERENCES or len(narrow.attributes) > MOST_ATTRIBUTES:
        yield Obstacle(
            "incident.too_much",
            f"Up to {MOST_REFERENCES:,} references and {MOST_ATTRIBUTES} attributes, please. Open another incident"
            " for the rest.",
        )


def is_affected(state: State, states: tuple[State, ...]) -> bool:
    """Whether a promise that was once collected is still hit: it is not once it ended well, or is out of danger."""
    if state in _ENDED_WELL:
        return False
    return state not in LIVE or state in states


def stays_live(states: tuple[State, ...]) -> tuple[State, ...]:
    """The states in which a promise that was collected stays, as `is_affected` says."""
    return tuple(state for state in State if is_affected(state, states))
