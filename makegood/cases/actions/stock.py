"""What is there already when promises fail: the customers, their open cases, how often they were failed before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from makegood.customers.queries import ZONE
from makegood.platform.among import array_of
from makegood.platform.rows import fetch_rows

# A second failure of the same kind within a year is a repeat (Maxham & Netemeyer 2002: similar and close in
# time is what undoes a recovery).
REPEAT_WINDOW = timedelta(days=365)


class Family(NamedTuple):
    """A living customer, as far as opening a case goes; `time_zone` is ours when theirs is not known."""

    name: str
    cadence_minutes: int | None
    time_zone: str


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


class Outlook(NamedTuple):
    """What cases are drawn up by: their numbers, how many open cases each owner has on the desk, and how often their
    customers were failed before."""

    numbers: Sequence[int]
    load: dict[int, int]
    earlier: Mapping[Key, Earlier]


def take_stock(customer_ids: Collection[int], *, promise_ids: Collection[int], now: datetime) -> Stock:
    """Lock these customers (the living ones that they mean) and every case that may be touched; read what they hold.

    Customers come before cases, each in the order of their ids, so that two watches, or a watch and somebody who
    reports a failure, wait for each other and never in a circle.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_CUSTOMERS, {"customers": array_of(customer_ids)})
        families = {pk: Family(*told) for pk, *told in cursor.fetchall()}
        cursor.execute(_LOCK_CASES, {"customers": array_of(families), "promises": array_of(promise_ids)})
        held = cursor.fetchall()
    there = {
        (living_id, kind_id): OpenCase(number, severity)
        for number, living_id, kind_id, severity, closed_at in reversed(held)
        if closed_at is None and living_id in families
    }
    return Stock(families, there)


def look_out(customer_ids: Collection[int], *, many: int, now: datetime) -> Outlook:
    """What so `many` new cases of these customers are drawn up by. The customers must be held."""
    asked = {"many": many, "customers": array_of(customer_ids), "since": now - REPEAT_WINDOW}
    ((numbers, load, earlier),) = fetch_rows(_OUTLOOK, asked)
    return Outlook(
        numbers, dict(load), {(living_id, kind_id): Earlier(*told) for living_id, kind_id, *told in earlier}
    )  # fmt: skip


def load() -> dict[int, int]:
    """How many open cases each owner has on the desk."""
    return dict(fetch_rows(_LOAD, ()))


# By hand, because putting these statements together took longer than asking them. Numbers stand in a SELECT of their
# own: for an array that it sees the planner makes a new plan each time, which took ten times as long as the rows.
_GIVEN = "ANY((SELECT %(customers)s::bigint[])::bigint[])"
_LOCK_CUSTOMERS = f"""
SELECT id, name, cadence_minutes, {ZONE}
FROM customers_customer
WHERE id = ANY(ARRAY(SELECT coalesce(merged_into_id, id) FROM customers_customer WHERE id = {_GIVEN}))
ORDER BY id FOR NO KEY UPDATE
"""  # noqa: S608 - a column as the room of customers reads it
# The ids under which these customers' cases may stand: their own, and those of customers merged into them.
_MEMBERS = f"""
SELECT m.id FROM customers_customer m WHERE m.id = {_GIVEN}
UNION ALL SELECT m.id FROM customers_customer m WHERE m.merged_into_id = {_GIVEN}
"""  # noqa: S608 - the words above
# What the rows hold is read by the statement that waits for them, so that it is what holds once they are locked.
_LOCK_CASES = f"""
SELECT c.id, coalesce(m.merged_into_id, m.id), c.kind_id, c.severity, c.closed_at
FROM cases_case c JOIN customers_customer m ON m.id = c.customer_id
WHERE c.id = ANY(ARRAY(
    SELECT case_id FROM cases_commitment WHERE promise_id = ANY((SELECT %(promises)s::bigint[])::bigint[])
    UNION SELECT case_id FROM cases_failure WHERE promise_id = ANY((SELECT %(promises)s::bigint[])::bigint[])
    UNION SELECT id FROM cases_case WHERE customer_id = ANY(ARRAY({_MEMBERS})) AND closed_at IS NULL
)) ORDER BY c.id FOR NO KEY UPDATE OF c
"""  # noqa: S608 - the statement above
# Rows are counted, not their numbers: that is answered by the index on owners alone.
_LOAD = "SELECT owner_id, count(*) FROM cases_case WHERE closed_at IS NULL AND NOT light GROUP BY owner_id"
_OUTLOOK = f"""
SELECT ARRAY(SELECT nextval('cases_case_id_seq') FROM generate_series(1, (SELECT %(many)s::int))),
       ARRAY(SELECT ARRAY[owner_id, n] FROM ({_LOAD}) AS l (owner_id, n)), ARRAY(
SELECT ARRAY[coalesce(m.merged_into_id, m.id), c.kind_id, count(*), max(c.id)]
FROM cases_case c JOIN customers_customer m ON m.id = c.customer_id
WHERE c.customer_id = ANY(ARRAY({_MEMBERS})) AND c.opened_at >= %(since)s AND c.outcome <> 'corrected'
GROUP BY coalesce(m.merged_into_id, m.id), c.kind_id)
"""  # noqa: S608 - the statement above
