"""Ending light cases: the customer's own yes ends one, with no desk in between."""

from __future__ import annotations

from datetime import datetime

from makegood.followups.actions import close
from makegood.incidents.actions.holding import bring_all
from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Role, Scope
from makegood.platform.rows import fetch_rows

AT_ONCE = 50
"""They come as customers answer, so one by one will do."""


def close_answered(*, now: datetime) -> int:
    """Close light cases whose customers say that it is right and to whom nothing is owed any more, up to fifty.

    What else stands in the way of a close, such as something that a rule owes, needs a person: the case comes to its
    owner's desk. Returns how many were closed.
    """
    closed, stuck = 0, []
    for number, owner_id, name in fetch_rows(_ANSWERED, [AT_ONCE]):
        by = Actor(ActorKind.STAFF, owner_id, name)
        try:
            close(number, scope=Scope(Role.MANAGER, owner_id), by=by, now=now)
        except Refusal:
            stuck.append(number)
        else:
            closed += 1
    bring_all(stuck)
    return closed


_ANSWERED = """
SELECT c.id, c.owner_id, o.name
FROM cases_case c JOIN people_staff o ON o.id = c.owner_id
WHERE c.light AND c.closed_at IS NULL AND (c.cause_id IS NOT NULL OR c.cause_finder_id IS NOT NULL)
  AND (SELECT answer FROM cases_satisfactioncheck WHERE case_id = c.id AND undone_at IS NULL
       ORDER BY asked_at DESC, id DESC LIMIT 1) = 'satisfied'
  AND NOT EXISTS (
    SELECT FROM cases_commitment k JOIN promises_promise p ON p.id = k.promise_id
    WHERE k.case_id = c.id AND p.state IN ('open', 'at_risk', 'broken')
      AND k.purpose IN ('first_contact', 'commitment', 'update'))
ORDER BY c.id LIMIT %s
"""
