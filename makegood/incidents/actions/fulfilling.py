"""Handing over what everybody is given, and what rules owed: many at once, by whoever says that it went out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from makegood.cases.actions.holding import person
from makegood.incidents.actions.holding import check_may, tell
from makegood.incidents.models import Incident
from makegood.incidents.queries.seeing import unknown_incident, visible
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Scope
from makegood.platform.among import array_of
from makegood.platform.rows import fetch_rows
from makegood.remedies.actions.alike import fulfil_alike


@transaction.atomic
def fulfil_gifts(
    number: int, *, owed: bool = False, members: Collection[int] | None = None, reference: str = "", scope: Scope,
    by: Actor, now: datetime,
) -> int:  # fmt: skip
    """What everybody is given was handed over, or what was `owed` and given along with the message was paid: to all who
    do not have it yet, or to these `members`.

    Returns to how many. Raises Refusal "incident.unknown", "incident.may_not", "incident.nothing_to_fulfil".
    """
    if not visible(scope).filter(pk=number).exists():
        raise unknown_incident()
    check_may(scope)
    person(by)
    row = Incident.objects.select_for_update().get(pk=number)
    asked = {"incident": number, "all": members is None, "members": array_of(members or ())}
    grants = [grant for (grant,) in fetch_rows(_OWED_UNDONE if owed else _UNDONE, asked)]
    if not grants:
        raise Refusal("incident.nothing_to_fulfil", "Nobody of these waits for it.")
    many = fulfil_alike(grants, reference=reference, by=by, now=now)
    tell("gifts_fulfilled", row, by=by, at=now, data={"many": many, "owed": owed, "reference": reference.strip()})
    return many


_UNDONE = """
SELECT g.id FROM incidents_member m
JOIN remedies_grant g ON g.id = m.gift_id AND g.state = 'given'
JOIN promises_promise p ON p.id = g.promise_id AND p.state IN ('open', 'at_risk', 'broken')
WHERE m.incident_id = %(incident)s AND (%(all)s OR m.id = ANY(%(members)s::bigint[]))
ORDER BY g.id
"""
_OWED_UNDONE = _UNDONE.replace(
    "JOIN remedies_grant g ON g.id = m.gift_id",
    "JOIN incidents_owedgrant x ON x.member_id = m.id JOIN remedies_grant g ON g.id = x.grant_id",
)
