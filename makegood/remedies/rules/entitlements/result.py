"""What is owed, as one frozen value that can be stored and shown. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec


class Standing(StrEnum):
    """How it came out."""

    OWED = "owed"
    NOTHING = "nothing"
    NOT_COVERED = "not_covered"
    EXEMPT = "exempt"
    OPTED_OUT = "opted_out"
    CLAIMED_TOO_LATE = "claimed_too_late"


class Step(msgspec.Struct, frozen=True):
    """One sentence of the explanation, and what it adds to the amount (or takes off)."""

    says: str
    adds: Decimal = Decimal(0)


class Exempted(msgspec.Struct, frozen=True, kw_only=True):
    """The exemption that applies: its words for the customer, by when they must have them, and its evidence."""

    name: str
    tell_customer: str
    tell_by: datetime | None
    evidence: tuple[str, ...]


class Entitlement(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy says is owed for one event, and how that came about.

    `amount` is owed for the event, `to_pay` what is left of it after `already_paid`. `late_penalty` is owed
    on top when `pay_by` passes unpaid. `claim_by` is None when it is paid without being asked for, or when the
    window is not known. `once_key` is the same for two entitlements that are about the same event, so that
    only one of them is paid; empty when the facts that tell events apart are not known. `steps` are shown as
    they stand; what they add is `amount`. `cautions` are for the person who decides, not for the customer.
    Instants are aware UTC. `msgspec.to_builtins` gives the form to store, `msgspec.convert` reads it.
    """

    policy: str
    title: str
    version: str
    rule: str
    happened_on: date | None
    standing: Standing
    amount: Decimal
    currency: str
    already_paid: Decimal
    to_pay: Decimal
    payer: str
    payee: str
    means: str
    voucher: str
    automatic: bool
    claim_by: datetime | None
    pay_by: datetime | None
    late_penalty: Decimal
    exemption: Exempted | None
    once_key: str
    cautions: tuple[str, ...]
    facts: Mapping[str, str]
    steps: tuple[Step, ...]
