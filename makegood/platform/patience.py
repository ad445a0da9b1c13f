"""Reads that may be given up: what is nice to know must not keep what is needed from going on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled


class TooSlow(Exception):
    """The database was told to stop: the answer would have taken longer than it is worth."""


@contextmanager
def impatient(milliseconds: int) -> Iterator[None]:
    """Read in a transaction in which no statement takes longer than `milliseconds`. Nothing in it is kept.

    Raises TooSlow for a statement that was stopped; the transaction is over then.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(milliseconds)])
            yield
            # Takes the limit back too, where this is part of a longer transaction.
            transaction.set_rollback(True)
    except OperationalError as fault:
        if isinstance(fault.__cause__, QueryCanceled):
            raise TooSlow from None
        raise
