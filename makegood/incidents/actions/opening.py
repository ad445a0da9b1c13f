"""Opening an incident, and collecting whom it hits: again and again, until it is ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from makegood.cases.actions.holding import person
from makegood.cases.models import Cause
from makegood.cases.rules import names_in
from makegood.incidents.actions.holding import check_may, hold, tell
from makegood.incidents.models import Incident
from makegood.incidents.queries.collecting import affected_now, narrow_of
from makegood.incidents.rules.narrowing import Narrow, faults, stays_live
from makegood.incidents.rules.plan import Plan, stored
from makegood.incidents.rules.standing import Deed
from makegood.journal.actors import SYSTEM, Actor
from makegood.kernel.refusals import invalid
from makegood.kernel.texts import one_line
from makegood.people.queries import roster, staff_by_id
from makegood.people.rules import Scope
from makegood.platform.among import array_of

_LONGEST = 5_000
_MANY = 1_000


class Collected(NamedTuple):
    """How many promises joined, and how many customers left because all of theirs turned out fine."""

    joined: int
    left: int


@transaction.atomic
def open_incident(
    *, title: str, happened: str = "", cause: str = "", narrow: Narrow, scope: Scope, by: Actor, now: datetime
) -> int:
    """Open an incident of whoever acts, and collect whom it hits. Returns its number.

    Raises Refusal "incident.may_not", "incident.no_title", "incident.too_long", "incident.names_a_person",
    "cause.unknown", and what is wrong with the filter.
    """
    check_may(scope)
    row = Incident(owner_id=person(by), opened_at=now, narrow=_checked(narrow), plan=stored(Plan()))
    _describe(row, title=title, happened=happened, cause=cause, now=now)
    row.save()
    tell("opened", row, by=by, at=now, data={"owner": row.owner_id})
    _collect(row, scope, by=by, now=now)
    return row.pk


@transaction.atomic
def change_incident(
    number: int,
    *,
    title: str,
    happened: str = "",
    cause: str = "",
    narrow: Narrow | None = None,
    scope: Scope,
    by: Actor,
    now: datetime,
) -> None:
    """Put right what happened and, when given, the filter; what it finds more of joins at once.

    Raises Refusal as `open_incident` does, "incident.unknown", "incident.not_now".
    """
    row = hold(number, Deed.COLLECT, scope=scope)
    person(by)
    _describe(row, title=title, happened=happened, cause=cause, now=now)
    if narrow is not None:
        row.narrow = _checked(narrow)
    row.save()
    tell("changed", row, by=by, at=now)
    _collect(row, scope, by=by, now=now)


@transaction.atomic
def collect(number: int, *, scope: Scope, by: Actor, now: datetime) -> Collected:
    """Let join what the filter finds now, and leave what turned out fine. Who was told stays told."""
    row = hold(number, Deed.COLLECT, scope=scope)
    return _collect(row, scope, by=by, now=now)


def collect_open(*, now: datetime) -> int:
    """The same for every incident that has not ended, each as its owner sees the ledger. Returns how many."""
    numbers = list(Incident.objects.filter(ended_at=None).order_by("opened_at").values_list("pk", flat=True))
    for number in numbers:
        with transaction.atomic():
            row = Incident.objects.select_for_update().get(pk=number)
            owner = staff_by_id(row.owner_id, now)
            if row.ended_at is None and owner is not None:
                _collect(row, owner.scope, by=SYSTEM, now=now)
    return len(numbers)


def _checked(narrow: Narrow) -> object:
    for fault in faults(narrow):
        raise invalid(fault.code, fault.sentence, field="filter")
    return stored(narrow)


def _describe(row: Incident, *, title: str, happened: str, cause: str, now: datetime) -> None:
    row.title, row.happened = one_line(title), happened.strip()
    if not row.title:
        raise invalid("incident.no_title", "Give it a name, such as: Snow at Kennedy.", field="title")
    if len(row.title) > 200 or len(row.happened) > _LONGEST:
        raise invalid("incident.too_long", f"Up to 200 and {_LONGEST:,} characters, please.", field="happened")
    named = names_in(row.happened, [one.name for one in roster(now).people.values()])
    if named:
        raise invalid(
            "incident.names_a_person", f"Say what happened without naming {named}: a cause is never a person.",
            field="happened",
        )  # fmt: skip
    row.cause = Cause.objects.filter(slug=cause).first() if cause else None
    if cause and row.cause is None:
        raise invalid("cause.unknown", "There is no such cause. Choose one from the tree.", field="cause")


def _collect(row: Incident, scope: Scope, *, by: Actor, now: datetime) -> Collected:
    narrow = narrow_of(row.narrow)
    found = affected_now(scope, narrow)
    given: dict[str, Any] = {
        "incident": row.pk, "now": now, "promises": array_of(pk for pk, _ in found),
        "customers": array_of(customer for _, customer in found),
        "stay": [state.value for state in stays_live(narrow.states)],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_JOIN, given)
        (joined,) = cursor.fetchone()
        cursor.execute(_FREE, given)
        cursor.execute(_BACK, given)
        cursor.execute(_LEAVE, given)
        left = cursor.rowcount
        if joined >= _MANY:
            # The planner has not seen them yet and would look through all for each: a minute instead of a second.
            cursor.execute("ANALYZE incidents_member, incidents_affected")
    row.collected_at = now
    if joined and row.released_at and not row.stopped_at:
        row.next_batch_at = row.next_batch_at or now
    row.next_reckon_at = now if joined else row.next_reckon_at or now
    row.save(update_fields=["collected_at", "next_batch_at", "next_reckon_at"])
    if joined or left:
        tell("collected", row, by=by, at=now, data={"joined": joined, "left": left})
    return Collected(joined, left)


# What is found joins; of a promise that is there already nothing changes. A customer is the living one they mean.
_JOIN = """
WITH whom AS (
    SELECT f.promise_id, coalesce(c.merged_into_id, c.id) AS living
    FROM unnest(%(promises)s::bigint[], %(customers)s::bigint[]) AS f (promise_id, customer_id)
    JOIN customers_customer c ON c.id = f.customer_id
), came AS (
    INSERT INTO incidents_member (incident_id, customer_id, joined_at, language, channel, message, left_out)
    SELECT %(incident)s, living, %(now)s, '', '', '', '' FROM (SELECT DISTINCT living FROM whom ORDER BY living) w
    ON CONFLICT (incident_id, customer_id) DO NOTHING RETURNING id, customer_id
), everybody AS (
    SELECT id, customer_id FROM came
    UNION ALL SELECT id, customer_id FROM incidents_member WHERE incident_id = %(incident)s
), hit AS (
    INSERT INTO incidents_affected (member_id, promise_id)
    SELECT e.id, w.promise_id FROM whom w JOIN everybody e ON e.customer_id = w.living
    ON CONFLICT (member_id, promise_id) DO NOTHING RETURNING member_id
)
SELECT count(*) FROM hit
"""
# Of those who were not told, promises that turned out fine are let go, and those that are in trouble again come back.
_FREE = """
UPDATE incidents_affected x SET freed_at = CASE WHEN p.state = ANY(%(stay)s) THEN NULL ELSE %(now)s END
FROM incidents_member m, promises_promise p
WHERE m.incident_id = %(incident)s AND m.told_at IS NULL AND x.member_id = m.id AND p.id = x.promise_id
  AND (x.freed_at IS NULL) <> (p.state = ANY(%(stay)s))
"""
# Whoever was left out and has a promise in it that came since is looked at again.
_BACK = """
UPDATE incidents_member m SET left_out = '', left_at = NULL, batch = NULL
WHERE m.incident_id = %(incident)s AND m.told_at IS NULL AND m.left_out = 'fine'
  AND EXISTS (SELECT FROM incidents_affected x WHERE x.member_id = m.id AND x.freed_at IS NULL)
"""
_LEAVE = """
UPDATE incidents_member m SET left_out = 'fine', left_at = %(now)s
WHERE m.incident_id = %(incident)s AND m.told_at IS NULL AND m.left_out = ''
  AND NOT EXISTS (SELECT FROM incidents_affected x WHERE x.member_id = m.id AND x.freed_at IS NULL)
"""
