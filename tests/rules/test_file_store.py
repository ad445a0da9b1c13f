"""The file store: whole or not at all under a name, the same content once."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from makegood.adapters.files import BESIDE, FileStore, TooLarge


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files" / "mail")


def everything(store: FileStore) -> dict[str, bytes]:
    return {name: store.read(name) for name in store.names()}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(pieces=st.lists(st.binary(max_size=200), max_size=8))
def test_what_is_put_comes_back(store: FileStore, pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    stored = store.put(iter(pieces))
    assert (stored.sha256, stored.size) == (hashlib.sha256(whole).hexdigest(), len(whole))
    assert store.read(stored.sha256) == b"".join(store.pieces(stored.sha256)) == whole
    assert store.size(stored.sha256) == len(whole)
    assert store.put(whole) == stored


def test_the_same_content_is_kept_once_and_forgotten_once(store: FileStore) -> None:
    first, second = store.put(b"the same"), store.put([b"the ", b"same"])
    assert first == second
    assert list(store.names()) == [first.sha256]
    store.delete(first.sha256)
    store.delete(first.sha256)
    assert store.size(first.sha256) is None
    with pytest.raises(FileNotFoundError):
        store.read(first.sha256)


def test_more_than_allowed_is_refused_at_once_and_leaves_nothing(store: FileStore, tmp_path: Path) -> None:
    def for_ever() -> Iterator[bytes]:
        while True:
            yield bytes(1000)

    with pytest.raises(TooLarge):
        store.put(for_ever(), most=10_000)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_source_that_fails_leaves_nothing(store: FileStore, tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        store.put(broken())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_a_name_that_is_none_leads_nowhere(store: FileStore, name: str) -> None:
    with pytest.raises(ValueError, match="no sha256"):
        store.read(name)


def test_nobody_else_may_read(store: FileStore, tmp_path: Path) -> None:
    store.put(b"private")
    assert {path.stat().st_mode & 0o077 for path in tmp_path.rglob("*") if path.is_file()} == {0}


KILLED = """
import os, sys
from pathlib import Path
from makegood.adapters.files import FileStore
store, number = FileStore(Path(sys.argv[1])), 0
print("ready", flush=True)
while True:
    number += 1
    print(store.put([bytes([number % 256]) * 100_000 for _ in range(10)]).sha256, flush=True)
"""


def test_killed_at_any_moment_no_half_file_has_a_name(store: FileStore, tmp_path: Path) -> None:
    root = tmp_path / "files" / "mail"
    for patience in (0.02, 0.05, 0.09):
        with subprocess.Popen([sys.executable, "-c", KILLED, str(root)], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(patience)
            os.kill(writer.pid, signal.SIGKILL)
            told = writer.stdout.read().splitlines()
        kept = everything(store)
        assert all(hashlib.sha256(content).hexdigest() == name for name, content in kept.items())
        assert {name for name in told if len(name) == 64} <= kept.keys(), "what was acknowledged is there"


def test_what_was_left_beside_is_tidied_and_what_is_being_written_stays(store: FileStore, tmp_path: Path) -> None:
    kept = store.put(b"kept")
    beside = tmp_path / "files" / "mail" / BESIDE
    (beside / "old").write_bytes(b"half")
    os.utime(beside / "old", (1, 1))
    (beside / "new").write_bytes(b"half")
    assert store.tidy(before=time.time() - 3600) == 1
    assert [path.name for path in beside.iterdir()] == ["new"]
    assert everything(store) == {kept.sha256: b"kept"}


def test_it_says_how_much_room_is_left_before_there_is_anything(store: FileStore) -> None:
    assert store.free() > 0
