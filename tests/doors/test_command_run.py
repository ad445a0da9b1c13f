"""`makegood run`: one terminal, whatever is killed."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from makegood.platform import postgres
from tests.installations import Installation, an_installation, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def hills() -> Iterator[Installation]:
    with an_installation() as ours:
        ours.must("init", "--name", "Hill & Sons", "--email", "ann@hill.example", "--password", "correct horse battery")
        yield ours


@pytest.fixture
def running(hills: Installation) -> Iterator[Installation]:
    """The installation, running and answering; stopped afterwards."""
    process = hills.start("run")
    wait_until(lambda: "is running at" in hills.said(), what="the first start")
    yield hills
    process.terminate()
    process.wait(timeout=30)
    hills.forget_words()


def names(ours: Installation) -> set[str]:
    return set(ours.members().values())


def test_it_stops_cleanly(hills: Installation) -> None:
    process = hills.start("run")
    wait_until(hills.answers, what="an answer")
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    assert not names(hills)
    assert not postgres.is_running(hills.home)
    assert "Traceback" not in hills.said()
    hills.forget_words()


def test_a_second_one_says_so(running: Installation) -> None:
    done = running.run("run")
    assert done.returncode == 1
    assert f"already runs on {running.home}" in done.stderr


def test_commands_work_beside_it_and_leave_the_database_running(running: Installation) -> None:
    running.must("token", "list")
    assert postgres.is_running(running.home)


def test_what_dies_is_started_again(running: Installation) -> None:
    before = running.members()
    running.kill("web", "worker")
    wait_until(lambda: names(running) >= {"web", "worker"} and not set(before) & _others(running), what="new children")
    wait_until(running.answers, what="an answer")
    running.kill_database()
    wait_until(lambda: postgres.is_running(running.home), what="the database")
    wait_until(running.answers, what="an answer")


def _others(ours: Installation) -> set[int]:
    return {pid for pid, name in ours.members().items() if name != "run"}


def test_children_end_with_a_supervisor_that_was_killed(hills: Installation) -> None:
    process = hills.start("run")
    wait_until(hills.answers, what="an answer")
    hills.kill("run")
    process.wait(timeout=30)
    wait_until(lambda: not names(hills), seconds=10, what="the children to end")
    hills.forget_words()


def test_it_starts_again_after_everything_was_killed(hills: Installation) -> None:
    process = hills.start("run")
    wait_until(lambda: "is running at" in hills.said(), what="an answer")
    hills.kill("run", "web", "worker")
    hills.kill_database()
    process.wait(timeout=30)
    hills.forget_words()
    again = hills.start("run")
    wait_until(lambda: "is running at" in hills.said(), what="an answer")
    again.terminate()
    assert again.wait(timeout=30) == 0, hills.said()
    assert not postgres.is_running(hills.home)
    hills.forget_words()


def test_a_supervisor_that_was_killed_is_followed_at_once(hills: Installation) -> None:
    """Its children end with it, and none of them keeps what only one may hold."""
    killed = hills.start("run")
    wait_until(lambda: "is running at" in hills.said(), what="the first start")
    hills.kill("run")
    killed.wait(timeout=30)
    hills.forget_words()
    again = hills.start("run")
    wait_until(lambda: "is running at" in hills.said(), what="the next")
    again.terminate()
    assert again.wait(timeout=30) == 0, hills.said()
    hills.forget_words()


def test_all_that_run_share_what_was_loaded(running: Installation) -> None:
    """Loaded once and forked: what they hold together is a good deal less than the sum of what each can see."""
    assert len(running.members()) >= 4
    held = {name: sum(kib(pid, name) for pid in running.members()) for name in ("Pss", "Rss")}
    assert held["Pss"] < held["Rss"] / 2


def kib(pid: int, name: str) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith(f"{name}:"))


def test_stopping_does_not_wait_for_what_comes_first() -> None:
    with an_installation() as ours:
        process = ours.start("demo")
        wait_until(lambda: "Loading" in ours.said(), seconds=60, what="the demo to load")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=15) == 0, ours.said()
        assert "Traceback" not in ours.said()


def test_a_taken_address_is_a_sentence(hills: Installation) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", hills.port))
        other.listen()
        started = time.monotonic()
        done = hills.run("run")
    assert done.returncode == 1
    assert f"already listens on 127.0.0.1:{hills.port}" in done.stderr
    assert time.monotonic() - started < 15
