"""What a failure took from the customer, and what they were given for it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import connection

from makegood.remedies.models import Bounds
from makegood.remedies.rules.fit import COMPENSATION
from makegood.remedies.rules.playbooks_cost import CAP

_LOSS = """
SELECT SUM(p.amount) FROM cases_failure f JOIN promises_promise p ON p.id = f.promise_id
WHERE f.case_id = %s AND f.corrected_at IS NULL AND p.currency = %s
"""
_GIVEN = """
SELECT COALESCE(SUM(entitled + goodwill), 0) FROM remedies_grant
WHERE case_id = %s AND currency = %s AND state = 'given' AND remedy = ANY(%s)
"""


def loss_of(case_id: int, currency: str) -> Decimal | None:
    """What the promises that failed in the case were worth, in a currency; None when nobody knows."""
    return _one(_LOSS, [case_id, currency])


def given_in(case_id: int, currency: str) -> Decimal:
    """What the case was given to make up for the loss."""
    return _one(_GIVEN, [case_id, currency, [kind.value for kind in COMPENSATION]]) or Decimal(0)


def cap() -> Decimal:
    """The share of the loss past which a remedy needs a reason."""
    return Bounds.objects.values_list("cap", flat=True).first() or CAP


def _one(query: str, values: list[Any]) -> Decimal | None:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found: Decimal | None = cursor.fetchone()[0]
    return found
