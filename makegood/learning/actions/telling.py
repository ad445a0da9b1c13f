"""Telling the customers whom a cause failed that it is changed: batch after batch by the worker, each once.

A batch is one transaction: killed at any instant it happened whole or not at all. What leaves goes by the one outbox.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection, transaction

from makegood.cases.actions.causes import check_names_nobody
from makegood.cases.actions.holding import entry, person
from makegood.conversation.actions import Posted, withdraw_many, write_many
from makegood.conversation.queries import needs_look
from makegood.journal.actions import record, record_many
from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal, forbidden, invalid, missing
from makegood.kernel.texts import one_line
from makegood.learning.models import Improvement, Telling, Told
from makegood.learning.queries.affected import Hurt, Prepared, affected, prepare
from makegood.learning.queries.telling import may_tell, words_of
from makegood.learning.rules.recurrence import LETS_US_SAY
from makegood.learning.rules.telling import faults
from makegood.people.queries import roster
from makegood.people.rules import Scope
from makegood.platform.among import array_of
from makegood.platform.copying import copy_rows
from makegood.platform.rows import fetch_rows

MOST_AT_ONCE, LONGEST_EVERY = 500, 3_600
_NOT_CHANGED = "It can be told once it is live, and not when it came back or was dropped."


@transaction.atomic
def say_changed(number: int, *, language: str, changed: str, scope: Scope, by: Actor, now: datetime) -> None:
    """Write what customers of a language are told was changed; "" takes it away.

    Raises Refusal "improvement.unknown", "telling.may_not", "telling.unknown_language", "telling.too_long",
    "telling.blames", "cause.names_a_person", and "telling.needs_look" while they are being told.
    """
    row = _hold(number, scope)
    text = one_line(changed)
    for fault in faults(language, text):
        raise invalid(fault.code, fault.sentence, field="changed")
    check_names_nobody([text], [one.name for one in roster(now).people.values()], field="changed")
    telling = _telling(row)
    if telling.next_batch_at is not None:
        _check_alone(scope)
    kept = {tongue: words for tongue, words in telling.words.items() if tongue != language}
    telling.words = kept | ({language: text} if text else {})
    telling.save(update_fields=["words"])
    _record("worded", row, by, now, {"language": language, "changed": text})


@transaction.atomic
def begin_telling(
    number: int, *, batch_size: int = 100, every: int = 60, scope: Scope, by: Actor, now: datetime
) -> None:
    """Begin to tell everybody whom the cause failed until the change went live, or go on after a stop: `batch_size` at
    a time, with `every` seconds between two batches. Those who were left out before are looked at again; nobody is told
    twice.

    Raises Refusal "improvement.unknown", "telling.may_not", "telling.not_changed", "telling.under_way",
    "telling.bad_batch", "telling.no_words", "telling.nobody", "telling.needs_look".
    """
    row = _hold(number, scope)
    me = person(by)
    _check_alone(scope)
    if row.state not in LETS_US_SAY:
        raise Refusal("telling.not_changed", _NOT_CHANGED)
    if not (1 <= batch_size <= MOST_AT_ONCE and 0 <= every <= LONGEST_EVERY):
        raise invalid(
            "telling.bad_batch", f"From 1 to {MOST_AT_ONCE} in a batch, with up to an hour between two.", field="batch"
        )
    telling = _telling(row)
    if telling.next_batch_at is not None:
        raise Refusal("telling.under_way", "They are being told already.")
    if not telling.words:
        raise Refusal("telling.no_words", "Say in their language what was changed first.")
    _gather(row, telling, now)
    waiting = telling.everybody.filter(told_at=None, left_out="").count()
    if not waiting:
        raise Refusal("telling.nobody", "Nobody is left to be told. The dry run says who is left out, and why.")
    telling.teller_id, telling.batch_size, telling.every = me, batch_size, every
    telling.began_at, telling.next_batch_at = telling.began_at or now, now
    telling.stopped_at, telling.stopped_why, telling.ended_at = None, "", None
    telling.save()
    _record("telling_begun", row, by, now, {"waiting": waiting, "batch_size": batch_size, "every": every})


@transaction.atomic
def stop_telling(number: int, *, reason: str = "", scope: Scope, by: Actor, now: datetime) -> None:
    """Tell nobody more for now, and take back what has not left yet: whoever it was for waits again.

    Raises Refusal "improvement.unknown", "telling.may_not", "telling.not_under_way".
    """
    row = _hold(number, scope)
    person(by)
    telling = _telling(row)
    if telling.began_at is None or telling.stopped_at is not None:
        raise Refusal("telling.not_under_way", "Nobody is being told.")
    back = _take_back(row, telling, by, now)
    if telling.next_batch_at is None and not back:
        raise Refusal("telling.not_under_way", "Everybody was told: what has left cannot be taken back.")
    _stop(row, telling, one_line(reason)[:500], by, now, back)


@transaction.atomic
def tell_due(*, now: datetime) -> bool:
    """Tell the next batch of one telling whose turn has come; whether there was one. Whoever holds an improvement tells
    its batch alone."""
    due = Improvement.objects.select_for_update(of=("self",), skip_locked=True).select_related("cause")
    row = due.filter(telling__next_batch_at__lte=now).order_by("telling__next_batch_at", "pk").first()
    if row is None:
        return False
    telling = Telling.objects.select_for_update().get(improvement=row)
    by = _teller(telling, now)
    if row.state not in LETS_US_SAY:
        _stop(row, telling, _NOT_CHANGED, by, now, 0)
        return True
    waits = list(telling.everybody.filter(told_at=None, left_out="").order_by("id")[: telling.batch_size])
    if not waits:
        telling.next_batch_at, telling.ended_at = None, now
        telling.save(update_fields=["next_batch_at", "ended_at"])
        _record("telling_ended", row, by, now)
        return True
    _tell_batch(row, telling, waits, by, now)
    telling.next_batch_at = now + timedelta(seconds=telling.every)
    telling.save(update_fields=["next_batch_at"])
    return True


def _tell_batch(row: Improvement, telling: Telling, waits: Sequence[Told], by: Actor, now: datetime) -> None:
    # Customers before cases, as everywhere: while they are held nobody makes two of them one, and no case is opened.
    fetch_rows(_HOLD, [array_of(one.customer_id for one in waits)])
    people = [Hurt(one.pk, one.customer_id, one.case_id) for one in waits]
    fetch_rows(_HOLD_CASES, [array_of(one.case_id for one in waits)])
    prepared = prepare(row, telling.pk, words_of(telling.words), people, now=now)
    sent = _send([one for one in prepared if one.left is None], by, now)
    done = [one for one in prepared if one.row in sent]
    _note(prepared, sent, now)
    record_many(
        entry(
            "change_told", one.case_id, one.customer_id, by=by, at=now,
            data={"improvement": row.pk, "name": row.change, "sent": sent[one.row], "language": one.language},
        )
        for one in done
    )  # fmt: skip
    left = Counter(str(one.left or "no_way_to_reach") for one in prepared if one.row not in sent)
    _record("telling_batch", row, by, now, {"told": len(done), "left": dict(left)})


_HOLD = "SELECT id FROM customers_customer WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
_HOLD_CASES = "SELECT id FROM cases_case WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"


def _send(told: Sequence[Prepared], by: Actor, now: datetime) -> dict[int, int]:
    """Write to each of these in their case. Returns the messages by row; who cannot be reached after all is missing."""
    wanted = [
        Posted(one.case_id, one.customer_id, one.customer_name, one.way, one.title, one.sends, one.language)
        for one in told if one.way is not None
    ]  # fmt: skip
    made = write_many(wanted, by=by, leave_at=now, now=now)
    return {one.row: message for one, message in zip(told, made, strict=True) if message}


def _note(prepared: Sequence[Prepared], sent: Mapping[int, int], now: datetime) -> None:
    """Write what became of each."""
    rows = [
        {
            "id": one.row, "language": one.language, "message": one.message if one.row in sent else "",
            "told_at": now if one.row in sent else None, "sent_as_id": sent.get(one.row),
            "left_out": "" if one.row in sent else one.left or "no_way_to_reach",
        }
        for one in prepared
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [msgspec.json.encode(rows).decode()])


_SET = ("language", "message", "told_at", "sent_as_id", "left_out")
_NOTE = f"""
UPDATE learning_told AS t SET ({", ".join(_SET)}) = ROW({", ".join(f"n.{name}" for name in _SET)})
FROM json_populate_recordset(NULL::learning_told, %s::json) AS n WHERE t.id = n.id
"""  # noqa: S608 - names of columns, written above


def _gather(row: Improvement, telling: Telling, now: datetime) -> None:
    """Everybody whom the cause failed waits who was not told."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE learning_told SET left_out = '' WHERE telling_id = %s AND left_out <> ''", [telling.pk])
    known = set(telling.everybody.values_list("customer_id", flat=True))
    fresh = [one for one in affected(row, now=now) if one.customer_id not in known]
    copy_rows("learning_told", ("telling_id", "customer_id", "case_id"), (
        (telling.pk, one.customer_id, one.case_id) for one in fresh
    ))  # fmt: skip


def _take_back(row: Improvement, telling: Telling, by: Actor, now: datetime) -> int:
    """Take back what has not left yet. Returns for how many."""
    found = fetch_rows(_UNSENT, [telling.pk])
    fetch_rows(_HOLD_CASES, [array_of(case for _, case, _, _ in found)])
    back = set(withdraw_many([message for *_, message in found], now=now))
    untold = [one for one in found if one[3] in back]
    with connection.cursor() as cursor:
        cursor.execute(_WAIT_AGAIN, [array_of(one[0] for one in untold)])
    record_many(
        entry("change_untold", case, customer, by=by, at=now, data={"improvement": row.pk, "name": row.change})
        for _, case, customer, _ in untold
    )
    return len(untold)


_UNSENT = """
SELECT t.id, t.case_id, t.customer_id, t.sent_as_id FROM learning_told t
JOIN conversation_message g ON g.id = t.sent_as_id
WHERE t.telling_id = %s AND g.state = 'waiting' AND g.handed_at IS NULL ORDER BY t.id
"""
_WAIT_AGAIN = """
UPDATE learning_told SET told_at = NULL, language = '', message = '', sent_as_id = NULL WHERE id = ANY(%s::bigint[])
"""


def _stop(row: Improvement, telling: Telling, why: str, by: Actor, now: datetime, back: int) -> None:
    telling.stopped_at, telling.stopped_why, telling.next_batch_at, telling.ended_at = now, why, None, None
    telling.save(update_fields=["stopped_at", "stopped_why", "next_batch_at", "ended_at"])
    _record("telling_stopped", row, by, now, {"reason": why, "taken_back": back})


def _teller(telling: Telling, now: datetime) -> Actor:
    name = roster(now).people[telling.teller_id or 0].name
    return Actor(ActorKind.STAFF, telling.teller_id, name)


def _telling(row: Improvement) -> Telling:
    return Telling.objects.select_for_update().get_or_create(improvement=row)[0]


def _hold(number: int, scope: Scope) -> Improvement:
    row = Improvement.objects.select_for_update(of=("self",)).select_related("cause").filter(pk=number).first()
    if row is None:
        raise missing("improvement.unknown", "There is no such improvement.")
    if not may_tell(scope, row.owner_id):
        raise forbidden("telling.may_not", "A manager tells customers, or whoever owns the change and sees customers.")
    return row


def _check_alone(scope: Scope) -> None:
    """Raises Refusal "telling.needs_look" for whoever writes to customers with a lead's look only."""
    if needs_look(scope.staff_id):
        raise forbidden(
            "telling.needs_look", "What you write to customers waits for a look until you have passed the basic scenes "
            "of practice. Have a manager begin it: they read your words first.",
        )  # fmt: skip


def _record(verb: str, row: Improvement, by: Actor, now: datetime, data: dict[str, Any] | None = None) -> None:
    told = {"improvement": row.pk, "cause": row.cause.slug, "change": row.change, **(data or {})}
    record(f"improvement.{verb}", by=by, at=now, subject=("improvement", row.pk), data=told)
