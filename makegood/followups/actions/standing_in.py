"""Coming back while whoever promised it is away: an open case changes hands as a whole, a closed one has only this."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db import transaction

from makegood.journal.actors import SYSTEM
from makegood.notices.actions import News, tell_many
from makegood.people.queries import roster
from makegood.platform.among import array_of
from makegood.platform.rows import fetch_rows
from makegood.promises import actions as promises

AT_ONCE = 200


@transaction.atomic
def stand_in(*, now: datetime) -> int:
    """Give follow-ups of closed cases whose time has come, and whose owner is away, to their deputy, else to the lead.

    Returns how many changed hands; where nobody is there they stay, and climb the ladder when they break.
    """
    everybody = roster(now)
    away = [one.id for one in everybody.people.values() if not (one.is_present and one.may_work)]
    given: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for promise_id, owner_id, number in fetch_rows(_AT_HAND, [array_of(away), AT_ONCE]) if away else ():
        owner = everybody.people[owner_id]
        heir = everybody.deputy_for(owner_id) or everybody.lead_for(owner.team_id)
        if heir is not None:
            given[heir.id].append((promise_id, number))
    for heir_id, rows in given.items():
        promises.give([promise_id for promise_id, _ in rows], owner_id=heir_id, by=SYSTEM, now=now)
        tell_many([_news(heir_id, number, now) for _, number in rows], by=SYSTEM, now=now)
    return sum(map(len, given.values()))


_AT_HAND = """
SELECT p.id, p.owner_id, m.case_id
FROM promises_promise p JOIN cases_commitment m ON m.promise_id = p.id JOIN cases_case c ON c.id = m.case_id
WHERE p.owner_id = ANY(%s::bigint[]) AND p.state = 'at_risk' AND m.purpose = 'follow_up' AND c.closed_at IS NOT NULL
ORDER BY p.id LIMIT %s
"""


def _news(staff_id: int, number: int, now: datetime) -> News:
    return News(
        staff_id=staff_id, about=("case", number), topic="case.come_back", link=f"/cases/SR-{number}/",
        words=f"Come back to the customer of SR-{number}: whoever promised it is away.", occasion=now.isoformat(),
    )  # fmt: skip
