"""Statements that are planned for the values they carry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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
