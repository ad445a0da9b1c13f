"""Connections that wait in the pool while the server goes away and comes back."""

from __future__ import annotations

from django.db import connection


def _server_process() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_a_connection_that_died_in_the_pool_is_replaced_before_it_is_used(committed: list[str]) -> None:
    first = _server_process()
    others = connection.copy()
    connection.close()

    with others.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000) FROM pg_stat_activity WHERE pid = %s", [first, first])
        assert cursor.rowcount == 1
    others.close()

    assert _server_process() != first
