"""A whole installation into one file and back, on real servers."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from makegood.adapters.files import BESIDE, FileStore
from makegood.config.archive import FORMAT, read_manifest
from makegood.config.faults import Fault
from makegood.platform import postgres
from makegood.platform.health import WORKER_LOCK
from tests.installations import Installation, an_installation

pytestmark = pytest.mark.slow

LETTER = b"Dear customer"


@pytest.fixture(scope="module")
def hills() -> Iterator[Installation]:
    """An installation with a token, a file and its database left running."""
    with an_installation() as ours:
        ours.must("init", "--name", "Hill & Sons", "--email", "ann@hill.example", "--password", "correct horse battery")
        ours.must("token", "create", "--name", "Order system", "--scope", "write")
        FileStore(ours.home / "files" / "mail").put(LETTER)
        (ours.home / "files" / "mail" / BESIDE / "half").write_text("Dear cus")
        (ours.home / "policies").mkdir()
        (ours.home / "policies" / "ours.yaml").write_text("name: ours")
        postgres.start(ours.home)
        yield ours


@pytest.fixture(scope="module")
def saved(hills: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The backup of it."""
    file = tmp_path_factory.mktemp("backups") / "hills.tar"
    hills.must("backup", str(file))
    return file


@pytest.fixture
def empty() -> Iterator[Installation]:
    """A place with nothing in it."""
    with an_installation() as ours:
        yield ours


def ask(ours: Installation, sql: str) -> list[tuple[object, ...]]:
    postgres.start(ours.home)
    with psycopg.connect(
        host=str(postgres.socket_folder(ours.home)), user=postgres.USER, dbname=postgres.NAME, autocommit=True
    ) as link:
        done = link.execute(sql)
        return done.fetchall() if done.description else []


def test_all_of_it_comes_back_elsewhere(hills: Installation, saved: Path, empty: Installation) -> None:
    said = empty.must("restore", str(saved))
    assert "Hill & Sons" in said
    assert "Order system" in empty.must("token", "list")
    assert (empty.home / "secret-key").read_text() == (hills.home / "secret-key").read_text()
    assert (empty.home / "secret-key").stat().st_mode & 0o077 == 0
    kept = FileStore(empty.home / "files" / "mail")
    assert [kept.read(name) for name in kept.names()] == [LETTER]
    assert not (empty.home / "files" / "mail" / BESIDE).exists(), "what has no name yet belongs to no backup"
    assert (empty.home / "policies" / "ours.yaml").read_text() == "name: ours"
    uid = "SELECT uid FROM platform_installation"
    assert ask(empty, uid) == ask(hills, uid)


def test_restored_rows_of_the_journal_are_seen(hills: Installation, saved: Path, empty: Installation) -> None:
    empty.must("restore", str(saved))
    assert ask(empty, "SELECT DISTINCT xid FROM journal_entry") == [(0,)]
    written = "SELECT count(*), max(id) FROM journal_entry"
    assert ask(empty, written) == ask(hills, written)
    assert "ok     journal" in empty.run("doctor").stdout
    with pytest.raises(psycopg.Error, match="append-only"):
        ask(empty, "DELETE FROM journal_entry")


def test_new_rows_follow_the_restored_ones(saved: Path, empty: Installation) -> None:
    empty.must("restore", str(saved))
    empty.must("token", "create", "--name", "Till", "--scope", "read")
    newest = "SELECT verb, xid > 0 FROM journal_entry ORDER BY xid DESC, id DESC LIMIT 1"
    assert ask(empty, newest) == [("token.created", True)]


def test_a_place_that_is_taken_is_left_alone(hills: Installation, saved: Path) -> None:
    done = hills.run("restore", str(saved))
    assert done.returncode == 1
    assert "say --replace" in done.stderr


def test_replacing_brings_back_what_was_saved(saved: Path, empty: Installation) -> None:
    empty.must("init", "--name", "Somebody Else", "--email", "eve@else.example", "--password", "correct horse battery")
    empty.must("restore", "--replace", str(saved))
    assert "belongs to Hill & Sons" in empty.must("init")


def test_an_existing_backup_is_not_overwritten_unless_told(hills: Installation, saved: Path) -> None:
    before = saved.read_bytes()
    assert "--overwrite" in hills.run("backup", str(saved)).stderr
    assert saved.read_bytes() == before


def test_a_backup_is_its_owners(saved: Path) -> None:
    assert saved.stat().st_mode & 0o077 == 0
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def damaged(saved: Path, tmp_path: Path, how: str) -> Path:
    file = tmp_path / "damaged.tar"
    shutil.copy(saved, file)
    content = bytearray(file.read_bytes())
    if how == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif how == "one byte":
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    elif how == "other":
        file.write_text("name,promise\n" * 1000)
    return file


@pytest.mark.parametrize("how", ["cut", "one byte", "other"])
def test_a_damaged_file_changes_nothing(hills: Installation, saved: Path, tmp_path: Path, how: str) -> None:
    count = "SELECT count(*) FROM journal_entry"
    before = ask(hills, count)
    done = hills.run("restore", "--replace", str(damaged(saved, tmp_path, how)))
    assert done.returncode == 1
    assert "damaged" in done.stderr
    assert "Traceback" not in done.stderr
    assert ask(hills, count) == before
    assert "Order system" in hills.must("token", "list")


def rewritten(saved: Path, tmp_path: Path, **changes: object) -> Path:
    """The same backup with another manifest."""
    with tarfile.open(saved) as archive:
        archive.extractall(tmp_path / "parts", filter="data")
    manifest = tmp_path / "parts" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | changes))
    file = tmp_path / "rewritten.tar"
    with tarfile.open(file, "w") as archive:
        archive.add(manifest, "manifest.json")
        for path in sorted((tmp_path / "parts").rglob("*")):
            if path.is_file() and path != manifest:
                archive.add(path, str(path.relative_to(tmp_path / "parts")))
    return file


def test_a_newer_format_is_refused(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(Fault, match="which is newer"):
        read_manifest(rewritten(saved, tmp_path, format=FORMAT + 1))


def test_a_newer_makegood_is_refused(hills: Installation, saved: Path, tmp_path: Path) -> None:
    file = rewritten(saved, tmp_path, migrations=["promises.9999_from_the_future"])
    done = hills.run("restore", "--replace", str(file))
    assert done.returncode == 1
    assert "newer than this one" in done.stderr


def test_rows_that_do_not_add_up_undo_everything(hills: Installation, saved: Path, tmp_path: Path) -> None:
    count = "SELECT count(*) FROM journal_entry"
    before = ask(hills, count)
    rows = dict(read_manifest(saved).rows) | {"journal_entry": 999}
    done = hills.run("restore", "--replace", str(rewritten(saved, tmp_path, rows=rows)))
    assert done.returncode == 1
    assert "instead of 999" in done.stderr
    assert ask(hills, count) == before
    assert ask(hills, "SELECT xid > 0 FROM journal_entry LIMIT 1") == [(True,)]


def test_it_is_refused_while_makegood_runs(hills: Installation, saved: Path) -> None:
    hold = "SELECT pg_advisory_lock_shared(%s, %s)"
    with psycopg.connect(
        host=str(postgres.socket_folder(hills.home)), user=postgres.USER, dbname=postgres.NAME
    ) as link:
        link.execute(hold, WORKER_LOCK)
        done = hills.run("restore", "--replace", str(saved))
    assert done.returncode == 1
    assert "Stop web and worker first" in done.stderr
