"""From external keys to customers, in sets: the way in for feeds and batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from makegood.customers.actions.wording import reword
from makegood.customers.rules import Channel, Contact, CustomerFact, fingerprint, join, says_more, words_of

_READ = "SELECT key, id, COALESCE(merged_into_id, id), told FROM customers_customer WHERE key = ANY(%s::text[])"

# Sorted by key on the way in: two batches with the same new keys wait for each other, and never in a circle.
_INSERT = """
WITH news AS (
    SELECT * FROM unnest(
        %(key)s::text[], %(name)s::text[], %(language)s::text[], %(zone)s::text[], %(value)s::numeric[],
        %(told)s::bigint[], %(words)s::text[], %(email)s::text[], %(email_normal)s::text[], %(phone)s::text[],
        %(phone_normal)s::text[]
    ) AS n (key, name, language, zone, value, told, words, email, email_normal, phone, phone_normal)
), made AS (
    INSERT INTO customers_customer
        (key, name, language, time_zone, preferred_channel, value, currency, made_at, told, search)
    SELECT key, name, language, zone, '', value, '', %(now)s, told, array_to_tsvector(string_to_array(words, ' '))
    FROM news
    ON CONFLICT (key) DO NOTHING
    RETURNING id, key
), reached AS (
    INSERT INTO customers_contactpoint (customer_id, channel, value, normal)
    SELECT made.id, c.channel, c.value, c.normal
    FROM made JOIN news USING (key)
    CROSS JOIN LATERAL (VALUES ('email', email, email_normal), ('phone', phone, phone_normal))
        AS c (channel, value, normal)
    WHERE c.value <> ''
)
SELECT key, id FROM made
"""

_LOCK = """
SELECT id, COALESCE(merged_into_id, id) FROM customers_customer
WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE
"""

_UPDATE = """
UPDATE customers_customer AS c SET
    name = COALESCE(NULLIF(n.name, ''), c.name),
    language = COALESCE(NULLIF(n.language, ''), c.language),
    time_zone = COALESCE(NULLIF(n.zone, ''), c.time_zone),
    value = COALESCE(n.value, c.value),
    told = n.told
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::numeric[], %s::bigint[])
    AS n (id, name, language, zone, value, told)
WHERE c.id = n.id
"""

_REACH = """
INSERT INTO customers_contactpoint (customer_id, channel, value, normal)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[])
ON CONFLICT (customer_id, channel, normal) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class _Row:
    """A stored customer of a key: its own id, that of the living customer it means, and what was last told."""

    id: int
    living: int
    told: int | None


@transaction.atomic(savepoint=False)
def resolve_many(facts: Sequence[CustomerFact], *, now: datetime) -> dict[str, int]:
    """The customer of every key, those not known yet made, those merged followed to the living one.

    `facts` are such as `rules.read_fact` returns. Of several with one key the later fills in and corrects the
    earlier. A source that repeats itself changes nothing, so that what people corrected by hand stays.
    """
    news = _by_key(facts)
    known = _read(news)
    if fresh := sorted(news.keys() - known.keys()):
        known |= _insert([news[key] for key in fresh], now)
        # Another batch was quicker with these; its rows are there now.
        known |= _read([key for key in fresh if key not in known])
    told = {known[key]: fact for key, fact in news.items() if says_more(fact)}
    if changed := {row: fact for row, fact in told.items() if row.told != fingerprint(fact)}:
        _update(changed)
    return {key: row.living for key, row in known.items()}


def _by_key(facts: Iterable[CustomerFact]) -> dict[str, CustomerFact]:
    news: dict[str, CustomerFact] = {}
    for fact in facts:
        earlier = news.get(fact.key)
        news[fact.key] = fact if earlier is None else join(earlier, fact)
    return news


def _read(keys: Iterable[str]) -> dict[str, _Row]:
    wanted = list(keys)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_READ, [wanted])
        return {key: _Row(pk, living, told) for key, pk, living, told in cursor.fetchall()}


def _insert(facts: Sequence[CustomerFact], now: datetime) -> dict[str, _Row]:
    """Make customers who are not known yet; those that another transaction made meanwhile are left out."""
    told = {fact.key: fingerprint(fact) if says_more(fact) else None for fact in facts}
    columns: dict[str, list[Any]] = {
        "key": [fact.key for fact in facts],
        "name": [fact.name or fact.key for fact in facts],
        "language": [fact.language for fact in facts],
        "zone": [fact.timezone for fact in facts],
        "value": [fact.value for fact in facts],
        "told": list(told.values()),
        "words": [words_of([fact.name], [fact.key], _contacts(fact)) for fact in facts],
        "email": [fact.email for fact in facts],
        "email_normal": [Contact(Channel.EMAIL, fact.email).normal for fact in facts],
        "phone": [fact.phone for fact in facts],
        "phone_normal": [Contact(Channel.PHONE, fact.phone).normal for fact in facts],
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, {**columns, "now": now})
        return {key: _Row(pk, pk, told[key]) for key, pk in cursor.fetchall()}


def _contacts(fact: CustomerFact) -> list[Contact]:
    ways = ((Channel.EMAIL, fact.email), (Channel.PHONE, fact.phone))
    return [Contact(channel, value) for channel, value in ways if value]


def _update(changed: Mapping[_Row, CustomerFact]) -> None:
    """Write what sources now say otherwise. What they say of a merged key also reaches the living customer's words
    and contacts, and leaves that one's name alone."""
    facts = {row.id: fact for row, fact in changed.items()}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [[*facts, *{row.living for row in changed}]])
        living = dict(cursor.fetchall())
        cursor.execute(
            _UPDATE,
            [
                list(facts),
                [fact.name for fact in facts.values()],
                [fact.language for fact in facts.values()],
                [fact.timezone for fact in facts.values()],
                [fact.value for fact in facts.values()],
                [fingerprint(fact) for fact in facts.values()],
            ],
        )
        reached = sorted(
            (living[pk], contact.channel.value, contact.normal, contact.value)
            for pk, fact in facts.items()
            for contact in _contacts(fact)
        )
        cursor.execute(
            _REACH,
            [
                [customer_id for customer_id, _, _, _ in reached],
                [channel for _, channel, _, _ in reached],
                [value for _, _, _, value in reached],
                [normal for _, _, normal, _ in reached],
            ],
        )
    reword({living[pk] for pk in facts})
