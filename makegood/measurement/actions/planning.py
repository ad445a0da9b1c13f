"""Finding whom to ask: by lot among everybody, and after each case that was closed. In sets, each once."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from makegood.conversation.queries import carried_channels
from makegood.conversation.rules.messages import Channel
from makegood.journal.queries import START, read_some
from makegood.measurement.models import Asking, Drawing
from makegood.measurement.queries.asking import facts_of
from makegood.platform.installation import organisation

LIMIT = 1_000
REACHED_BY = {Channel.EMAIL: ("email",), Channel.SMS: ("sms", "phone"), Channel.CHAT: ("chat",)}
"""The contact points by which each channel reaches somebody."""


@transaction.atomic
def draw_today(*, now: datetime) -> int:
    """Draw today's share of all customers by lot, once a day, and plan to ask those of them who may be. Returns how
    many.

    A customer's lot is worked out from the stored seed, the day and their number: whoever has these can draw it again.
    A day on which nobody looked is not made up for.
    """
    row = Asking.objects.select_for_update(skip_locked=True).filter(is_on=True, pulse_percent__gt=0).first()
    if row is None:
        return 0
    house = organisation()
    day = now.astimezone(house.zone).date()
    if Drawing.objects.filter(day=day).exists():
        return 0
    drawn, planned = _draw(row, day, house.time_zone, now)
    Drawing.objects.create(day=day, seed=row.seed, percent=row.pulse_percent, drawn=drawn, planned=planned)
    return planned


def _draw(row: Asking, day: date, zone: str, now: datetime) -> tuple[int, int]:
    asked: dict[str, Any] = {
        "seed": row.seed, "day": day, "zone": zone, "now": now, "scale": row.pulse_scale,
        "share": float(row.pulse_percent) / 100 / monthrange(day.year, day.month)[1],
        "since": now - facts_of(row).window,
        "sorts": [sort for channel in carried_channels() for sort in REACHED_BY.get(channel, ())],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_DRAW, asked)
        drawn, planned = cursor.fetchone()
    return drawn, planned


# Of 32 hexadecimal digits the first eight say who is drawn, the next when in their day (from nine to six), and the next
# whether they are one of the half that is reminded.
_PIECE = "('x' || substr(h, {start}, 8))::bit(32)::bigint / 4294967296.0"
_DRAW = f"""
WITH lot AS MATERIALIZED (
    SELECT id, time_zone, md5(%(seed)s || ':' || %(day)s::date || ':' || id) AS h
    FROM customers_customer WHERE merged_into_id IS NULL
), drawn AS MATERIALIZED (
    SELECT id, time_zone, {_PIECE.format(start=9)} AS moment, {_PIECE.format(start=17)} AS arm
    FROM lot WHERE {_PIECE.format(start=1)} < %(share)s::float8
), planned AS (
    INSERT INTO measurement_survey
        (customer_id, occasion, scales, again, reminds, planned_at, due_at, dropped_because, digest, answers, words)
    SELECT d.id, 'pulse', ARRAY[%(scale)s], false, d.arm < 0.5, %(now)s,
           (%(day)s::date + time '09:00' + d.moment * interval '9 hours')
               AT TIME ZONE coalesce(nullif(d.time_zone, ''), %(zone)s), '', '', '{{}}', ''
    FROM drawn d
    WHERE EXISTS (SELECT FROM customers_contactpoint p
                  WHERE p.customer_id = d.id AND p.channel = ANY(%(sorts)s::text[]))
      AND NOT EXISTS (
          SELECT FROM customers_customer f
          WHERE (f.id = d.id OR f.merged_into_id = d.id) AND (
              EXISTS (SELECT FROM cases_case c WHERE c.customer_id = f.id AND c.closed_at IS NULL)
              OR EXISTS (SELECT FROM measurement_leftinpeace l WHERE l.customer_id = f.id)
              OR EXISTS (SELECT FROM measurement_survey s WHERE s.customer_id = f.id
                         AND (s.asked_at > %(since)s OR s.asked_at IS NULL AND s.due_at IS NOT NULL))))
    ORDER BY d.id
    RETURNING 1
)
SELECT (SELECT count(*) FROM drawn), (SELECT count(*) FROM planned)
"""  # noqa: S608 - the words above


@transaction.atomic
def plan_after_cases(*, now: datetime) -> int:
    """Plan to ask the customers of cases that were closed since somebody looked last, some days after. One case is
    asked about once; closed again before that, it is asked about after its last close. Returns how many moves were
    read."""
    row = Asking.objects.select_for_update(skip_locked=True).filter(is_on=True).first()
    if row is None:
        return 0
    read = read_some(row.cursor or START, verbs=["case.closed"], kinds=[], limit=LIMIT)
    numbers = sorted({one.case_id for one in read.entries if one.case_id})
    if numbers:
        plan_for(row, numbers, now=now)
    if read.cursor != row.cursor:
        row.cursor = read.cursor
        row.save(update_fields=["cursor"])
    return len(read.entries)


def plan_for(row: Asking, numbers: Sequence[int], *, now: datetime) -> None:
    """Plan to ask the customers of these cases, as far as they are closed and may be asked about."""
    facts = facts_of(row)
    asked: dict[str, Any] = {
        "cases": [*numbers], "scales": [*facts.case_scales], "wait": facts.wait_days, "seed": row.seed, "now": now,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_AFTER_CASES, asked)


# Who will not forgive is left in peace, who could not be reached is not there to be asked, and what was corrected never
# failed.
_AFTER_CASES = f"""
INSERT INTO measurement_survey AS s
    (customer_id, case_id, occasion, scales, again, reminds, planned_at, due_at, dropped_because, digest, answers,
     words)
SELECT coalesce(k.merged_into_id, k.id), c.id, 'case', %(scales)s, c.repeat_of_id IS NOT NULL,
       (SELECT {_PIECE.format(start=1)} < 0.5 FROM (SELECT md5(%(seed)s || ':case:' || c.id) AS h) m),
       %(now)s, c.closed_at + make_interval(days => %(wait)s), '', '', '{{}}', ''
FROM cases_case c JOIN customers_customer k ON k.id = c.customer_id
WHERE c.id = ANY(%(cases)s::bigint[]) AND c.outcome NOT IN ('', 'will_not_forgive', 'unreachable', 'corrected')
ORDER BY c.id
ON CONFLICT (case_id) DO UPDATE
    SET due_at = excluded.due_at, planned_at = excluded.planned_at, dropped_at = NULL, dropped_because = ''
    WHERE s.asked_at IS NULL AND s.dropped_because IN ('', 'reopened')
"""  # noqa: S608 - the words above
