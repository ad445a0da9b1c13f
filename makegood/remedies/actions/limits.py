"""Setting what each grade may give alone, and past which share of the loss a remedy needs a reason."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.money import decimals
from makegood.kernel.refusals import invalid, missing
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.remedies.models import Bounds
from makegood.remedies.models import Limit as LimitRow
from makegood.remedies.rules.authority import Limit

_MOST = Decimal(10) ** 12
_FIRST: dict[int, tuple[int | None, int | None]] = {1: (100, 1_000), 2: (500, 5_000), 3: (2_000, None), 4: (None, None)}
"""Of each grade: what a case may be given, and what one person may give in a month."""


@transaction.atomic
def set_limit(limit: Limit, *, by: Actor, now: datetime) -> None:
    """Set what a grade may give alone in a currency, of one kind of remedy or of all together.

    Raises Refusal "people.not_allowed", "limit.bad_value".
    """
    require(by, Ability.SET_REMEDIES)
    _check(limit)
    key: dict[str, Any] = {"grade": limit.grade, "currency": limit.currency, "remedy": limit.remedy or ""}
    values = {"each": limit.each, "case": limit.case, "budget": limit.budget, "per": limit.per}
    row, _ = LimitRow.objects.update_or_create(**key, defaults=values)
    told = {name: str(value) for name, value in {**key, **values}.items() if value is not None}
    record("limit.set", by=by, at=now, subject=("limit", row.pk), data=told)


@transaction.atomic
def install_limits(currency: str, *, by: Actor, now: datetime) -> bool:
    """Put modest limits in force where there are none at all: agents begin small, grade 4 is bounded by nothing.

    Returns whether it did. Amounts are whole units of `currency`, a hundred times as many where it has no cents.
    """
    require(by, Ability.SET_REMEDIES)
    if LimitRow.objects.exists():
        return False
    scale = 1 if decimals(currency) else 100
    for grade, (case, budget) in _FIRST.items():
        bounds = [None if amount is None else Decimal(amount * scale) for amount in (case, budget)]
        set_limit(Limit(grade=grade, currency=currency, case=bounds[0], budget=bounds[1]), by=by, now=now)
    return True


@transaction.atomic
def remove_limit(grade: int, currency: str, remedy: str = "", *, by: Actor, now: datetime) -> None:
    """Take a limit away. A grade that has none left has those of the nearest grade below.

    Raises Refusal "people.not_allowed", "limit.unknown".
    """
    require(by, Ability.SET_REMEDIES)
    row = LimitRow.objects.filter(grade=grade, currency=currency, remedy=remedy).first()
    if row is None:
        raise missing("limit.unknown", "There is no such limit.")
    record(
        "limit.removed", by=by, at=now, subject=("limit", row.pk),
        data={"grade": grade, "currency": currency, "remedy": remedy},
    )  # fmt: skip
    row.delete()


@transaction.atomic
def set_cap(share: Decimal, *, by: Actor, now: datetime) -> None:
    """Set past which share of the loss (1.5 is 150 %) a remedy needs a reason.

    Raises Refusal "people.not_allowed", "limit.bad_value".
    """
    require(by, Ability.SET_REMEDIES)
    if not (share.is_finite() and 1 <= share <= 100):
        raise invalid("limit.bad_value", "Give a share between 100 % and 10,000 % of the loss.", field="cap")
    Bounds.objects.update_or_create(pk=1, defaults={"cap": share})
    record("limit.cap_set", by=by, at=now, subject=("limit", None), data={"cap": str(share)})


def _check(limit: Limit) -> None:
    if not 1 <= limit.grade <= 9:
        raise invalid("limit.bad_value", "Grades go from 1 to 9.", field="grade")
    if not (len(limit.currency) == 3 and limit.currency.isascii() and limit.currency.isupper()):
        raise invalid("limit.bad_value", "Give a currency as three letters, such as EUR or USD.", field="currency")
    for name in ("each", "case", "budget"):
        amount: Decimal | None = getattr(limit, name)
        if amount is not None and not (amount.is_finite() and 0 <= amount < _MOST):
            raise invalid("limit.bad_value", "A limit is nothing or more.", field=name)
