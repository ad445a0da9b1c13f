"""Backing up a whole installation into one file, while it runs."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.db import connection, transaction

from makegood import __version__
from makegood.adapters.files import BESIDE
from makegood.config.archive import DUMP, FOLDERS, FORMAT, KEY, Manifest, digest, write_archive
from makegood.config.environment import Environment, secret_key
from makegood.config.faults import Fault
from makegood.config.migrating import missing, server_version
from makegood.config.pgtools import find_tool, run_tool, tool_version
from makegood.platform.filing import file_store


def back_up(where: Environment, target: Path, *, overwrite: bool, now: datetime) -> Manifest:
    """Write the installation to `target`. Raises Fault when that cannot be done; then nothing is written."""
    _check_target(target, overwrite=overwrite)
    if missing():
        raise Fault("The database is not of this version. Run: makegood migrate")
    try:
        with file_store().holding():
            return _write(where, target, now)
    except FileNotFoundError as gone:
        raise Fault(f"{gone.filename} was deleted while the backup was written. Start it again.") from None


def _write(where: Environment, target: Path, now: datetime) -> Manifest:
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".makegood-backup-") as folder:
        dump, key = Path(folder) / DUMP, Path(folder) / KEY
        program = find_tool(where, "pg_dump", server=server_version())
        rows = _dump(where, program, dump)
        key.write_text(secret_key(where))
        members = {DUMP: dump, KEY: key, **_files(where.home)}
        manifest = Manifest(
            format=FORMAT,
            makegood=__version__,
            created=now.isoformat(timespec="seconds"),
            postgres=tool_version(program),
            organisation=_organisation(),
            rows=rows,
            migrations=_migrations(),
            sha256={name: digest(path) for name, path in members.items()},
        )
        write_archive(target, members, manifest)
    return manifest


def count_rows() -> dict[str, int]:
    """How many rows every table of ours has."""
    with connection.cursor() as cursor:
        counts = {}
        for table in sorted(_tables()):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own names
            counts[table] = int(cursor.fetchone()[0])
    return counts


def _check_target(target: Path, *, overwrite: bool) -> None:
    if not target.parent.is_dir():
        raise Fault(f"There is no folder {target.parent}. Make it first, or choose another.")
    if target.exists() and not overwrite:
        raise Fault(f"{target} is there already. Choose another name, or say --overwrite.")


@transaction.atomic
def _dump(where: Environment, program: Path, target: Path) -> dict[str, int]:
    """Dump the database and count its rows, both of the same instant."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = str(cursor.fetchone()[0])
    options = ["--format=custom", "--no-owner", "--no-acl", "--schema=public", f"--snapshot={snapshot}"]
    run_tool([program, *options, f"--file={target}"], where)
    return count_rows()


def _tables() -> set[str]:
    return {model._meta.db_table for model in apps.get_models(include_auto_created=True)}


def _files(home: Path) -> dict[str, Path]:
    """What is in the folders of a home. It is read after the dump, so that no row names a file that came too late."""
    paths = [path for name in FOLDERS for path in sorted((home / name).rglob("*"))]
    return {str(path.relative_to(home)): path for path in paths if path.is_file() and BESIDE not in path.parts}


def _organisation() -> str:
    with connection.cursor() as cursor, suppress(TypeError):
        cursor.execute("SELECT name FROM platform_installation")
        return str(cursor.fetchone()[0])
    return ""


def _migrations() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY app, name")
        return [str(row[0]) for row in cursor.fetchall()]
