"""What policies owe to customers of an incident, worked out for many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from makegood.incidents.rules.owed import Due, OwedSum, is_open, summed
from makegood.platform.rows import fetch_rows
from makegood.remedies.queries import Failed, Owed, owing_to
from makegood.remedies.rules.owing import OwedState

_STRETCH = 1_000


def dues_of(failed: Sequence[Failed], *, now: datetime) -> Mapping[int, tuple[Due, ...]]:
    """What is owed to each of these, by their ids; nobody of whose promises no policy speaks is among them."""
    return {number: tuple(map(_due, owed)) for number, owed in owing_to(failed, now=now).items()}


def _due(owed: Owed) -> Due:
    found = owed.entitlement
    return Due(
        policy=owed.policy, title=owed.title, currency=owed.currency, state=owed.state, sums=owed.sums,
        at_stake=owed.at_stake, asks=owed.state is OwedState.UNKNOWN and bool(owed.questions),
        event=found.once_key if found and found.amount else "",
    )  # fmt: skip


class Reckoned(NamedTuple):
    """What an incident owes, policy by policy, and the cases in which something of it is open."""

    sums: tuple[OwedSum, ...]
    cases: tuple[int, ...]


def reckoned(number: int, *, now: datetime) -> Reckoned:
    """What is owed to everybody whom an incident hits, told, waiting or left out: what a rule owes it owes to all.

    Ten thousand customers are worked out a thousand at a time.
    """
    rows = fetch_rows(_HIT, [number])
    everybody: list[tuple[Due, ...]] = []
    cases: list[int] = []
    for start in range(0, len(rows), _STRETCH):
        failed = [Failed(*row) for row in rows[start : start + _STRETCH]]
        case_of = {one.id: one.case_id for one in failed}
        for member, dues in dues_of(failed, now=now).items():
            everybody.append(dues)
            case = case_of[member]
            if case is not None and is_open(dues):
                cases.append(case)
    return Reckoned(summed(everybody), tuple(cases))


# Their case is the one in which they were told, else the one that holds one of these promises.
_HIT = """
SELECT m.id,
       coalesce(m.case_id, (SELECT max(f.case_id) FROM cases_failure f WHERE f.promise_id = ANY(hit.ids))),
       coalesce(c.merged_into_id, c.id), hit.ids
FROM incidents_member m
JOIN customers_customer c ON c.id = m.customer_id
CROSS JOIN LATERAL (
    SELECT array_agg(x.promise_id ORDER BY x.promise_id) AS ids FROM incidents_affected x
    WHERE x.member_id = m.id AND x.freed_at IS NULL
) hit
WHERE m.incident_id = %s AND m.left_out NOT IN ('fine', 'told_already') AND hit.ids IS NOT NULL
ORDER BY m.id
"""
