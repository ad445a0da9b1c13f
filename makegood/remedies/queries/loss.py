"""What a failure took from the customer, and what they were given for it."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from makegood.platform.rows import fetch_rows
from makegood.remedies.models import Bounds
from makegood.remedies.rules.fit import COMPENSATION
from makegood.remedies.rules.playbooks_cost import CAP

_LOSS = """
SELECT SUM(p.amount) FROM cases_failure f JOIN promises_promise p ON p.id = f.promise_id
WHERE f.case_id = %s AND f.corrected_at IS NULL AND p.currency = %s
"""
_GIVEN = """
SELECT coalesce(sum(entitled + goodwill), 0), coalesce(sum(entitled), 0) FROM remedies_grant
WHERE case_id = %s AND currency = %s AND state = 'given' AND remedy = ANY(%s)
"""


class Compensated(NamedTuple):
    """What a case was given to make up for the loss in all, and what of it was owed."""

    total: Decimal
    owed: Decimal


def loss_of(case_id: int, currency: str) -> Decimal | None:
    """What the promises that failed in the case were worth, in a currency; None when nobody knows."""
    found: Decimal | None = fetch_rows(_LOSS, [case_id, currency])[0][0]
    return found


def given_in(case_id: int, currency: str) -> Compensated:
    """What the case was given to make up for the loss."""
    return Compensated(*fetch_rows(_GIVEN, [case_id, currency, [kind.value for kind in COMPENSATION]])[0])


def cap() -> Decimal:
    """The share of the loss past which a remedy needs a reason."""
    return Bounds.objects.values_list("cap", flat=True).first() or CAP
