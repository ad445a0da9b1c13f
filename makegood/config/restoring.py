"""Bringing a whole installation back from a backup file: all of it, or nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.db import connection

from makegood.config.archive import DUMP, FOLDERS, KEY, Manifest, extract, iter_chunks, read_manifest
from makegood.config.environment import Environment, key_file
from makegood.config.faults import Fault
from makegood.config.migrating import known, migrate, server_version
from makegood.config.pgtools import find_tool, reach, run_tool
from makegood.platform.health import workers

# Rows of the journal carry the number of the transaction that wrote them, and readers of the live stream wait
# for transactions with smaller numbers. Numbers of another server mean nothing here: restored rows are older
# than anything this one will write. Giving the column a new value by rewriting the table fires no trigger.
_SETTLE_JOURNAL = "ALTER TABLE public.journal_entry ALTER COLUMN xid TYPE bigint USING 0;\n"
_EMPTY = "DROP SCHEMA IF EXISTS public CASCADE;\nCREATE SCHEMA public;\n"
_TABLE = re.compile("[a-z0-9_]+")
# Written by newer programs, not understood by older servers, and of no use to us.
_TOO_NEW = b"SET transaction_timeout = 0;\n"


def restore(where: Environment, source: Path, *, replace: bool) -> Manifest:
    """Replace this installation by the one in `source`. Raises Fault, and then nothing has changed.

    The database comes back in one transaction that also counts its rows against the manifest.
    """
    manifest = read_manifest(source)
    _check_version(source, manifest)
    _check_place(where, replace=replace)
    with tempfile.TemporaryDirectory(dir=where.home, prefix=".makegood-restore-") as name:
        folder = Path(name)
        extract(source, folder, manifest)
        _restore_database(where, folder / DUMP, manifest)
        _restore_files(where.home, folder)
    connection.close()
    migrate()
    return manifest


def _check_version(source: Path, manifest: Manifest) -> None:
    if newer := sorted(set(manifest.migrations) - known()):
        raise Fault(
            f"{source} was made by Makegood {manifest.makegood}, which is newer than this one (it has {newer[-1]})."
            " Install that version first."
        )


def _check_place(where: Environment, *, replace: bool) -> None:
    if workers():
        raise Fault("Makegood is running on this database. Stop web and worker first, then restore.")
    if not replace and _holds_something():
        raise Fault(
            f"There is an installation in {where.home} already. Back it up (makegood backup FILE), then say --replace"
            " to put the restored one in its place."
        )


def _holds_something() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.platform_installation') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("SELECT EXISTS (SELECT 1 FROM platform_installation)")
        return bool(cursor.fetchone()[0])


def _restore_database(where: Environment, dump: Path, manifest: Manifest) -> None:
    server = server_version()
    reader = find_tool(where, "pg_restore", server=max(server, manifest.postgres))
    writer = find_tool(where, "psql", server=server)
    with tempfile.NamedTemporaryFile(dir=dump.parent, suffix=".sql") as script:
        run_tool([reader, "--no-owner", "--no-acl", f"--file={script.name}", dump], where)
        connection.close()
        feed = _statements(Path(script.name), manifest)
        _feed([str(writer), "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null"], feed, where)


def _statements(script: Path, manifest: Manifest) -> Iterator[bytes]:
    """Everything the restore does, as one stream of SQL for one transaction."""
    yield _EMPTY.encode()
    for number, chunk in enumerate(iter_chunks(script)):
        # The settings stand in the first lines; further down the same words would be data.
        lines = chunk.replace(b"CREATE SCHEMA public;\n", b"", 1).replace(_TOO_NEW, b"", 1) if number == 0 else chunk
        yield lines
    yield _SETTLE_JOURNAL.encode()
    yield _count_check(manifest).encode()


def _count_check(manifest: Manifest) -> str:
    if strange := [table for table in manifest.rows if not _TABLE.fullmatch(table)]:
        raise Fault(f"The backup is damaged: {strange[0][:40]!r} is not the name of a table. Nothing was restored.")
    checks = "".join(
        f"""
    SELECT count(*) INTO found FROM public."{table}";
    IF found <> {int(rows)} THEN RAISE EXCEPTION '{table} has % rows instead of {int(rows)}', found; END IF;"""  # noqa: S608 - names checked above
        for table, rows in manifest.rows.items()
    )
    return f"DO $check$ DECLARE found bigint; BEGIN {checks}\nEND $check$;\n"


def _feed(command: list[str], statements: Iterator[bytes], where: Environment) -> None:
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(command, env=reach(where), stdin=subprocess.PIPE, stderr=said) as process:
            assert process.stdin is not None  # noqa: S101 - it was asked for
            # When psql gives up, writing fails; what it said is read below.
            with suppress(BrokenPipeError):
                for statement in statements:
                    process.stdin.write(statement)
        if process.returncode:
            said.seek(0)
            words = said.read().decode(errors="replace").strip()
            raise Fault(f"Nothing was restored, the database refused: {words[-500:]}")


def _restore_files(home: Path, folder: Path) -> None:
    (folder / KEY).replace(key_file(home))
    for name in FOLDERS:
        old = home / name
        if old.exists():
            old.rename(folder / f"{name}.before")
        if (folder / name).exists():
            shutil.move(folder / name, old)
