"""What an installation knows of its customers, as columns: things that happened, and how to count them.

Instants are days since 1970 as numbers (UTC); customers are numbered from 0. NaN is "never".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from makegood.measurement.findings import Outcome
from makegood.measurement.rules.estimate import Labels, Numbers, Yes

# Further than any day from any other.
FAR = 1e5


@dataclass(frozen=True, slots=True)
class Events:
    """Things that happened to customers, in any order: whose, when, and how much."""

    customer: Labels
    at: Numbers
    amount: Numbers


@dataclass(frozen=True, slots=True)
class Failures:
    """Promises broken and harms reported. `case` numbers a row of `Cases` (−1: none), `incident` −1 where alone."""

    customer: Labels
    at: Numbers
    case: Labels
    incident: Labels
    by_system: Yes
    hours_late: Numbers


@dataclass(frozen=True, slots=True)
class Cases:
    """What we did, by case: when each of these first was so."""

    spoken: Numbers
    owned: Numbers
    apology: Numbers
    fulfilled: Numbers
    let_down: Numbers
    """A promise to the customer inside the case was broken."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Answers on one scale, and who was asked; `asked` None where nobody tells, so that all were."""

    answers: Events
    asked: Events | None = None


@dataclass(frozen=True, slots=True)
class History:
    """Everything the report reads. `due` are promises whose time came and that no case made; `left` of their own
    choice, `lost` otherwise. `until` is up to when we know."""

    known_from: Numbers
    due: Events
    failures: Failures
    cases: Cases
    orders: Events
    left: Events
    lost: Events
    scores: dict[Outcome, Asked]
    until: float
    numbers: Labels
    """The number of each case."""


class Sorted:
    """Events by customer and time, to be counted between two instants for many customers at once."""

    def __init__(self, events: Events) -> None:
        order = np.lexsort((events.at, events.customer))
        self.customer, self.at = events.customer[order], events.at[order]
        self.key = self.customer * FAR + self.at
        self.amount = np.concatenate([[0.0], np.cumsum(events.amount[order])])
        self.each = events.amount[order]

    def count(self, customer: Labels, after: Numbers, until: Numbers) -> Numbers:
        """How many there are in (after, until]."""
        low, high = self._ends(customer, after, until)
        return np.asarray((high - low).astype(float))

    def total(self, customer: Labels, after: Numbers, until: Numbers) -> Numbers:
        """What they amount to in (after, until]."""
        low, high = self._ends(customer, after, until)
        return np.asarray(self.amount[high] - self.amount[low])

    def between(self, customer: Labels, instants: Sequence[Numbers], *, amounts: bool) -> Numbers:
        """How many there are from each instant to the next, or what they amount to: a column for each stretch."""
        ends = [np.searchsorted(self.key, customer * FAR + at, side="right") for at in instants]
        told = self.amount if amounts else np.arange(len(self.amount), dtype=float)
        return np.column_stack([told[high] - told[low] for low, high in pairwise(ends)])

    def last(self, customer: Labels, until: Numbers) -> Numbers:
        """When the last until an instant is; NaN if there is none."""
        return self._when(np.searchsorted(self.key, customer * FAR + until, side="right") - 1, customer)

    def first(self, customer: Labels, after: Numbers) -> Numbers:
        """When the first after an instant is; NaN if never."""
        place = np.searchsorted(self.key, customer * FAR + after, side="right")
        return self._when(place, customer)

    def last_amount(self, customer: Labels, after: Numbers, until: Numbers) -> Numbers:
        """The amount of the last in (after, until]; NaN if there is none."""
        low, high = self._ends(customer, after, until)
        if not len(self.each):
            return np.full(len(customer), np.nan)
        return np.where(high > low, self.each[np.maximum(high - 1, 0)], np.nan)

    def _ends(self, customer: Labels, after: Numbers, until: Numbers) -> tuple[Labels, Labels]:
        low = np.searchsorted(self.key, customer * FAR + after, side="right")
        high = np.searchsorted(self.key, customer * FAR + until, side="right")
        return low, np.maximum(low, high)

    def _when(self, place: Labels, customer: Labels) -> Numbers:
        if not len(self.key):
            return np.full(len(customer), np.nan)
        at = np.clip(place, 0, len(self.key) - 1)
        return np.where((place == at) & (self.customer[at] == customer), self.at[at], np.nan)
