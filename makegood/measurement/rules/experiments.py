"""Experiments above what is owed: who may be in one, who is in which arm, and what may be said of it. Pure, light."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from makegood.measurement.rules import power
from makegood.measurement.rules.looks import difference_at_any_time
from makegood.measurement.rules.shares import difference

LEVEL = 0.05
FEWEST = 50
"""Before so many in each arm no interval is looked at: the one that holds at every look needs a crowd."""
MOST_ARMS, MOST_EFFECT, LONGEST_HORIZON = 4, 50, 365


class Varies(StrEnum):
    """The one thing in which the arms differ. What is owed is none of them."""

    WORDS = "words"
    GOODWILL = "goodwill"
    FOLLOW_UP = "follow_up"


class Measured(StrEnum):
    """What is counted of each customer within the horizon: yes or no. Silence is a no."""

    STAYED = "stayed"
    """They did not leave by their own choice."""
    ORDERED = "ordered"
    """They ordered or renewed."""
    SATISFIED = "satisfied"
    """They said that they are satisfied."""


class Reading(StrEnum):
    """When the result may be read. Either is fixed before anybody is in."""

    AT_END = "at_end"
    ANY_TIME = "any_time"


class State(StrEnum):
    """Where an experiment stands. One that is registered touches nobody until it is started."""

    REGISTERED = "registered"
    RUNNING = "running"
    ENDED = "ended"
    DROPPED = "dropped"


class Ended(StrEnum):
    """By which rule it ended."""

    SIZE = "size"
    DATE = "date"
    CLEAR = "clear"
    HARM = "harm"
    BY_HAND = "by_hand"
    """A person ended it before its rule did: then nothing is said of it."""


class Bounds(Protocol):
    """What says which cases are eligible. Empty failures and kinds mean any."""

    @property
    def failures(self) -> Sequence[str]: ...
    @property
    def kinds(self) -> Sequence[str]: ...
    @property
    def severity_from(self) -> int: ...
    @property
    def severity_to(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Eligible:
    """The same as plain values, also used for one case."""

    failures: Sequence[str]
    kinds: Sequence[str]
    severity_from: int
    severity_to: int


def overlaps(a: Bounds, b: Bounds) -> bool:
    """Whether a case could be eligible by both."""
    return (
        _meets(a.failures, b.failures)
        and _meets(a.kinds, b.kinds)
        and a.severity_from <= b.severity_to
        and b.severity_from <= a.severity_to
    )


def _meets(a: Collection[str], b: Collection[str]) -> bool:
    return not a or not b or bool(set(a) & set(b))


def in_language(words: str, written: str, others: Mapping[str, str], wanted: str) -> tuple[str, str]:
    """The words of an arm in the language that is wanted, else as they were `written`; and which of them it is."""
    if not words or wanted == written:
        return words, wanted
    return (others[wanted], wanted) if others.get(wanted) else (words, written)


def unit_of(incident: int | None, customer: int) -> str:
    """What the lot is drawn for: an incident ("incident:3"), else a customer ("customer:7")."""
    return f"incident:{incident}" if incident else f"customer:{customer}"


def arm_of(salt: str, unit: str, arms: int) -> int:
    """The place of the arm that a unit (see `unit_of`) belongs to, whenever and wherever it is asked."""
    digest = hashlib.sha256(f"{salt}/{unit}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % arms


def needed(*, expected: int, effect: int, arms: int, reading: Reading) -> int:
    """How many units each arm needs to tell `effect` points from an `expected` share (both per cent), whichever way.

    Each arm is compared with the first, and the chance of a false alarm is shared among them.
    """
    alpha, size = LEVEL / (arms - 1), power.for_shares if reading == Reading.AT_END else power.for_shares_at_any_time
    ways = [other for other in (expected + effect, expected - effect) if 0 <= other <= 100]
    return max(size(expected / 100, other / 100, alpha=alpha) for other in ways)


@dataclass(frozen=True, slots=True)
class Between:
    """A difference of shares, between the ends of its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Counted:
    """An arm so far: `assigned` units, `units` of them whose horizon has passed, and their shares of yes added up."""

    assigned: int
    units: int
    yes: float

    @property
    def share(self) -> float | None:
        """The share of yes, None of nobody, and while it may not be read (`yes` is no number)."""
        return self.yes / self.units if self.units and not math.isnan(self.yes) else None


def compared(arm: Counted, usual: Counted, *, reading: Reading, planned: int, arms: int) -> Between:
    """An arm − the first one, by the interval that its reading allows. Both must have somebody in them."""
    a, b, alpha = (arm.yes, arm.units), (usual.yes, usual.units), LEVEL / (arms - 1)
    if reading == Reading.AT_END:
        return Between(*difference(a, b, alpha=alpha))
    return Between(*difference_at_any_time(a, b, planned=planned, alpha=alpha))


def stopped(arms: Sequence[Counted], *, reading: Reading, planned: int, over: bool) -> Ended | None:
    """By which rule it ends now, if any; `over` says that its last day has passed.

    The rule of harm looks at every time by an interval made for that, however the result is read.
    """
    usual, *others = arms
    if min(one.units for one in arms) >= FEWEST:
        found = [
            compared(one, usual, reading=Reading.ANY_TIME, planned=planned, arms=len(arms)) for one in others
        ]  # fmt: skip
        if any(one.high < 0 for one in found):
            return Ended.HARM
        if reading == Reading.ANY_TIME and any(one.low > 0 for one in found):
            return Ended.CLEAR
    if min(one.units for one in arms) >= planned:
        return Ended.SIZE
    return Ended.DATE if over else None


class Said(StrEnum):
    """All that may be said of an arm against handling as usual."""

    TOO_FEW = "not enough data"
    BELOW = "below"
    EQUIVALENT = "equivalent"
    ABOVE = "above"
    UNCLEAR = "not clear"
    NOTHING = "cannot tell"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be said of one arm; `missing` units in each arm were needed still."""

    said: Said
    found: Between | None = None
    missing: int = 0


def verdict(
    arm: Counted, usual: Counted, *, reading: Reading, planned: int, arms: int, effect: int, ended: Ended | None
) -> Verdict:
    """What may be said of an arm. Before the end only what was registered to be read at any time says anything."""
    if ended is Ended.BY_HAND:
        return Verdict(Said.NOTHING)
    fewest = min(arm.units, usual.units)
    missing = max(0, planned - fewest)
    if not fewest or (ended is None and (reading == Reading.AT_END or fewest < FEWEST)):
        return Verdict(Said.TOO_FEW, missing=missing)
    # What ended for harm was looked at all the time, and is read so.
    read = Reading.ANY_TIME if ended is Ended.HARM else reading
    found = compared(arm, usual, reading=read, planned=planned, arms=arms)
    if found.low > 0:
        return Verdict(Said.ABOVE, found)
    if found.high < 0:
        return Verdict(Said.BELOW, found)
    if max(-found.low, found.high) < effect / 100:
        return Verdict(Said.EQUIVALENT, found)
    return Verdict(Said.TOO_FEW, found, missing) if missing else Verdict(Said.UNCLEAR, found)
