"""What becomes of each customer an incident hits: told in a light case, told in a full one, or left out. Pure."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import msgspec

from makegood.cases.rules import GRAVEST


class Left(StrEnum):
    """Why a customer is not told by an incident."""

    FINE = "fine"
    """Everything of theirs turned out fine."""
    TOLD_ALREADY = "told_already"
    """Another incident told them of these promises, or they are in this one twice under two names."""
    SETTLED = "settled"
    """Their case about it is closed: it was put right."""
    IN_CONVERSATION = "in_conversation"
    """Somebody is talking to them about it in their own case."""
    WILL_NOT_FORGIVE = "will_not_forgive"
    """They said that they will not forgive us: no more apologies. What is owed to them stays owed."""
    NO_WAY_TO_REACH = "no_way_to_reach"
    """We have neither an address nor a number of theirs."""


class Weight(StrEnum):
    """How much of a case somebody gets."""

    LIGHT = "light"
    """Told, and on nobody's desk until they want something more."""
    FULL = "full"
    """Told, and a person speaks to them as well."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """From where on somebody gets a full case: of this severity, criticality or value, failed before, or `owed`
    something by a rule that somebody has to give. None does not draw it. The severity is that of what was promised: a
    case that nobody has come to yet is graver with each hour.

    Values are in the organisation's currency.
    """

    severity: int | None = GRAVEST
    criticality: int | None = 3
    value: Decimal | None = None
    failed_before: bool = True
    owed: bool = True


class Plight(msgspec.Struct, frozen=True, kw_only=True):
    """How a customer stands when they would be told.

    `case` is their open case about it, or of the same kind, `taken` says that a person took it in hand. `severity` is
    that of the promise. `ordinal` tells the how-manyth similar failure it is. `owed` says that a policy owes them
    something that nobody has given yet, and that the message does not bring; `asks` that it would, had somebody asked.
    """

    affected: int
    told_elsewhere: bool = False
    settled: bool = False
    case: int | None = None
    spoken: bool = False
    taken: bool = False
    unforgiving: bool = False
    reachable: bool = True
    severity: int = 2
    criticality: int = 2
    ordinal: int = 1
    value: Decimal | None = None
    owed: bool = False
    asks: bool = False


class Verdict(msgspec.Struct, frozen=True):
    """What becomes of somebody: `left` out with a reason, or told with a `weight`; `joins` is their open case."""

    left: Left | None
    weight: Weight | None = None
    joins: int | None = None


def judge(plight: Plight, line: Line) -> Verdict:
    """What becomes of somebody: exactly one thing. The first reason to leave them out stands."""
    left = _left(plight)
    if left is not None:
        return Verdict(left)
    return Verdict(None, Weight.FULL if wants_person(plight, line) else Weight.LIGHT, plight.case)


def _left(plight: Plight) -> Left | None:
    if not plight.affected:
        return Left.FINE
    if plight.told_elsewhere:
        return Left.TOLD_ALREADY
    if plight.unforgiving:
        return Left.WILL_NOT_FORGIVE
    if plight.settled and plight.case is None:
        return Left.SETTLED
    if plight.spoken:
        return Left.IN_CONVERSATION
    return None if plight.reachable else Left.NO_WAY_TO_REACH


def wants_person(plight: Plight, line: Line) -> bool:
    """Whether a message is not enough: it weighs too much for them, they matter too much to us, they are owed more than
    words, or it is the second time, when one more failure undoes what recovery does (Maxham & Netemeyer 2002)."""
    return (
        plight.taken
        or plight.asks
        or (line.owed and plight.owed)
        or (line.failed_before and plight.ordinal > 1)
        or _reaches(plight.severity, line.severity)
        or _reaches(plight.criticality, line.criticality)
        or (line.value is not None and plight.value is not None and plight.value >= line.value)
    )


def _reaches(measure: int, bound: int | None) -> bool:
    return bound is not None and measure >= bound
