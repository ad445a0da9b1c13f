"""Ending light cases, with no desk in between: the customer's own yes ends one, and so does their silence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from makegood.cases.actions.holding import entry
from makegood.cases.models import Case, SatisfactionCheck
from makegood.cases.rules import Answer, Outcome
from makegood.followups.actions import close
from makegood.followups.queries.following import patience
from makegood.followups.rules import silent_for
from makegood.incidents.actions.holding import bring_all
from makegood.incidents.queries.owing import dues_of
from makegood.incidents.rules.owed import stands_in_the_way
from makegood.journal.actions import record_many
from makegood.journal.actors import SYSTEM, Actor, ActorKind
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Role, Scope
from makegood.platform.among import Among, array_of
from makegood.platform.rows import fetch_rows
from makegood.remedies.queries import Failed

AT_ONCE = 50
"""They come as customers answer, so one by one will do."""
IN_SETS = 500
"""Silence ends as many at once as a batch told."""


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


@transaction.atomic
def close_silent(*, now: datetime) -> int:
    """End light cases whose customers have not said a word for as long as we wait for one (`silent_for`): as
    unreachable, up to five hundred at once. It counts from when their message left, where one was sent, else from when
    they were told, or from the last thing handed over to them. What has not left or did not arrive counts not.

    The message is not sent again meanwhile: said twice it costs trust. Their page goes on asking, and a word of theirs
    opens the case again. Where something is owed or must be asked first the case comes to its owner's desk instead.
    Returns how many were closed.
    """
    before = now - silent_for(*patience())
    held = [number for number, *_ in fetch_rows(f"{_SILENT} ORDER BY c.id LIMIT %(many)s FOR UPDATE OF c SKIP LOCKED",
                                                {"before": before, "many": IN_SETS})]  # fmt: skip
    if not held:
        return 0
    # Whoever answered while we waited for their case has said something: it is looked at again, now that it is held.
    silent = fetch_rows(f"{_SILENT} AND c.id = ANY(%(held)s::bigint[]) ORDER BY c.id",
                        {"before": before, "held": array_of(held)})  # fmt: skip
    failed = [Failed(number, number, customer, promises) for number, customer, promises, _ in silent if promises]
    due = {number for number, dues in dues_of(failed, now=now).items() if stands_in_the_way(dues)}
    bring_all(sorted(due))
    rest = [(number, customer, told_at) for number, customer, _, told_at in silent if number not in due]
    _end_silent(rest, now)
    return len(rest)


def _end_silent(silent: Sequence[tuple[int, int, datetime]], now: datetime) -> None:
    SatisfactionCheck.objects.bulk_create(
        [
            SatisfactionCheck(case_id=number, asked_at=told_at, answer=Answer.UNREACHABLE, answered_at=now)
            for number, _, told_at in silent
        ]
    )
    Case.objects.filter(pk__in=Among([number for number, *_ in silent])).update(
        closed_at=now, outcome=Outcome.UNREACHABLE, offered_to=None, offered_at=None
    )
    told = {"outcome": Outcome.UNREACHABLE, "silent": True}
    record_many(
        entry("closed", number, customer, by=SYSTEM, at=now, data=told | {"told_at": told_at.isoformat()})
        for number, customer, told_at in silent
    )


# The last thing that was settled in it counts, such as a gift handed over: then there was something to answer to.
_SILENT = """
SELECT c.id, c.customer_id,
       ARRAY(SELECT f.promise_id FROM cases_failure f
             WHERE f.case_id = c.id AND f.promise_id IS NOT NULL AND f.corrected_at IS NULL ORDER BY f.promise_id),
       m.told_at
FROM cases_case c
JOIN LATERAL (
    SELECT max(coalesce(g.sent_at, x.told_at)) AS told_at, bool_and(x.sent_as_id IS NULL OR g.state = 'sent') AS arrived
    FROM incidents_member x LEFT JOIN conversation_message g ON g.id = x.sent_as_id WHERE x.case_id = c.id
) m ON m.arrived AND m.told_at < %(before)s
WHERE c.light AND c.closed_at IS NULL AND (c.cause_id IS NOT NULL OR c.cause_finder_id IS NOT NULL)
  AND NOT EXISTS (SELECT FROM cases_satisfactioncheck s WHERE s.case_id = c.id AND s.undone_at IS NULL)
  AND NOT EXISTS (
    SELECT FROM cases_commitment k JOIN promises_promise p ON p.id = k.promise_id
    WHERE k.case_id = c.id AND k.undone_at IS NULL
      AND (p.state IN ('open', 'at_risk', 'broken') OR p.settled_at >= %(before)s))
"""
