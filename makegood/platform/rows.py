"""Asking for many rows by a statement written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg.pq import Format


def any_row(source: str, values: Sequence[Any]) -> bool:
    """Whether there is a row in `source`, which is what stands after FROM, written in our rooms.

    To be asked before a statement that Django puts together where hardly ever is one: that takes 2 to 4 ms alone.
    """
    return bool(fetch_rows(f"SELECT 1 FROM {source} LIMIT 1", values))  # noqa: S608 - written in our rooms


def fetch_rows(query: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a query, read in the binary form of the protocol. JSON comes decoded, unlike from Django.

    Of a thousand rows with four instants each, text took the server 5 ms to write and Django 9 ms to read.
    """
    with connection.cursor() as cursor:
        cursor.cursor.format = Format.BINARY
        cursor.execute(query, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
