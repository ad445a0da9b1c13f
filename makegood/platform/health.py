"""Whether the machinery lives: what `/healthz`, the health page and `makegood doctor` say."""

from __future__ import annotations

from typing import Literal

from django.db import connection

Status = Literal["ok", "late", "down"]

# The two halves of the advisory lock that every living worker holds; the database frees it when one dies.
WORKER_LOCK = (0x6D616B65, 0x776F726B)


def status_of(*, overdue_checks: int, workers: int) -> Status:
    """`late` when promises wait past their check or nobody watches them. A database that fails is `down`."""
    return "late" if overdue_checks or not workers else "ok"


def hold_worker_lock() -> None:
    """Say, for as long as this connection lives, that a worker is alive."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s, %s)", WORKER_LOCK)


def workers() -> int:
    """How many workers are alive."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND classid = %s AND objid = %s"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            WORKER_LOCK,
        )
        return int(cursor.fetchone()[0])
