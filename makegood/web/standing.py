"""The counts in the rail: what is mine and not done."""

from __future__ import annotations

from dataclasses import dataclass

from makegood.cases.queries import CaseFilter
from makegood.cases.queries import count_open as count_cases
from makegood.promises.queries import LedgerFilter, count_open
from makegood.promises.rules import UNKEPT, State
from makegood.web.desk import Desk

_SHOWN = 999


@dataclass(frozen=True, slots=True)
class Counts:
    """Broken promises, open cases, and promises not kept yet of the one who looks."""

    today: int
    cases: int
    promises: int


def counts_for(desk: Desk) -> Counts:
    """The counts, each up to 999."""
    return Counts(
        today=_promises(desk, State.BROKEN),
        cases=count_cases(desk.scope, CaseFilter(owner_id=desk.staff_id), at_most=_SHOWN),
        promises=_promises(desk, *sorted(UNKEPT)),
    )


def _promises(desk: Desk, *states: State) -> int:
    return count_open(desk.scope, LedgerFilter(states=states, owner_id=desk.staff_id), at_most=_SHOWN)
