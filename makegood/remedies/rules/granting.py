"""What is given in a case: its three sums, its share of the loss, and what stands in the way. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, TypeVar

import msgspec

from makegood.cases.rules import Obstacle
from makegood.kernel.money import decimals
from makegood.kernel.phrases import Span
from makegood.remedies.rules.authority import Asked, Wanted
from makegood.remedies.rules.fit import COMPENSATION, RemedyKind
from makegood.remedies.rules.playbooks import joined

_NOTHING = Decimal(0)
SOON = Span("days", 1)
"""By when something is given where nothing else says: until tomorrow night."""


class GrantState(StrEnum):
    """Where a remedy stands. Whether it was fulfilled is told by its promise in the ledger."""

    OFFERED = "offered"
    """One of several things of which the customer chooses: what is chosen becomes a remedy of its own."""
    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Remedy(msgspec.Struct, frozen=True, kw_only=True):
    """One thing somebody wants to give. `amount` is what it costs above what is owed; `due_at` (aware UTC) by when.

    `with_owed` says that all that is owed in the case is given with it: how much that is, the policies say and nobody
    else.
    """

    remedy: RemedyKind
    title: str
    due_at: datetime
    amount: Decimal = _NOTHING
    words: str = ""
    with_owed: bool = False


class Choice(Remedy, frozen=True, kw_only=True):
    """What somebody wants to give, or to let the customer choose: one remedy, and what comes together with it.

    `playbook`, `rule` and `option` name the option it was chosen from, if any.
    """

    playbook: str = ""
    rule: str = ""
    option: str = ""
    also: tuple[Remedy, ...] = ()

    @property
    def parts(self) -> tuple[Remedy, ...]:
        """Each remedy of it, the first in front."""
        return (self, *self.also)

    @property
    def whole(self) -> str:
        """All of it by name."""
        return joined(one.title for one in self.parts)


class Together(Protocol):
    """A remedy that may be given together with another, which is then the first of them."""

    @property
    def id(self) -> int: ...
    @property
    def part_of_id(self) -> int | None: ...


T = TypeVar("T", bound=Together)


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """What is given above what is owed, parted: putting the thing itself right, and on top of that."""

    correction: Decimal = _NOTHING
    goodwill: Decimal = _NOTHING

    @property
    def above(self) -> Decimal:
        """Both together: what is a matter of authority."""
        return self.correction + self.goodwill


def by_choice(rows: Iterable[T]) -> list[tuple[T, ...]]:
    """Remedies by what is given together, the first of each in front; in the order of their ids."""
    found: dict[int, list[T]] = {}
    for row in sorted(rows, key=lambda one: one.id):
        found.setdefault(row.part_of_id or row.id, []).append(row)
    return [tuple(one) for one in found.values()]


def part(one: Remedy) -> Sums:
    """The sums of a remedy: doing a thing again or exchanging it corrects, what else is given is goodwill."""
    if one.remedy in COMPENSATION or one.remedy is RemedyKind.PERSONAL_CONTACT:
        return Sums(goodwill=one.amount)
    return Sums(correction=one.amount)


def beside_owed(choice: Choice) -> Choice | None:
    """What of a choice is given once what is owed was given: a remedy that was only that falls away."""
    left = [one for one in choice.parts if one.amount or not one.with_owed]
    if not left or left[0] is choice:
        return msgspec.structs.replace(choice, also=tuple(left[1:])) if left else None
    first = {name: getattr(left[0], name) for name in Remedy.__struct_fields__}
    return msgspec.structs.replace(choice, **first, also=tuple(left[1:]))


def read_of(choices: Sequence[Choice]) -> list[str]:
    """All that the customer may read of them."""
    return [text for choice in choices for one in choice.parts for text in (one.title, one.words)]


def asked_of(choices: Sequence[Choice], *, one_of: bool = False) -> Asked:
    """What authority is asked about: all of them, or whichever one the customer chooses."""
    ways = [tuple(Wanted(one.remedy, one.amount) for one in choice.parts) for choice in choices]
    return Asked(tuple(ways) if one_of else (tuple(one for way in ways for one in way),))


def compensation(asked: Asked) -> Decimal:
    """What makes up for the loss above what is owed; what puts the thing itself right is not counted against it."""
    return max(
        (sum((one.amount for one in way if one.remedy in COMPENSATION), _NOTHING) for way in asked.ways),
        default=_NOTHING,
    )


def share(given: Decimal, loss: Decimal | None) -> Decimal | None:
    """An amount against the loss; None when nobody knows what was lost, or nothing was in money."""
    return given / loss if loss else None


def needs_reason(of_loss: Decimal | None, *, cap: Decimal, owed_share: Decimal | None = None) -> bool:
    """Whether so much must be reasoned: past the cap, unless all of it is owed."""
    return of_loss is not None and of_loss > max(cap, owed_share or _NOTHING)


def still_asked(name: str) -> Obstacle:
    """What stands in the way of ending a case in which a remedy waits for somebody's yes or no."""
    return Obstacle(
        "approval.open", f"{name} is still asked about a remedy. Wait for the decision, or tell them it is not needed."
    )


def faults(choices: Sequence[Choice], *, currency: str, now: datetime) -> Iterator[Obstacle]:
    """What is wrong with the choices themselves, each as a sentence."""
    if not choices:
        yield Obstacle("grant.nothing", "Choose what is to be given.")
    for one in (one for choice in choices for one in choice.parts):
        if not one.title.strip():
            yield Obstacle("grant.no_title", "Say what is given, such as: deliver both pieces tonight.")
        if not one.amount.is_finite() or not _NOTHING <= one.amount < Decimal(10) ** 12:
            yield Obstacle("grant.bad_amount", "An amount is nothing or more, and less than a million million.")
        elif one.amount != one.amount.quantize(Decimal(1).scaleb(-decimals(currency))):
            yield Obstacle("grant.bad_amount", f"{one.amount} has more decimals than {currency} has.")
        if one.due_at <= now:
            yield Obstacle("grant.due_past", f"“{one.title}” must be due at a time that is still to come.")


def moved_on(due_at: datetime, *, asked_at: datetime, now: datetime) -> datetime:
    """When something is due that was to be done by `due_at` and waited for a decision until `now`."""
    return due_at if due_at > now else now + (due_at - asked_at)
