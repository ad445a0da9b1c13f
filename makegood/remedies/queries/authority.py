"""What people may give, and what they gave already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

from django.db import connection

from makegood.platform.installation import organisation
from makegood.remedies.models import Limit as LimitRow
from makegood.remedies.rules.authority import Limit, Period, Spent, begins
from makegood.remedies.rules.fit import RemedyKind

_IN_CASE = """
SELECT remedy, SUM(correction + goodwill) FROM remedies_grant
WHERE case_id = %s AND currency = %s AND state = 'given' GROUP BY remedy
"""
_IN_PERIODS = """
SELECT decided_by_id, remedy, SUM(correction + goodwill) FILTER (WHERE given_at >= %s),
       SUM(correction + goodwill) FILTER (WHERE given_at >= %s),
       SUM(correction + goodwill) FILTER (WHERE given_at >= %s)
FROM remedies_grant
WHERE decided_by_id = ANY(%s) AND state = 'given' AND currency = %s AND given_at >= LEAST(%s, %s)
GROUP BY decided_by_id, remedy
"""
# A member of staff who is a customer too is known by the e-mail address they sign in with.
_SAME_PERSON = """
SELECT s.id FROM people_staff s JOIN customers_contactpoint c ON c.channel = 'email' AND c.normal = lower(s.email)
WHERE c.customer_id = %s
"""


def limits() -> tuple[Limit, ...]:
    """Every limit, by currency and grade."""
    return tuple(
        Limit(
            grade=row.grade, currency=row.currency, remedy=RemedyKind(row.remedy) if row.remedy else None,
            each=row.each, case=row.case, budget=row.budget, per=Period(row.per),
        )
        for row in LimitRow.objects.all()
    )  # fmt: skip


def spent_by(staff_ids: Collection[int], *, case_id: int, currency: str, now: datetime) -> Mapping[int, Spent]:
    """What was given in the case by anybody, and by each of these people in the periods that hold `now`."""
    zone = organisation().zone
    day, week, month = (begins(period, now, zone) for period in (Period.DAY, Period.WEEK, Period.MONTH))
    per_person: dict[int, dict[Period, dict[RemedyKind, Decimal]]] = defaultdict(lambda: {one: {} for one in Period})
    with connection.cursor() as cursor:
        cursor.execute(_IN_CASE, [case_id, currency])
        in_case = {RemedyKind(remedy): total for remedy, total in cursor.fetchall()}
        cursor.execute(_IN_PERIODS, [day, week, month, list(staff_ids), currency, week, month])
        for person_id, remedy, *sums in cursor.fetchall():
            for period, total in zip((Period.DAY, Period.WEEK, Period.MONTH), sums, strict=True):
                per_person[person_id][period][RemedyKind(remedy)] = total or Decimal(0)
    return {one: Spent(case=in_case, periods=per_person.get(one, {})) for one in staff_ids}


def staff_of_customer(customer_id: int) -> frozenset[int]:
    """The members of staff who are this customer."""
    with connection.cursor() as cursor:
        cursor.execute(_SAME_PERSON, [customer_id])
        return frozenset(number for (number,) in cursor.fetchall())
