"""What nobody may go below: discretion, experiments and budgets begin where an entitlement ends. Pure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

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


def at_least(owed: Decimal, offered: Decimal) -> Parted:
    """What must be given when `offered` is meant and `owed` is still to be given: never less than that."""
    return Parted(owed, max(_NOTHING, offered - owed))


def due_at(entitlement: Entitlement, at: datetime) -> Decimal:
    """What is owed when it is paid at `at` (aware): with the penalty once the time to pay has passed."""
    late = entitlement.pay_by is not None and at > entitlement.pay_by and entitlement.to_pay > 0
    return entitlement.to_pay + (entitlement.late_penalty if late else _NOTHING)
