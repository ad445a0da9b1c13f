"""The embedded PostgreSQL: made whole, found again, cleared up after."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from makegood.platform import postgres
from makegood.platform.postgres import PostgresTrouble
from tests.installations import an_installation


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with an_installation() as ours:
        postgres.start(ours.home)
        yield ours.home


def count(home: Path) -> int:
    with psycopg.connect(host=str(postgres.socket_folder(home)), user=postgres.USER, dbname=postgres.NAME) as link:
        link.execute("CREATE TABLE IF NOT EXISTS written (at timestamptz)")
        link.execute("INSERT INTO written VALUES (now())")
        row = link.execute("SELECT count(*) FROM written").fetchone()
        return int(row[0]) if row else 0


def test_starting_again_does_nothing(home: Path) -> None:
    assert postgres.start(home) is False


def test_killed_with_open_connections_it_starts_again_with_every_acknowledged_row(home: Path) -> None:
    before = count(home)
    with psycopg.connect(host=str(postgres.socket_folder(home)), user=postgres.USER, dbname=postgres.NAME):
        kill(postgres.server_pid(home))
        assert postgres.start(home) is True
    assert count(home) == before + 1


def kill(pid: int | None) -> None:
    """Kill a process and wait until the system has taken it away: a signal takes its time to arrive."""
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    patience = time.monotonic() + 10
    while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():
        assert time.monotonic() < patience
        time.sleep(0.01)


def test_a_number_that_another_program_has_by_now_is_not_the_server(home: Path) -> None:
    postgres.stop(home)
    with subprocess.Popen(["sleep", "60"]) as other:
        lock = postgres.data_folder(home) / "postmaster.pid"
        lock.write_text(f"{other.pid}\n{postgres.data_folder(home)}\n")
        assert not postgres.is_running(home)
        assert postgres.start(home) is True
        other.terminate()


def test_a_layout_that_was_cut_short_is_begun_anew() -> None:
    with an_installation() as ours:
        (ours.home / "postgres.new").mkdir()
        (ours.home / "postgres.new" / "PG_VERSION").write_text("18\n")
        assert postgres.start(ours.home) is True


def test_a_socket_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_trusted", lambda: {12345})
    with pytest.raises(PostgresTrouble, match="belongs to somebody else"):
        postgres.start(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's home may need to be entered by another user")
def test_a_private_folder_of_root_is_refused_rather_than_opened(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    with pytest.raises(PostgresTrouble, match="entered by root only"):
        postgres.start(private / "home")
    assert private.stat().st_mode & 0o777 == 0o700


def test_what_stands_in_the_way_is_told_with_the_log(home: Path) -> None:
    postgres.stop(home)
    configuration = postgres.data_folder(home) / "postgresql.conf"
    before = configuration.read_text()
    configuration.write_text(before + "\nnonsense = here\n")
    try:
        with pytest.raises(PostgresTrouble, match="nonsense"):
            postgres.start(home)
    finally:
        configuration.write_text(before)
