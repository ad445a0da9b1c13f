"""What an option costs in a situation, and what that is against the loss. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from makegood.kernel.money import decimals
from makegood.remedies.rules.playbooks import Ask, Cost, PerPeriod

CAP = Decimal("1.5")
"""The share of the loss past which an offer needs a reason, unless the organisation sets another."""
WHOLE = Decimal(1)
_SECONDS = {"time": 1, "days": 86_400}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What failed was worth `value` in `currency` (None when nobody knows), and is `late` so far.

    `currency` is also the organisation's when there is no value: amounts without a currency are in it.
    """

    value: Decimal | None = None
    currency: str = ""
    late: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """What an option costs, None when it cannot be worked out; `missing` says what is not known."""

    amount: Decimal | None
    missing: str = ""
    assumed: bool = False
    """Whether an amount was taken from the default of a question that is not answered."""


def price(cost: Cost, loss: Loss, *, asks: Mapping[str, Ask], answers: Mapping[str, str], currency: str = "") -> Price:
    """What `cost` comes to. `currency` is that of the playbook; `asks` are its questions by name.

    A total is never negative, is rounded to the smallest coin and stops at the cost's `at_most`.
    """
    needs_value = bool(cost.share or (cost.late and cost.late.share))
    if needs_value and loss.value is None:
        return Price(None, "the value of what failed is not known")
    if currency and loss.currency and currency != loss.currency:
        return Price(None, f"the playbook counts in {currency}, the loss is in {loss.currency}")
    if cost.late is not None and loss.late is None:
        return Price(None, "how late it is is not known")
    asked, assumed = _asked(cost, asks, answers)
    if asked is None:
        return Price(None, "an amount has to be asked for first")
    total = cost.fixed + cost.share * (loss.value or 0) + _late(cost.late, loss) + asked
    if cost.at_most is not None:
        total = min(total, cost.at_most)
    return Price(rounded(max(total, Decimal(0)), currency or loss.currency), assumed=assumed)


def price_of_all(prices: Iterable[Price]) -> Price:
    """What several things come to together; what is not known of one is not known of all."""
    found = tuple(prices)
    missing = next((one.missing for one in found if one.amount is None), "")
    total = sum((one.amount or Decimal(0) for one in found), Decimal(0))
    is_known = all(one.amount is not None for one in found)
    return Price(total if is_known else None, missing, assumed=any(one.assumed for one in found))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """An amount to the smallest coin of its currency, halves upwards."""
    return amount.quantize(Decimal(1).scaleb(-decimals(currency)), ROUND_HALF_UP)


def share_of(amount: Decimal | None, loss: Loss) -> Decimal | None:
    """An amount as a share of the loss; None when either is not known, or nothing was lost in money."""
    if amount is None or not loss.value or loss.value < 0:
        return None
    return amount / loss.value


def _late(per: PerPeriod | None, loss: Loss) -> Decimal:
    if per is None or loss.late is None:
        return Decimal(0)
    period = per.every.number * _SECONDS[per.every.kind]
    full, rest = divmod(max(loss.late.total_seconds(), 0), period)
    periods = int(full) + (1 if per.begun and rest else 0)
    total = periods * (per.amount + per.share * (loss.value or 0))
    return total if per.at_most is None else min(total, per.at_most)


def _asked(cost: Cost, asks: Mapping[str, Ask], answers: Mapping[str, str]) -> tuple[Decimal | None, bool]:
    """The amounts that were asked for, together, and whether one of them is only assumed."""
    total, assumed = Decimal(0), False
    for name in cost.asked:
        given = amount_of(answers.get(name, ""))
        if given is None:
            given, assumed = asks[name].default if name in asks else None, True
        if given is None:
            return None, False
        total += given
    return total, assumed


def amount_of(text: str) -> Decimal | None:
    """An amount as it was answered, such as "12.50"; None for anything else."""
    plain = text.strip()
    return Decimal(plain) if plain.replace(".", "", 1).isascii() and plain.replace(".", "", 1).isdecimal() else None
