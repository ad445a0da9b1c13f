"""What nobody may go below: discretion, experiments and budgets begin where an entitlement ends. Pure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

from makegood.kernel.money import format_money
from makegood.kernel.refusals import invalid
from makegood.remedies.rules.entitlements.result import Entitlement

_NOTHING = Decimal(0)


class Parted(msgspec.Struct, frozen=True):
    """A sum given, parted into what was owed and what is goodwill. The two are booked apart."""

    entitled: Decimal
    goodwill: Decimal

    @property
    def total(self) -> Decimal:
        """Both together."""
        return self.entitled + self.goodwill


def at_least(entitlement: Entitlement, offered: Decimal) -> Parted:
    """What must be given when `offered` (in the entitlement's currency) is meant: never less than is still owed."""
    return Parted(entitlement.to_pay, max(_NOTHING, offered - entitlement.to_pay))


def check_floor(entitlement: Entitlement, offered: Decimal) -> Parted:
    """The same, for a person who should know: raises Refusal("entitlement.below") when the offer is too small."""
    if offered < entitlement.to_pay:
        owed, given = (format_money(amount, entitlement.currency) for amount in (entitlement.to_pay, offered))
        raise invalid(
            "entitlement.below",
            f"{owed} is owed by {entitlement.title} (version {entitlement.version}), and {given} is less. "
            f"Give {owed} or more.",
            field="amount",
        )
    return at_least(entitlement, offered)


def due_at(entitlement: Entitlement, now: datetime) -> Decimal:
    """What is to be paid at `now` (aware): with the penalty once the time to pay has passed."""
    late = entitlement.pay_by is not None and now > entitlement.pay_by and entitlement.to_pay > 0
    return entitlement.to_pay + (entitlement.late_penalty if late else _NOTHING)
