"""Taking in what other systems tell: answers on a scale, and what customers did. In sets; the same twice is once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from django.db import connection, transaction
from msgspec.structs import replace

from makegood.customers.actions import resolve_many
from makegood.customers.rules import read_fact
from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal
from makegood.measurement.scales import Occasion
from makegood.measurement.told import DeedTold, ScoreTold, case_number, check_deed, check_score
from makegood.platform.among import array_of
from makegood.platform.rows import fetch_rows
from makegood.promises.actions import FactReject
from makegood.promises.actions.receiving import TOLERATED_AHEAD

SCORES_TOLD = "measurement.scores_told"
CORRECTED = "corrected"
"""What an entry of the journal says of answers that were kept before and were told otherwise now: their numbers."""
Told = TypeVar("Told", ScoreTold, DeedTold)


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a batch: `accepted` told something new, `unchanged` nothing new."""

    accepted: int
    unchanged: int
    rejected: tuple[FactReject, ...]


@transaction.atomic
def take_scores(told: Sequence[ScoreTold], *, by: Actor, now: datetime) -> Heard:
    """Keep answers that other systems heard. What cannot be true is rejected with its place; the others go in, and
    whoever says otherwise later corrects what they said."""
    good, rejected = _sorted_out(told, check_score, now)
    customers = resolve_many([one.customer for one in good.values()], now=now)
    foreign = _foreign_cases(good, customers)
    kept = {place: one for place, one in good.items() if place not in foreign}
    rows = {
        (one.source, one.reference): {
            "customer_id": customers[one.customer.key], "case_id": case_number(one.case) if one.case else None,
            "scale": one.scale, "value": _cents(one.value), "occasion": Occasion.IMPORTED, "asked_at": one.asked_at,
            "answered_at": one.answered_at, "source": one.source, "reference": one.reference,
        }
        for one in kept.values()
    }  # fmt: skip
    changed = _write(_SCORES, rows)
    return _told("scores", changed, len(kept), [*rejected, *foreign.values()], by, now)


@transaction.atomic
def take_behaviour(told: Sequence[DeedTold], *, by: Actor, now: datetime) -> Heard:
    """Keep what customers did, as other systems tell; see `take_scores`."""
    good, rejected = _sorted_out(told, check_deed, now)
    customers = resolve_many([one.customer for one in good.values()], now=now)
    rows = {
        (one.source, one.reference): {
            "customer_id": customers[one.customer.key], "deed": one.deed, "at": one.at,
            "amount": None if one.amount is None else _cents(one.amount), "currency": one.currency,
            "source": one.source, "reference": one.reference,
        }
        for one in good.values()
    }  # fmt: skip
    changed = _write(_BEHAVIOUR, rows)
    return _told("behaviour", changed, len(good), rejected, by, now)


def _sorted_out(
    told: Sequence[Told], check: Callable[..., None], now: datetime
) -> tuple[dict[int, Told], list[FactReject]]:
    """Those that can be taken by their place, their customers read; and those that cannot."""
    good: dict[int, Told] = {}
    rejected = []
    for place, one in enumerate(told):
        try:
            check(one, horizon=now + TOLERATED_AHEAD)
            good[place] = replace(one, customer=read_fact(one.customer))
        except Refusal as no:
            rejected.append(FactReject(place, no.code, no.message))
    return good, rejected


def _foreign_cases(good: Mapping[int, ScoreTold], customers: Mapping[str, int]) -> dict[int, FactReject]:
    """Answers that name a case which is not their customer's. The same words whether there is such a case."""
    named = {place: case_number(one.case) for place, one in good.items() if one.case}
    if not named:
        return {}
    numbers = array_of({number for number in named.values() if number is not None})
    living = dict(fetch_rows(_OF_CASES, [numbers]))
    return {
        place: FactReject(place, "score.unknown_case", f"{good[place].case[:40]} is no case of this customer.")
        for place, number in named.items()
        if number is None or living.get(number) != customers[good[place].customer.key]
    }


_OF_CASES = """
SELECT c.id, coalesce(k.merged_into_id, k.id) FROM cases_case c JOIN customers_customer k ON k.id = c.customer_id
WHERE c.id = ANY(%s::bigint[])
"""


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))


def _write(statement: str, rows: Mapping[tuple[str, str], Mapping[str, Any]]) -> dict[int, bool]:
    """Write these in the order of their names, so that two batches wait for each other and never in a circle. Returns
    the numbers of those that told something new, and whether it corrected what was known."""
    if not rows:
        return {}
    ordered = [rows[name] for name in sorted(rows)]
    with connection.cursor() as cursor:
        cursor.execute(statement, [msgspec.json.encode(ordered).decode()])
        return dict(cursor.fetchall())


# One that was merged since is still the customer it was: only what is said otherwise is news.
_SCORES = """
INSERT INTO measurement_score AS s
    (customer_id, case_id, scale, value, occasion, asked_at, answered_at, source, reference)
SELECT customer_id, case_id, scale, value, occasion, asked_at, answered_at, source, reference
FROM json_populate_recordset(NULL::measurement_score, %s::json)
ON CONFLICT (source, reference) DO UPDATE SET
    customer_id = excluded.customer_id, case_id = excluded.case_id, scale = excluded.scale, value = excluded.value,
    asked_at = excluded.asked_at, answered_at = excluded.answered_at
WHERE (s.case_id, s.scale, s.value, s.asked_at, s.answered_at)
    IS DISTINCT FROM
    (excluded.case_id, excluded.scale, excluded.value, excluded.asked_at, excluded.answered_at)
   OR excluded.customer_id <> (SELECT coalesce(c.merged_into_id, c.id) FROM customers_customer c
                               WHERE c.id = s.customer_id)
RETURNING s.id, s.xmax::text <> '0'
"""
_BEHAVIOUR = """
INSERT INTO measurement_behaviour AS b (customer_id, deed, at, amount, currency, source, reference)
SELECT customer_id, deed, at, amount, currency, source, reference
FROM json_populate_recordset(NULL::measurement_behaviour, %s::json)
ON CONFLICT (source, reference) DO UPDATE SET
    customer_id = excluded.customer_id, deed = excluded.deed, at = excluded.at, amount = excluded.amount,
    currency = excluded.currency
WHERE (b.deed, b.at, b.amount, b.currency)
    IS DISTINCT FROM (excluded.deed, excluded.at, excluded.amount, excluded.currency)
   OR excluded.customer_id <> (SELECT coalesce(c.merged_into_id, c.id) FROM customers_customer c
                               WHERE c.id = b.customer_id)
RETURNING b.id, b.xmax::text <> '0'
"""


def _told(
    what: str, changed: Mapping[int, bool], taken: int, rejected: Sequence[FactReject], by: Actor, now: datetime
) -> Heard:  # fmt: skip
    many = len(changed)
    heard = Heard(many, taken - many, tuple(sorted(rejected, key=lambda one: one.index)))
    if changed:
        data: dict[str, Any] = {"accepted": many, "unchanged": heard.unchanged}
        if what == "scores" and any(changed.values()):
            data[CORRECTED] = sorted(number for number, known in changed.items() if known)
        record(f"measurement.{what}_told", by=by, at=now, data=data)
    return heard
