"""Giving what rules owe to those who were told already: at once, and not case by case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from makegood.cases.actions.holding import person
from makegood.incidents.actions.giving import own_customers, why_given
from makegood.incidents.actions.holding import check_may, tell
from makegood.incidents.actions.telling import lock
from makegood.incidents.models import Incident, OwedGrant
from makegood.incidents.queries.owing import dues_of
from makegood.incidents.queries.seeing import unknown_incident, visible
from makegood.incidents.rules.owed import Due, is_open
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Scope
from makegood.platform.rows import fetch_rows
from makegood.remedies.actions.alike import Creditor, give_owed_alike
from makegood.remedies.actions.weighing import hold_events
from makegood.remedies.queries import Failed

AT_ONCE = 500
"""So many are given it in one transaction, as in a batch of a release."""


class GivenNow(NamedTuple):
    """To how many customers it was given, and how many it is still to be given to."""

    given: int
    left: int


@transaction.atomic
def give_owed_now(number: int, *, scope: Scope, by: Actor, now: datetime) -> GivenNow:
    """Give what rules owe, as of now, to those who were told and whose cases are open, up to `AT_ONCE` of them: what
    `set_owed` does for those who are told from then on. No authority is asked; nobody gives to themselves.

    Raises Refusal "incident.unknown", "incident.may_not", "incident.nothing_owed".
    """
    if not visible(scope).filter(pk=number).exists():
        raise unknown_incident()
    check_may(scope)
    row, me = Incident.objects.select_for_update().get(pk=number), person(by)
    open_ = _open_to(row, me, now)
    if not open_:
        raise Refusal("incident.nothing_owed", "Nobody who was told is owed anything that is known and not given yet.")
    many = _give(row, open_[:AT_ONCE], me, by, now)
    row.next_reckon_at = now
    row.save(update_fields=["next_reckon_at"])
    tell("owed_given", row, by=by, at=now, data={"customers": many})
    return GivenNow(many, len(open_) - len(open_[:AT_ONCE]))


Owing = tuple[Creditor, tuple[Due, ...]]


def _open_to(row: Incident, giver_id: int, now: datetime) -> list[Owing]:
    """Those to whom something is open, and what; whoever gives is not among them."""
    told = [Creditor(*one) for one in fetch_rows(_TOLD, [row.pk])]
    failed = [Failed(one.id, one.case_id, one.customer_id, one.promise_ids) for one in told]
    dues, own = dues_of(failed, now=now), own_customers(giver_id, [one.customer_id for one in told])
    found = ((one, dues.get(one.id, ())) for one in told if one.customer_id not in own)
    return [(one, owed) for one, owed in found if is_open(owed)]


def _give(row: Incident, owing: Sequence[Owing], giver_id: int, by: Actor, now: datetime) -> int:
    lock([one.id for one, _ in owing], now=now)
    hold_events({due.event for _, dues in owing for due in dues if due.event})
    given = give_owed_alike([one for one, _ in owing], reason=why_given(row), by_id=giver_id, by=by, now=now)
    OwedGrant.objects.bulk_create([OwedGrant(member_id=member, grant_id=grant) for member, grant in given])
    return len({member for member, _ in given})


_TOLD = """
SELECT m.id, k.id, coalesce(c.merged_into_id, c.id), k.owner_id, hit.ids
FROM incidents_member m
JOIN cases_case k ON k.id = m.case_id AND k.closed_at IS NULL
JOIN customers_customer c ON c.id = m.customer_id
CROSS JOIN LATERAL (
    SELECT array_agg(x.promise_id ORDER BY x.promise_id) AS ids FROM incidents_affected x
    WHERE x.member_id = m.id AND x.freed_at IS NULL
) hit
WHERE m.incident_id = %s AND m.told_at IS NOT NULL AND hit.ids IS NOT NULL
ORDER BY m.id
"""
