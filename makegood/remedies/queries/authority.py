"""What people may give, and what they gave already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from django.db import connection

from makegood.platform.installation import organisation
from makegood.remedies.models import Limit as LimitRow
from makegood.remedies.rules.authority import Asked, Limit, Period, Spent, Wanted, begins
from makegood.remedies.rules.fit import RemedyKind

# What a customer chose and may still change counts as what is held for their choice, not as given.
_SURE = "state = 'given' AND NOT EXISTS (SELECT FROM remedies_offer o WHERE o.id = offer_id AND o.state = 'open')"
_IN_CASE = f"""
SELECT remedy, SUM(correction + goodwill) FROM remedies_grant
WHERE case_id = %s AND currency = %s AND {_SURE} GROUP BY remedy
"""  # noqa: S608 - the condition above
_IN_PERIODS = f"""
SELECT decided_by_id, remedy, SUM(correction + goodwill) FILTER (WHERE given_at >= %s),
       SUM(correction + goodwill) FILTER (WHERE given_at >= %s),
       SUM(correction + goodwill) FILTER (WHERE given_at >= %s)
FROM remedies_grant
WHERE decided_by_id = ANY(%s) AND currency = %s AND given_at >= LEAST(%s, %s) AND {_SURE}
GROUP BY decided_by_id, remedy
"""  # noqa: S608 - the condition above
_HELD = """
SELECT o.id, o.case_id = %s, o.decided_by_id, coalesce(g.part_of_id, g.id), g.remedy, g.correction + g.goodwill
FROM remedies_offer o JOIN remedies_grant g ON g.offer_id = o.id AND g.state = 'offered'
WHERE o.state = 'open' AND g.currency = %s AND (o.case_id = %s OR o.decided_by_id = ANY(%s))
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
        cursor.execute(_HELD, [case_id, currency, case_id, list(staff_ids)])
        offers = _Held(cursor.fetchall())
    return {
        one: Spent(
            case=in_case, periods=per_person.get(one, {}), held_in_case=offers.in_case, held=offers.by(one)
        )
        for one in staff_ids
    }  # fmt: skip


class _Held:
    """What open offers may come to, by offer: rows of the statement above."""

    def __init__(self, rows: Iterable[tuple[int, bool, int, int, str, Decimal]]) -> None:
        ways: dict[int, dict[int, list[Wanted]]] = defaultdict(lambda: defaultdict(list))
        self.here: set[int] = set()
        self.whose: dict[int, int] = {}
        for offer, is_here, person, choice, remedy, amount in rows:
            ways[offer][choice].append(Wanted(RemedyKind(remedy), amount))
            self.whose[offer] = person
            if is_here:
                self.here.add(offer)
        self.offers = {offer: Asked(tuple(map(tuple, choices.values()))) for offer, choices in ways.items()}

    @property
    def in_case(self) -> tuple[Asked, ...]:
        """Those of the case."""
        return tuple(asked for offer, asked in self.offers.items() if offer in self.here)

    def by(self, person: int) -> tuple[Asked, ...]:
        """Those on one person's authority."""
        return tuple(asked for offer, asked in self.offers.items() if self.whose[offer] == person)


def staff_of_customer(customer_id: int) -> frozenset[int]:
    """The members of staff who are this customer."""
    with connection.cursor() as cursor:
        cursor.execute(_SAME_PERSON, [customer_id])
        return frozenset(number for (number,) in cursor.fetchall())
