"""Saying what things cost, with who said it and where it comes from: what nobody entered is never guessed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from makegood.cases.actions.holding import person
from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.money import decimals
from makegood.kernel.refusals import invalid
from makegood.kernel.texts import one_line
from makegood.learning.queries.improvements import improvement_for
from makegood.measurement.models import ImprovementCost, StaffRate
from makegood.people.queries import require
from makegood.people.rules import READS_ALL, Ability
from makegood.platform.installation import organisation

MOST = Decimal(10) ** 9


@transaction.atomic
def enter_rate(amount: Decimal | None, *, source: str, by: Actor, now: datetime) -> None:
    """Say what an hour of our people costs, in the organisation's currency; None says that it is not entered after all.

    Raises Refusal "people.not_allowed", "cost.bad_amount", "cost.no_source".
    """
    require(by, Ability.MEASURE)
    said = one_line(source)[:300]
    if not said:
        raise invalid("cost.no_source", "Say where the figure comes from, such as: payroll 2026.", field="source")
    currency = organisation().currency
    if amount is not None:
        _check(amount, currency, least=Decimal("0.01"), most=Decimal(100_000))
    StaffRate.objects.create(amount=amount, currency=currency, source=said, by_id=person(by), at=now)
    told = {"amount": None if amount is None else str(amount), "currency": currency, "source": said}
    record("cost.rate_entered", by=by, at=now, data=told)


@transaction.atomic
def add_cost(improvement: int, *, amount: Decimal, words: str, spent_on: date, by: Actor, now: datetime) -> None:
    """Say what a change cost, in the organisation's currency; below nothing sets a sum right that was too much.

    Raises Refusal "people.not_allowed", "improvement.unknown", "cost.bad_amount", "cost.no_source".
    """
    require(by, Ability.MEASURE)
    improvement_for(READS_ALL, improvement)
    said, currency = one_line(words)[:300], organisation().currency
    if not said:
        raise invalid("cost.no_source", "Say what it was spent on, such as: labels for 400 bins.", field="words")
    _check(amount, currency, least=-MOST, most=MOST)
    if not amount:
        raise invalid("cost.bad_amount", "Give an amount that is not nothing.", field="amount")
    ImprovementCost.objects.create(
        improvement_id=improvement, amount=amount, currency=currency, words=said, spent_on=spent_on,
        by_id=person(by), at=now,
    )  # fmt: skip
    told = {"improvement": improvement, "amount": str(amount), "currency": currency, "words": said}
    record("improvement.cost_added", by=by, at=now, subject=("improvement", improvement), data=told)


def _check(amount: Decimal, currency: str, *, least: Decimal, most: Decimal) -> None:
    if not amount.is_finite() or not least <= amount <= most:
        raise invalid("cost.bad_amount", f"Give an amount between {least} and {most}.", field="amount")
    if amount != amount.quantize(Decimal(1).scaleb(-decimals(currency))):
        raise invalid("cost.bad_amount", f"{amount} has more decimals than {currency} has.", field="amount")
