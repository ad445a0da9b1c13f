"""What policies owe to the customers of an incident, added up. Pure.

What is owed is no part of the gift: that comes on top, and no gift takes its place or goes below it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal

import msgspec

from makegood.remedies.rules.owing import OwedState, Sums


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What one policy owes to one customer. `event` names what it is owed for ("" when nothing comes out): an event
    that several customers share is paid once. `asks` says that something must be asked first."""

    policy: str
    title: str
    currency: str
    state: OwedState
    sums: Sums
    at_stake: Decimal = Decimal(0)
    asks: bool = False
    event: str = ""


class OwedSum(msgspec.Struct, frozen=True, kw_only=True):
    """What one policy owes altogether: `amount` to `many` customers, `open` of it to `still` of them neither given nor
    renounced. Of `unknown` more something must be asked; it can come to `at_stake`."""

    policy: str
    title: str
    currency: str
    many: int = 0
    amount: Decimal = Decimal(0)
    still: int = 0
    open: Decimal = Decimal(0)
    unknown: int = 0
    at_stake: Decimal = Decimal(0)


def asks(dues: Iterable[Due]) -> bool:
    """Whether somebody must ask something before it is known what is owed."""
    return any(due.asks for due in dues)


def is_open(dues: Iterable[Due]) -> bool:
    """Whether something is owed that nobody has given yet: a message does not settle it, a person has to."""
    return any(due.state is OwedState.OPEN for due in dues)


def stands_in_the_way(dues: Iterable[Due]) -> bool:
    """Whether a case cannot end because of what is owed, or because nobody has asked what decides about it."""
    return any(due.state is OwedState.OPEN or due.asks for due in dues)


def summed(owed: Iterable[Iterable[Due]]) -> tuple[OwedSum, ...]:
    """What is owed to these customers, policy by policy, by name; those that owe nothing to anybody are left out."""
    found: dict[str, OwedSum] = {}
    paid: set[tuple[str, str]] = set()
    for dues in owed:
        fresh = [due for due in dues if not due.event or (due.policy, due.event) not in paid]
        paid |= {(due.policy, due.event) for due in fresh}
        for due in fresh:
            found.setdefault(due.policy, OwedSum(policy=due.policy, title=due.title, currency=due.currency))
        for policy in {due.policy for due in fresh}:
            found[policy] = _with(found[policy], [due for due in fresh if due.policy == policy])
    return tuple(found[name] for name in sorted(found) if found[name].many or found[name].unknown)


def _with(total: OwedSum, mine: Collection[Due]) -> OwedSum:
    """One customer more, to whom the policy owes this."""
    amount, still = sum(due.sums.owed for due in mine), sum(due.sums.open for due in mine)
    return msgspec.structs.replace(
        total, many=total.many + bool(amount), amount=total.amount + amount, still=total.still + bool(still),
        open=total.open + still, unknown=total.unknown + any(due.asks for due in mine),
        at_stake=total.at_stake + sum(due.at_stake for due in mine if due.asks),
    )  # fmt: skip
