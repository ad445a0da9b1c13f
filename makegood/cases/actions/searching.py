"""The words by which a case is found."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from makegood.platform.among import array_of

_INDEX = """
UPDATE cases_case c SET search = to_tsvector('simple', c.title || ' ' || c.harm || ' ' || c.needs || ' ' || coalesce(
    (SELECT string_agg(s.said, ' ') FROM cases_stepdone s WHERE s.case_id = c.id AND s.undone_at IS NULL), ''))
WHERE c.id = ANY(%s::bigint[])
"""


def index_words(numbers: Collection[int]) -> None:
    """Work out the words of cases anew: what failed, the harm, what they need, and what was said."""
    with connection.cursor() as cursor:
        cursor.execute(_INDEX, [array_of(numbers)])
