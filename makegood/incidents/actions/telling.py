"""Telling a batch: each customer's case, words and gift in one transaction, so that nobody is told twice or by halves.

A batch is one transaction: killed at any instant it happened whole or not at all. Promises are locked before customers,
customers before cases, cases before budgets, as everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from makegood.cases.actions.clocks import let_go
from makegood.cases.actions.holding import entry
from makegood.cases.actions.opening import Trouble, admit
from makegood.cases.actions.stock import Stock, take_stock
from makegood.cases.models import Failure
from makegood.cases.rules import OF_ONE_PERSON, DetectedBy, FailureClass, failure_words
from makegood.incidents.actions.sending import send_to
from makegood.incidents.models import Incident
from makegood.incidents.queries.preparing import Prepared
from makegood.incidents.rules.judging import Weight
from makegood.incidents.rules.saying import message_of, steps_of
from makegood.journal.actions import record_many
from makegood.journal.actors import Actor
from makegood.platform.among import Among, array_of
from makegood.platform.copying import copy_rows
from makegood.platform.planning import tell_planner
from makegood.platform.rows import fetch_rows
from makegood.promises.actions import keep_many
from makegood.promises.queries import PromiseFacts, promises_by_id
from makegood.promises.rules import LIVE

PAGE = "page"
"""Where it is read: on the customer's private page."""


def lock(member_ids: Sequence[int], *, now: datetime) -> Stock:
    """Lock the promises of these members and of their open cases, then the customers, then the cases."""
    with connection.cursor() as cursor:
        # A release grows the tables that it reads faster than the planner learns of it: taken for small, they were read
        # whole for each customer, and a batch of five hundred took five seconds instead of half of one.
        cursor.execute("SET LOCAL enable_seqscan = off")
    asked = {"members": array_of(member_ids)}
    found = fetch_rows(_LOCK, asked)
    customers = fetch_rows("SELECT customer_id FROM incidents_member WHERE id = ANY(%(members)s::bigint[])", asked)
    return take_stock(
        [customer for (customer,) in customers], promise_ids=[pk for pk, mine in found if mine], now=now
    )  # fmt: skip


_LOCK = """
WITH hit AS MATERIALIZED (
    SELECT promise_id FROM incidents_affected WHERE member_id = ANY(%(members)s::bigint[])
), made AS MATERIALIZED (
    SELECT k.promise_id FROM incidents_member m
    JOIN customers_customer w ON w.id = m.customer_id
    JOIN customers_customer f ON f.id = coalesce(w.merged_into_id, w.id) OR f.merged_into_id = w.id
    JOIN cases_case c ON c.customer_id = f.id AND c.closed_at IS NULL
    JOIN cases_commitment k ON k.case_id = c.id
    WHERE m.id = ANY(%(members)s::bigint[])
)
SELECT p.id, p.id IN (SELECT promise_id FROM hit) FROM promises_promise p
WHERE p.id IN (SELECT promise_id FROM hit UNION SELECT promise_id FROM made)
ORDER BY p.id FOR UPDATE
"""


def tell_these(
    row: Incident, told: Sequence[Prepared], stock: Stock, *, by: Actor, now: datetime
) -> tuple[dict[int, int], dict[int, int]]:  # fmt: skip
    """Tell everybody of these: their case opens or is joined, holds what was said, and the message waits to leave.
    Returns the cases and the messages by member."""
    numbers = _cases(told, stock, by=by, now=now)
    sent = send_to(told, numbers, by=by, now=now)
    copy_rows("cases_stepdone", _STEP, _steps(row, told, numbers, sent, now))
    light = [numbers[one.hit.member_id] for one in told if one.verdict.weight is Weight.LIGHT]
    keep_many(_first_contacts(light), by=by, now=now)
    let_go(light, OF_ONE_PERSON, reason="The customer was told by an incident.", by=by, now=now)
    asked = {"told": array_of(numbers.values()), "light": array_of(light), "cause": row.cause_id, "owner": row.owner_id}
    with connection.cursor() as cursor:
        cursor.execute(_MARK, asked)
    record_many(
        entry(
            "told", numbers[one.hit.member_id], one.hit.customer_id, by=by, at=now,
            data=_told(row, one, sent.get(one.hit.member_id)),
        )
        for one in told
    )  # fmt: skip
    return numbers, sent


_STEP = ("case_id", "step", "said", "channel", "by_id", "at")
# What the incident knows of the cause its cases know. Of a light one whoever owns the incident finds it.
_MARK = """
UPDATE cases_case c SET light = c.id = ANY(%(light)s::bigint[]), cause_id = coalesce(c.cause_id, %(cause)s),
    cause_finder_id = CASE WHEN coalesce(c.cause_id, %(cause)s) IS NULL AND c.id = ANY(%(light)s::bigint[])
                           THEN coalesce(c.cause_finder_id, %(owner)s) ELSE c.cause_finder_id END
WHERE c.id = ANY(%(told)s::bigint[])
"""


def _told(row: Incident, one: Prepared, sent: int | None) -> dict[str, Any]:
    """What the journal says of one who was told: enough to carry the message out, or by which message it went."""
    return ({"sent": sent} if sent else {}) | {
        "incident": row.pk, "title": row.title, "member": one.hit.member_id, "language": one.language,
        "channel": _channel(one, sent), "light": one.verdict.weight is Weight.LIGHT, "message": message_of(one.told),
    }  # fmt: skip


def _channel(one: Prepared, sent: int | None) -> str:
    """How it goes; where nothing is sent, how somebody may carry it out."""
    return one.way.channel if sent and one.way else one.hit.channel or ""


def _cases(told: Sequence[Prepared], stock: Stock, *, by: Actor, now: datetime) -> dict[int, int]:
    """The case of each: their open one, which is joined, or one that is opened."""
    ids = [promise_id for one in told for promise_id in one.hit.promise_ids]
    failed = set(Failure.objects.filter(promise_id__in=Among(ids)).values_list("promise_id", flat=True))
    facts = promises_by_id(ids)
    troubles = [trouble for one in told for trouble in _troubles(one, facts, failed)]
    opened = admit(troubles, stock, by=by, now=now)
    return {
        one.hit.member_id: one.verdict.joins or opened[one.hit.customer_id, _kind(one)].case.id for one in told
    }  # fmt: skip


def _kind(one: Prepared) -> int:
    """The kind of their case: that of the one they have, else of what was promised."""
    kind = one.hit.case_kind_id or one.hit.kind_id
    assert kind is not None  # noqa: S101 - whoever is told has a promise
    return kind


def _troubles(one: Prepared, facts: Mapping[int, PromiseFacts], failed: Collection[int]) -> list[Trouble]:
    """What is new in their case: promises whose failure stands nowhere yet. A case that is opened has one at least."""
    fresh = [number for number in one.hit.promise_ids if number not in failed]
    if not fresh and one.verdict.joins is None:
        return [_trouble(one, facts[one.hit.promise_ids[0]], None)]
    return [_trouble(one, facts[number], number) for number in fresh]


def _trouble(one: Prepared, promise: PromiseFacts, promise_id: int | None) -> Trouble:
    return Trouble(
        customer_id=one.hit.customer_id, kind_id=_kind(one), team_id=one.hit.team_id, role=one.hit.role or "",
        what=failure_words(promise.state, promise.title), severity=promise.severity,
        failure_class=FailureClass.OUTCOME,
        detected_by=DetectedBy.FORECAST if promise.state in LIVE else DetectedBy.STAFF, promise_id=promise_id,
        promiser_id=promise.owner_id, owner_id=one.owner_id, light=one.verdict.weight is Weight.LIGHT,
    )  # fmt: skip


def _steps(
    row: Incident, told: Sequence[Prepared], numbers: Mapping[int, int], sent: Mapping[int, int], now: datetime
) -> list[tuple[Any, ...]]:  # fmt: skip
    ways = {one.hit.member_id: one.way.channel for one in told if one.way and one.hit.member_id in sent}
    return [
        (numbers[one.hit.member_id], step, said, ways.get(one.hit.member_id, PAGE), row.owner_id, now)
        for one in told
        for step, said in steps_of(one.told).items()
    ]


def _first_contacts(light: Collection[int]) -> list[int]:
    """The promises to speak to these customers: the message has. Where a person is to speak as well, they stand."""
    rows = fetch_rows(_CONTACTS, [array_of(light)])
    return [promise_id for (promise_id,) in rows]


_CONTACTS = "SELECT promise_id FROM cases_commitment WHERE purpose = 'first_contact' AND case_id = ANY(%s::bigint[])"


# What a batch writes into and the next one reads.
_GROWN = (
    "cases_case", "cases_commitment", "cases_failure", "cases_stepdone", "conversation_message", "conversation_thread",
    "promises_promise", "remedies_grant",
)  # fmt: skip


def count_anew(row: Incident) -> None:
    """See that the next batch is planned for what this release has written: the last thing that a batch does.

    Without it the second batch into a fresh installation took half of the time of all twenty.
    """
    tell_planner(_GROWN, many=row.batches * row.batch_size)


class Done(NamedTuple):
    """What a batch did, by member: the cases, the messages that were written, and the grants of what was given."""

    cases: Mapping[int, int]
    sent: Mapping[int, int]
    gifts: Mapping[int, int]


def note_members(prepared: Sequence[Prepared], done: Done, *, batch: int, now: datetime) -> None:
    """Write what became of each: their case, their message, and the grant of what they were given."""
    rows = [_member(one, done, batch, now) for one in prepared]
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [msgspec.json.encode(rows).decode()])


def _member(one: Prepared, done: Done, batch: int, now: datetime) -> dict[str, Any]:
    left, member = one.verdict.left, one.hit.member_id
    sent = done.sent.get(member)
    return {
        "id": member, "batch": batch, "case_id": done.cases.get(member), "sent_as_id": sent,
        "gift_id": done.gifts.get(member, one.hit.gift_id), "left_out": left or "",
        "left_at": now if left else None, "told_at": None if left else now,
        "light": None if left else one.verdict.weight is Weight.LIGHT,
        "language": "" if left else one.language, "channel": "" if left else _channel(one, sent),
        "message": message_of(one.told),
    }  # fmt: skip


_SET = ("batch", "case_id", "left_out", "left_at", "told_at", "light", "language", "channel", "message", "gift_id",
        "sent_as_id")  # fmt: skip
_NOTE = f"""
UPDATE incidents_member AS m SET ({", ".join(_SET)}) = ROW({", ".join(f"n.{name}" for name in _SET)})
FROM json_populate_recordset(NULL::incidents_member, %s::json) AS n WHERE m.id = n.id
"""  # noqa: S608 - names of columns, written above
