"""What waits for one person to decide, and what they may give in a case: for the rail, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

_OWN = """
SELECT (SELECT count(*) FROM (
            SELECT 1 FROM remedies_approval WHERE asked_of_id = %(staff)s AND decided_at IS NULL LIMIT %(most)s
        ) AS waiting),
       count(*), min("case") FILTER (WHERE remedy = '')
FROM remedies_limit
WHERE currency = %(currency)s AND grade = (
    SELECT max(l.grade) FROM remedies_limit l JOIN people_staff s ON s.id = %(staff)s AND l.grade <= s.grade
    WHERE l.currency = %(currency)s
)
"""


@dataclass(frozen=True, slots=True)
class OwnStanding:
    """`waiting` are questions asked of the one who looks. `limit` bounds what they give in a case alone, None when
    nothing does; `has_limits` tells that from a grade that has none and may give nothing."""

    waiting: int
    has_limits: bool
    limit: Decimal | None


def own_standing(staff_id: int, currency: str, *, at_most: int) -> OwnStanding:
    """What somebody has to decide, counted up to `at_most`, and what they may give."""
    with connection.cursor() as cursor:
        cursor.execute(_OWN, {"staff": staff_id, "currency": currency, "most": at_most})
        waiting, rows, limit = cursor.fetchone()
    return OwnStanding(waiting, rows > 0, limit)
