"""Statements planned for the values they carry, those with one plan for all values, and tables that grow at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from django.db import connection


@contextmanager
def planned_anew() -> Iterator[None]:
    """Plan each statement asked in here, or in a function that this decorates, for its very values.

    A statement that came often enough is prepared and, after five times, planned once for all values there may
    be. For looking up by key that plan is the best one. For words that may be rare or common, and for filters
    that keep nearly all rows or nearly none, it guesses: of a million promises, that took a second instead of ten
    milliseconds. Lists and searches are asked in here; a queryset must also be read in here.
    """
    connection.ensure_connection()
    link = connection.connection
    usual = link.prepare_threshold
    link.prepare_threshold = None
    try:
        yield
    finally:
        link.prepare_threshold = usual


@cache
def planned_once(statement: str) -> str:
    """The same statement, its values hidden from whoever plans it: `%(me)s::bigint` becomes a question of its own, and
    so does a list, `ANY(%(ids)s::bigint[])`.

    A statement written by hand whose one plan is good for everybody. PostgreSQL plans it for each value again as long
    as that promises to be cheaper, and it always does for whoever has hardly anything: of the desk, planning then took
    longer than answering. Values without a type stay as they are.
    """
    return re.sub(r"%\(\w+\)s::(\w+(?:\[\])?)", r"(SELECT \g<0>)::\1", statement)


def tell_planner(tables: Sequence[str], *, many: int) -> None:
    """Count those of these tables anew of which the planner knows less than half of so `many` rows.

    For whoever writes many rows at once into what may have been empty: the database looks by itself only every so
    often, and until then takes the tables for empty and reads them whole for each row. Each is counted when it has
    doubled, so this costs little, and nothing where much is known already. To be asked last in a transaction, always
    with the tables in the same order: nobody else can count them until it ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN, {"tables": list(tables), "many": many})
        if grown := [name for (name,) in cursor.fetchall()]:
            cursor.execute(f"ANALYZE {', '.join(grown)}")


_UNKNOWN = """
SELECT t.name FROM unnest(%(tables)s::text[]) WITH ORDINALITY t (name, place)
JOIN pg_class c ON c.oid = t.name::regclass
WHERE 2 * c.reltuples < %(many)s ORDER BY t.place
"""
