"""The counts in the rail: what is mine and not done."""

from __future__ import annotations

from dataclasses import dataclass

from makegood.cases.queries import own_work
from makegood.notices.queries import unread
from makegood.web.desk import Desk

_SHOWN = 999


@dataclass(frozen=True, slots=True)
class Counts:
    """Broken promises, open cases, promises not kept yet, and unread notices of the one who looks."""

    today: int
    cases: int
    promises: int
    notices: int


def counts_for(desk: Desk) -> Counts:
    """The counts, each up to 999."""
    mine = own_work(desk.staff_id, at_most=_SHOWN)
    return Counts(
        today=mine.broken, cases=mine.cases, promises=mine.promises,
        notices=unread(desk.staff_id, at_most=_SHOWN),
    )  # fmt: skip
