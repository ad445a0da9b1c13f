"""What is there already when promises fail: the customers, their open cases, how often they were failed before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from makegood.customers.models import Customer
from makegood.platform.among import Among, array_of

# A second failure of the same kind within a year is a repeat (Maxham & Netemeyer 2002: similar and close in
# time is what undoes a recovery).
REPEAT_WINDOW = timedelta(days=365)


class Family(NamedTuple):
    """A living customer, as far as opening a case goes."""

    name: str
    cadence_minutes: int | None


class OpenCase(NamedTuple):
    """An open case that further failures join."""

    number: int
    severity: int


class Earlier(NamedTuple):
    """How many cases of a kind a customer had in the window, and the latest of them (None: no case)."""

    times: int = 0
    latest: int | None = None


Key = tuple[int, int]
"""What makes two failures the same recovery: the living customer and the kind."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What is there, locked for this transaction."""

    families: Mapping[int, Family]
    open: dict[Key, OpenCase]
    earlier: Mapping[Key, Earlier]


def take_stock(customer_ids: Collection[int], *, promise_ids: Collection[int], now: datetime) -> Stock:
    """Lock living customers and every case that may be touched, and read what they hold.

    Customers come before cases, each in the order of their ids, so that two watches, or a watch and somebody who
    reports a failure, wait for each other and never in a circle.
    """
    families = _lock_customers(customer_ids)
    members = _members(customer_ids)
    return Stock(families, _lock_cases(members, promise_ids), _earlier(members, now))


def _lock_customers(customer_ids: Collection[int]) -> dict[int, Family]:
    if not customer_ids:
        return {}
    rows = Customer.objects.select_for_update(no_key=True).filter(pk__in=Among(customer_ids)).order_by("pk")
    return {pk: Family(name, cadence) for pk, name, cadence in rows.values_list("pk", "name", "cadence_minutes")}


def _members(customer_ids: Collection[int]) -> dict[int, int]:
    """The ids under which these customers' cases may stand, of those merged into them too, each with the living one."""
    members = {customer_id: customer_id for customer_id in customer_ids}
    if customer_ids:
        merged = Customer.objects.filter(merged_into_id__in=Among(customer_ids)).order_by()
        members |= {pk: into for pk, into in merged.values_list("pk", "merged_into_id") if into is not None}
    return members


# What the rows hold is read by the statement that waits for them, so that it is what holds once they are locked.
_LOCK_CASES = """
SELECT id, customer_id, kind_id, severity, closed_at FROM cases_case WHERE id = ANY(ARRAY(
    SELECT case_id FROM cases_commitment WHERE promise_id = ANY(%(promises)s::bigint[])
    UNION SELECT case_id FROM cases_failure WHERE promise_id = ANY(%(promises)s::bigint[])
    UNION SELECT id FROM cases_case WHERE customer_id = ANY(%(customers)s::bigint[]) AND closed_at IS NULL
)) ORDER BY id FOR NO KEY UPDATE
"""


def _lock_cases(members: Mapping[int, int], promise_ids: Collection[int]) -> dict[Key, OpenCase]:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_CASES, {"promises": array_of(promise_ids), "customers": array_of(members)})
        rows = cursor.fetchall()
    return {
        (members[customer_id], kind_id): OpenCase(number, severity)
        for number, customer_id, kind_id, severity, closed_at in reversed(rows)
        if closed_at is None and customer_id in members
    }


_EARLIER = """
SELECT customer_id, kind_id, count(*), max(id) FROM cases_case
WHERE customer_id = ANY(%s::bigint[]) AND opened_at >= %s AND outcome <> 'corrected' GROUP BY customer_id, kind_id
"""


def _earlier(members: Mapping[int, int], now: datetime) -> dict[Key, Earlier]:
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, [array_of(members), now - REPEAT_WINDOW])
        rows = cursor.fetchall()
    found: dict[Key, Earlier] = {}
    for customer_id, kind_id, count, latest in rows:
        key = (members[customer_id], kind_id)
        before = found.get(key, Earlier())
        found[key] = Earlier(before.times + count, max(latest, before.latest or 0))
    return found
