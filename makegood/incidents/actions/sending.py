"""What an incident tells leaves as messages: written with the batch, taken back with a stop, seen when one is lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from makegood.cases.actions.clocks import FIRST_CONTACT, Clock
from makegood.cases.actions.holding import entry, hold_promises
from makegood.cases.actions.storing import NewCommitment, insert_commitments
from makegood.cases.rules import Purpose
from makegood.conversation.actions import Posted, withdraw_many, write_many
from makegood.conversation.rules.messages import in_their_hours
from makegood.incidents.models import Incident
from makegood.incidents.queries.preparing import Prepared
from makegood.journal.actions import record_many
from makegood.journal.actors import SYSTEM, Actor
from makegood.platform.among import array_of
from makegood.platform.installation import organisation
from makegood.platform.rows import fetch_rows
from makegood.promises.actions import NewPromise, make_many
from makegood.promises.queries import kind_named

AT_ONCE = 200


def send_to(
    told: Sequence[Prepared], numbers: Mapping[int, int], *, by: Actor, now: datetime
) -> dict[int, int]:  # fmt: skip
    """Write to everybody of these to whom a message can go, in the case of each. Returns the messages by member."""
    able = [one for one in told if one.way is not None]
    wanted = [
        Posted(
            numbers[one.hit.member_id], one.hit.customer_id, one.hit.name, one.way, one.hit.title or "", one.words,
            one.language,
        )
        for one in able
        if one.way is not None
    ]  # fmt: skip
    made = write_many(wanted, by=by, leave_at=now, now=now)
    return {one.hit.member_id: message_id for one, message_id in zip(able, made, strict=True) if message_id}


class Turn(NamedTuple):
    """Whose turn it is: the `members` of a batch; `at` (aware UTC) when there is nobody whose day it is, and somebody
    waits all the same."""

    members: list[int]
    at: datetime | None


def turn_of(row: Incident, *, now: datetime) -> Turn:
    """The next members of a release: all who wait, or those of them whose day it is."""
    if not row.their_hours:
        return Turn(_waiting(row, None), None)
    ours = organisation().zone
    zones = [zone for (zone,) in fetch_rows(_ZONES, [row.pk])]
    next_day = {zone: in_their_hours(now, ZoneInfo(zone) if zone else ours) for zone in zones}
    awake = [zone for zone, at in next_day.items() if at <= now]
    members = _waiting(row, awake) if awake else []
    return Turn(members, None if members else min(next_day.values(), default=None))


def _waiting(row: Incident, zones: Collection[str] | None) -> list[int]:
    asked = {
        "incident": row.pk, "anywhere": zones is None, "zones": list(zones or ()), "size": row.batch_size
    }  # fmt: skip
    return [member for (member,) in fetch_rows(_TURN, asked)]


_FROM = """
FROM incidents_member m
JOIN customers_customer w ON w.id = m.customer_id
JOIN customers_customer c ON c.id = coalesce(w.merged_into_id, w.id)
WHERE m.told_at IS NULL AND m.left_out = ''
"""
_ZONES = f"SELECT DISTINCT c.time_zone {_FROM} AND m.incident_id = %s"
_TURN = f"""
SELECT m.id {_FROM} AND m.incident_id = %(incident)s AND (%(anywhere)s OR c.time_zone = ANY(%(zones)s::text[]))
ORDER BY m.id LIMIT %(size)s
"""


def take_back(row: Incident, *, by: Actor, now: datetime) -> int:
    """Take back what has not left yet: these customers were not told, and wait again. What they were given stays
    theirs. The incident must be held. Returns how many they are."""
    found = fetch_rows(_UNSENT, [row.pk])
    held = _hold([number for _, number, _ in found])
    back = set(withdraw_many([message for *_, message in found], now=now))
    members = [member for member, _, message in found if message in back]
    untold = [held[number] for _, number, message in found if message in back]
    _unsay(members, now)
    with connection.cursor() as cursor:
        cursor.execute(_WAIT_AGAIN, [array_of(members)])
    _speak_anew(untold, now)
    record_many(
        entry("untold", one.number, one.customer_id, by=by, at=now, data={"incident": row.pk, "title": row.title})
        for one in untold
    )
    return len(members)


_UNSENT = """
SELECT m.id, m.case_id, m.sent_as_id FROM incidents_member m JOIN conversation_message g ON g.id = m.sent_as_id
WHERE m.incident_id = %s AND g.state = 'waiting' AND g.handed_at IS NULL ORDER BY m.id
"""
_WAIT_AGAIN = """
UPDATE incidents_member SET told_at = NULL, case_id = NULL, light = NULL, language = '', channel = '', message = '',
    batch = NULL, sent_as_id = NULL WHERE id = ANY(%s::bigint[])
"""


def follow_lost(*, now: datetime) -> int:
    """See to messages that did not reach their customers: the case comes to its owner's desk, where speaking to them is
    promised anew. What goes another way is waited for. Of what nobody knows whether it left a person says so at the
    case, which comes to the desk for it. Returns how many were lost."""
    with connection.cursor() as cursor:
        cursor.execute(_ANOTHER_WAY)
        cursor.execute(_TO_SAY)
    found = fetch_rows(_LOST, {"case": None, "many": AT_ONCE})
    return sum(_lose(member, number, now) for member, number in found)


@transaction.atomic
def _lose(member: int, number: int, now: datetime) -> bool:
    held = _hold([number])
    if not fetch_rows(_LOST, {"case": number, "many": 1}):
        return False
    _unsay([member], now)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE incidents_member SET lost_at = %s WHERE id = %s", [now, member])
    _speak_anew(held.values(), now)
    return True


_TO_SAY = """
UPDATE cases_case c SET light = false FROM conversation_message g JOIN incidents_member m ON m.sent_as_id = g.id
WHERE g.state = 'unsure' AND c.id = m.case_id AND c.light AND c.closed_at IS NULL
"""
# What is red is few, and told by an index of its own.
_LOST = """
SELECT m.id, m.case_id FROM conversation_message g JOIN incidents_member m ON m.sent_as_id = g.id
WHERE g.state IN ('failed', 'bounced') AND m.lost_at IS NULL AND m.case_id = coalesce(%(case)s::bigint, m.case_id)
ORDER BY m.id LIMIT %(many)s
"""
_ANOTHER_WAY = """
UPDATE incidents_member m SET sent_as_id = n.id, channel = n.channel
FROM conversation_message g JOIN conversation_message n ON n.instead_of_id = g.id
WHERE m.sent_as_id = g.id AND g.state IN ('failed', 'bounced')
"""


class _Held(NamedTuple):
    """A case that is held: whose it is, and who owns it."""

    number: int
    customer_id: int
    owner_id: int
    name: str


def _hold(numbers: Collection[int]) -> dict[int, _Held]:
    """Lock these cases, after what is promised in them."""
    hold_promises(numbers)
    return {row[0]: _Held(*row) for row in fetch_rows(_CASES, [array_of(numbers)])}


_CASES = """
SELECT c.id, c.customer_id, c.owner_id, k.name FROM cases_case c JOIN customers_customer k ON k.id = c.customer_id
WHERE c.id = ANY(%s::bigint[]) ORDER BY c.id FOR UPDATE OF c
"""


def _unsay(members: Collection[int], now: datetime) -> None:
    """The steps that telling these took count no more."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSAY, {"members": array_of(members), "now": now})


_UNSAY = """
UPDATE cases_stepdone d SET undone_at = %(now)s FROM incidents_member m
WHERE m.id = ANY(%(members)s::bigint[]) AND d.case_id = m.case_id AND d.at = m.told_at AND d.undone_at IS NULL
"""


def _speak_anew(cases: Collection[_Held], now: datetime) -> None:
    """These customers were not reached: their cases come to the desks of their owners, where speaking to them is
    promised unless it still is."""
    numbers = array_of(one.number for one in cases)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET light = false WHERE id = ANY(%s::bigint[]) AND light", [numbers])
    silent = {number for (number,) in fetch_rows(_SILENT, [numbers])}
    wanted = [one for one in cases if one.number in silent]
    if not wanted:
        return
    due_at = Clock(FIRST_CONTACT, now).due()
    new = [
        NewPromise(
            customer_id=one.customer_id, title=f"Speak to {one.name}"[:300], due_at=due_at, owner_id=one.owner_id
        )
        for one in wanted
    ]
    made = make_many(new, kind=kind_named(FIRST_CONTACT), by=SYSTEM, now=now)
    insert_commitments(
        [
            NewCommitment(case_id=one.number, promise_id=promise.pk, purpose=Purpose.FIRST_CONTACT)
            for one, promise in zip(wanted, made, strict=True)
        ]
    )


_SILENT = """
SELECT c.id FROM cases_case c
WHERE c.id = ANY(%s::bigint[]) AND c.closed_at IS NULL AND NOT EXISTS (
    SELECT FROM cases_commitment k JOIN promises_promise p ON p.id = k.promise_id
    WHERE k.case_id = c.id AND k.purpose = 'first_contact' AND k.undone_at IS NULL
      AND p.state IN ('open', 'at_risk', 'broken'))
"""
