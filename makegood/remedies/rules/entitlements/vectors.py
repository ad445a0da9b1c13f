"""The worked cases inside a policy, worked out and compared. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from makegood.kernel.money import format_money
from makegood.kernel.refusals import Refusal
from makegood.remedies.rules.entitlements.result import Entitlement
from makegood.remedies.rules.entitlements.spec import Policy, Vector
from makegood.remedies.rules.entitlements.working import work_out


class Checked(NamedTuple):
    """One worked case: what is wrong with it (nothing, when it holds) and what came out, if anything did."""

    vector: Vector
    wrong: tuple[str, ...]
    found: Entitlement | None


def check(policy: Policy) -> tuple[Checked, ...]:
    """Every worked case of a policy, in order."""
    return tuple(_check(policy, vector) for vector in policy.vectors)


def _check(policy: Policy, vector: Vector) -> Checked:
    try:
        found = work_out(policy, vector.facts, on=vector.on, version=vector.version or None)
    except Refusal as refusal:
        return Checked(vector, (refusal.message,), None)
    return Checked(vector, tuple(_wrong(policy, vector, found)), found)


def _wrong(policy: Policy, vector: Vector, found: Entitlement) -> Iterator[str]:
    amounts = (
        ("owed", vector.owed, found.amount),
        ("to_pay", vector.to_pay, found.to_pay),
        ("late_penalty", vector.late_penalty, found.late_penalty),
    )
    for name, amount, got in amounts:
        if amount is not None and amount != got:
            yield f"{name}: {_money(policy, amount)} was expected, {_money(policy, got)} came out."
    zone = ZoneInfo(policy.hours.time_zone)
    told = (
        ("standing", vector.standing, found.standing.value),
        ("used", vector.used, found.version),
        ("rule", vector.rule, found.rule),
        ("pay_by", vector.pay_by, _local(found.pay_by, zone)),
        ("claim_by", vector.claim_by, _local(found.claim_by, zone)),
    )
    for name, word, came in told:
        if word is not None and word.replace("T", " ") != came:
            yield f"{name}: {word} was expected, {came} came out."


def _money(policy: Policy, amount: Decimal) -> str:
    return format_money(amount, policy.currency)


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    return "none" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
