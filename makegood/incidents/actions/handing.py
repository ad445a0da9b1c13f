"""Handing the messages out: to whoever carries them, each with a private link of its own.

No token is kept in plain, so a link is made when its message is handed out, and what was handed out once is not handed
out again unless that is asked for.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from makegood.cases.actions.holding import person
from makegood.incidents.actions.holding import check_may, tell
from makegood.incidents.models import Incident, Member
from makegood.incidents.queries.seeing import unknown_incident, visible
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid
from makegood.links.actions import make_links
from makegood.people.rules import Scope
from makegood.platform.among import Among
from makegood.platform.rows import fetch_rows

MOST = 10_000


class Letter(NamedTuple):
    """A message to be carried out: to whom, where, by which channel, in which language. `token` opens their page."""

    member: int
    case: int
    customer: str
    channel: str
    address: str
    language: str
    token: str
    message: str


@transaction.atomic
def hand_out(
    number: int, *, again: bool = False, limit: int = MOST, scope: Scope, by: Actor, now: datetime
) -> list[Letter]:
    """The messages of those who were told and whose message nobody carried out yet, in the order of their numbers;
    those that were handed out before, too, with new links, when `again`. What we send ourselves is not among them
    unless it did not arrive.

    Raises Refusal "incident.unknown", "incident.may_not", "incident.nothing_to_hand", "incident.bad_batch".
    """
    if not visible(scope).filter(pk=number).exists():
        raise unknown_incident()
    check_may(scope)
    person(by)
    if not 1 <= limit <= MOST:
        raise invalid("incident.bad_batch", f"From 1 to {MOST:,} at a time.", field="limit")
    row = Incident.objects.select_for_update().get(pk=number)
    found = fetch_rows(_LETTERS, {"incident": row.pk, "again": again, "limit": limit})
    if not found:
        raise Refusal("incident.nothing_to_hand", "Every message was handed out, or nobody was told yet.")
    tokens = make_links({case: customer for _, case, customer, *_ in found}, by=by, now=now)
    Member.objects.filter(pk__in=Among([one[0] for one in found])).update(handed_at=now)
    tell("handed_out", row, by=by, at=now, data={"letters": len(found), "again": again})
    return [
        Letter(member, case, name, channel, address, language, tokens[case], message)
        for member, case, _, name, channel, address, language, message in found
    ]


_LETTERS = """
SELECT m.id, m.case_id, k.customer_id, c.name, m.channel, coalesce(reach.value, ''), m.language, m.message
FROM incidents_member m
JOIN cases_case k ON k.id = m.case_id
JOIN customers_customer w ON w.id = m.customer_id
JOIN customers_customer c ON c.id = coalesce(w.merged_into_id, w.id)
LEFT JOIN LATERAL (
    SELECT value FROM customers_contactpoint WHERE customer_id = c.id AND channel = m.channel ORDER BY id LIMIT 1
) reach ON true
WHERE m.incident_id = %(incident)s AND m.told_at IS NOT NULL AND (%(again)s OR m.handed_at IS NULL)
  AND (m.sent_as_id IS NULL OR m.lost_at IS NOT NULL)
ORDER BY m.id LIMIT %(limit)s
"""
