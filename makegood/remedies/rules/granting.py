"""What is given in a case: its three sums, its share of the loss, and what stands in the way. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from makegood.cases.rules import Obstacle
from makegood.kernel.money import decimals
from makegood.kernel.phrases import Span
from makegood.remedies.rules.authority import Wanted
from makegood.remedies.rules.fit import COMPENSATION, RemedyKind

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


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Something somebody wants to give. `amount` is what it costs above what is owed; `due_at` (aware UTC) by when.

    `playbook`, `rule` and `option` name the option it was chosen from, if any. `with_owed` says that all that is owed
    in the case is given with it: how much that is, the policies say and nobody else.
    """

    remedy: RemedyKind
    title: str
    due_at: datetime
    amount: Decimal = _NOTHING
    words: str = ""
    playbook: str = ""
    rule: str = ""
    option: str = ""
    with_owed: bool = False


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """What is given above what is owed, parted: putting the thing itself right, and on top of that."""

    correction: Decimal = _NOTHING
    goodwill: Decimal = _NOTHING

    @property
    def above(self) -> Decimal:
        """Both together: what is a matter of authority."""
        return self.correction + self.goodwill


def part(choice: Choice) -> Sums:
    """The sums of a choice: doing a thing again or exchanging it corrects, what else is given is goodwill."""
    if choice.remedy in COMPENSATION or choice.remedy is RemedyKind.PERSONAL_CONTACT:
        return Sums(goodwill=choice.amount)
    return Sums(correction=choice.amount)


def wanted_of(choices: Sequence[Choice]) -> tuple[Wanted, ...]:
    """What authority is asked about."""
    return tuple(Wanted(choice.remedy, choice.amount) for choice in choices)


def compensation(choices: Sequence[Choice], *, one_of: bool = False) -> Decimal:
    """What makes up for the loss above what is owed; what puts the thing itself right is not counted against it.

    Where the customer chooses `one_of` these, the dearest of them.
    """
    amounts = [choice.amount for choice in choices if choice.remedy in COMPENSATION]
    return max(amounts, default=_NOTHING) if one_of else sum(amounts, _NOTHING)


def share(given: Decimal, loss: Decimal | None) -> Decimal | None:
    """An amount against the loss; None when nobody knows what was lost, or nothing was in money."""
    return given / loss if loss else None


def needs_reason(of_loss: Decimal | None, *, cap: Decimal, owed_share: Decimal | None = None) -> bool:
    """Whether so much must be reasoned: past the cap, unless all of it is owed."""
    return of_loss is not None and of_loss > max(cap, owed_share or _NOTHING)


def faults(choices: Sequence[Choice], *, currency: str, now: datetime) -> Iterator[Obstacle]:
    """What is wrong with the choices themselves, each as a sentence."""
    if not choices:
        yield Obstacle("grant.nothing", "Choose what is to be given.")
    for choice in choices:
        if not choice.title.strip():
            yield Obstacle("grant.no_title", "Say what is given, such as: deliver both pieces tonight.")
        if not choice.amount.is_finite() or not _NOTHING <= choice.amount < Decimal(10) ** 12:
            yield Obstacle("grant.bad_amount", "An amount is nothing or more, and less than a million million.")
        elif choice.amount != choice.amount.quantize(Decimal(1).scaleb(-decimals(currency))):
            yield Obstacle("grant.bad_amount", f"{choice.amount} has more decimals than {currency} has.")
        if choice.due_at <= now:
            yield Obstacle("grant.due_past", f"“{choice.title}” must be due at a time that is still to come.")


def moved_on(due_at: datetime, *, asked_at: datetime, now: datetime) -> datetime:
    """When something is due that was to be done by `due_at` and waited for a decision until `now`."""
    return due_at if due_at > now else now + (due_at - asked_at)
