"""From external keys to customers, in sets: the way in for feeds and batches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection, transaction

from makegood.customers.actions.wording import reword
from makegood.customers.rules import Channel, Contact, CustomerFact, fingerprint, join, says_more, words_of
from makegood.platform.rows import fetch_rows

# Rows travel as one JSON text: quoting a list for each column took longer than the query itself.
_READ = """
SELECT key, id, COALESCE(merged_into_id, id), told FROM customers_customer
WHERE key = ANY(ARRAY(SELECT json_array_elements_text(%s::json)))
"""

# Sorted by key on the way in: two batches with the same new keys wait for each other, and never in a circle.
_INSERT = """
WITH news AS (
    SELECT * FROM json_to_recordset(%s::json) AS n (
        key text, name text, language text, zone text, value numeric, told bigint, words text,
        email text, email_normal text, phone text, phone_normal text
    )
), made AS (
    INSERT INTO customers_customer
        (key, name, language, time_zone, preferred_channel, value, currency, made_at, told, search)
    SELECT key, name, language, zone, '', value, '', %s, told, array_to_tsvector(string_to_array(words, ' '))
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
FROM json_to_recordset(%s::json) AS n (id bigint, name text, language text, zone text, value numeric, told bigint)
WHERE c.id = n.id
"""

_REACH = """
INSERT INTO customers_contactpoint (customer_id, channel, value, normal)
SELECT * FROM json_to_recordset(%s::json) AS n (customer_id bigint, channel text, value text, normal text)
ON CONFLICT (customer_id, channel, normal) DO NOTHING
"""


class _Row(NamedTuple):
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
        made = _insert([news[key] for key in fresh], now)
        # Another batch may have been quicker with some of these: its rows are there now.
        known |= _read([key for key in fresh if key not in made])
    else:
        made = {}
    changed = {row.id: news[key] for key, row in known.items() if _is_news(row, news[key])}
    if changed:
        _update(changed, living={row.living for row in known.values() if row.id in changed})
    return {key: row.living for key, row in known.items()} | made


def known_already(facts: Sequence[CustomerFact]) -> dict[str, int] | None:
    """What `resolve_many` would give where it has nothing to write; None when it has."""
    news = _by_key(facts)
    known = _read(news)
    if len(known) < len(news) or any(_is_news(row, news[key]) for key, row in known.items()):
        return None
    return {key: row.living for key, row in known.items()}


def _by_key(facts: Iterable[CustomerFact]) -> dict[str, CustomerFact]:
    news: dict[str, CustomerFact] = {}
    for fact in facts:
        earlier = news.get(fact.key)
        news[fact.key] = fact if earlier is None else join(earlier, fact)
    return news


def _is_news(row: _Row, fact: CustomerFact) -> bool:
    return says_more(fact) and row.told != fingerprint(fact)


def _read(keys: Iterable[str]) -> dict[str, _Row]:
    wanted = list(keys)
    if not wanted:
        return {}
    return {key: _Row(pk, living, told) for key, pk, living, told in fetch_rows(_READ, [_json(wanted)])}


def _insert(facts: Iterable[CustomerFact], now: datetime) -> dict[str, int]:
    """Make customers who are not known yet; those that another transaction made meanwhile are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [_json([_new_row(fact) for fact in facts]), now])
        return dict(cursor.fetchall())


def _new_row(fact: CustomerFact) -> dict[str, Any]:
    normal = {contact.channel: contact.normal for contact in _contacts(fact)}
    return {
        "key": fact.key,
        "name": fact.name or fact.key,
        "language": fact.language,
        "zone": fact.timezone,
        "value": fact.value,
        "told": fingerprint(fact) if says_more(fact) else None,
        "words": words_of([fact.name], [fact.key], []),
        "email": fact.email,
        "email_normal": normal.get(Channel.EMAIL),
        "phone": fact.phone,
        "phone_normal": normal.get(Channel.PHONE),
    }


def _contacts(fact: CustomerFact) -> list[Contact]:
    ways = ((Channel.EMAIL, fact.email), (Channel.PHONE, fact.phone))
    return [Contact(channel, value) for channel, value in ways if value]


def _update(changed: Mapping[int, CustomerFact], *, living: Collection[int]) -> None:
    """Write what sources now say otherwise of the customers with these ids.

    What they say of a key that was merged reaches the `living` customer's words and contacts, and leaves that
    one's name alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [sorted({*changed, *living})])
        meant = dict(cursor.fetchall())
        cursor.execute(_UPDATE, [_json([_changed_row(pk, fact) for pk, fact in changed.items()])])
        reached = sorted(
            (meant[pk], contact.channel, contact.normal, contact.value)
            for pk, fact in changed.items()
            for contact in _contacts(fact)
        )
        columns = ("customer_id", "channel", "normal", "value")
        cursor.execute(_REACH, [_json([dict(zip(columns, row, strict=True)) for row in reached])])
    reword({meant[pk] for pk in changed})


def _changed_row(pk: int, fact: CustomerFact) -> dict[str, Any]:
    return {
        "id": pk,
        "name": fact.name,
        "language": fact.language,
        "zone": fact.timezone,
        "value": fact.value,
        "told": fingerprint(fact),
    }


def _json(rows: list[Any]) -> str:
    return msgspec.json.encode(rows).decode()
