"""Bringing the database to the version of this code, by one process at a time."""

from __future__ import annotations

import time

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from makegood.config.faults import Fault

_LOCK = 0x6D616B65  # "make": the number of our advisory lock
OLDEST = 15


def migrate() -> bool:
    """Apply what is missing; True when something was. Waits for another process that is at it.

    Raises Fault when the server is too old or the database was written by a newer Makegood.
    """
    _check_server()
    # Asking again and again instead of waiting in the database: a waiting statement would hold up an index
    # that is being built without locking.
    while not _ask("SELECT pg_try_advisory_lock(%s)"):
        time.sleep(0.2)
    try:
        return _apply()
    finally:
        _ask("SELECT pg_advisory_unlock(%s)")


def missing() -> list[str]:
    """The migrations that are not applied yet, as "room.name"."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def known() -> set[str]:
    """Every migration of this code, as "room.name"."""
    return {f"{app}.{name}" for app, name in MigrationExecutor(connection).loader.disk_migrations}


def unknown() -> list[str]:
    """Migrations of our rooms that the database has and this code does not."""
    loader = MigrationExecutor(connection).loader
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("makegood.")}
    return sorted(
        f"{app}.{name}" for app, name in set(loader.applied_migrations) - set(loader.disk_migrations) if app in ours
    )


def _apply() -> bool:
    if newer := unknown():
        raise Fault(
            f"This database was written by a newer Makegood (it has {newer[-1]}). Install that version, or restore"
            " a backup made by this one."
        )
    if not missing():
        return False
    call_command("migrate", interactive=False, verbosity=0)
    return True


def _check_server() -> None:
    version = server_version()
    if version < OLDEST:
        raise Fault(f"The server is PostgreSQL {version}; Makegood needs {OLDEST} or newer. Point DATABASE_URL at one.")


def server_version() -> int:
    """The major version of the PostgreSQL server."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10000


def _ask(sql: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, [_LOCK])
        row = cursor.fetchone()
    return bool(row and row[0])


def start_over() -> None:
    """Empty the database and lay its tables anew. For the demo, whose data can be had again."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    call_command("migrate", interactive=False, verbosity=0)
