"""Everything in one terminal: the database, the web server and the worker, kept alive and ended together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import click

from makegood.config.address import claim_port
from makegood.config.environment import Environment, prepare_home
from makegood.config.faults import Fault
from makegood.config.installed import database, wake
from makegood.config.ties import PARENT, Stop, only_one
from makegood.platform import postgres

LOOK_SECONDS = 0.1
STOP_SECONDS = 15.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
# A child that lived this long was well; when it dies after all, it is started again without delay.
WELL_AFTER = 30.0


@dataclass
class Child:
    """A process of our own that is started again when it dies, each time after a longer pause."""

    name: str
    arguments: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    due: float = field(default_factory=time.monotonic)

    def tend(self) -> None:
        """Start the process when it is due; notice when it has died."""
        if self.process is None:
            if time.monotonic() >= self.due:
                self._start()
        elif self.process.poll() is not None:
            self._bury(self.process.returncode)

    def ask_to_stop(self) -> None:
        """Tell the process to finish what it is doing and end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def end(self, patience: float) -> None:
        """Wait until the process has ended; kill it at `patience` (monotonic seconds)."""
        if self.process is None:
            return
        try:
            self.process.wait(timeout=max(0.0, patience - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _start(self) -> None:
        self.started = time.monotonic()
        self.process = start_child(self.arguments)

    def _bury(self, code: int) -> None:
        lived = time.monotonic() - self.started
        self.pause = FIRST_PAUSE if lived > WELL_AFTER else min(LONGEST_PAUSE, max(FIRST_PAUSE, self.pause * 2))
        self.due = time.monotonic() + self.pause
        self.process = None
        say(f"The {self.name} ended ({_how(code)}); starting it again in {self.pause:g} s.")


def supervise(where: Environment, *, announce: Callable[[], None], extra: Sequence[Child] = ()) -> None:
    """Run database, web and worker (and `extra` children) until asked to stop. Calls `announce` once the web answers.

    Raises Fault when another Makegood runs on this home or the address is taken.
    """
    prepare_home(where.home)
    with only_one(where.home), _signals() as stopping:
        claim_port(where.bind_host, where.bind_port)
        with database(where):
            bring_up_to_date()
            children = [Child("web server", ["web"]), Child("worker", ["worker"]), *extra]
            try:
                _tend(where, children, stopping, announce)
            finally:
                _end(children)


def bring_up_to_date() -> None:
    """Migrate the database in a process of its own, so that this one stays small. Raises Fault when it fails."""
    if start_child(["migrate"]).wait():
        raise Fault("The database could not be brought up to date; the reason is told above.")


def start_child(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start `makegood ARGUMENTS` out of reach of the terminal's Ctrl-C: it is this process that ends it."""
    return subprocess.Popen(
        [sys.executable, "-m", "makegood.config.cli", *arguments],
        env={**os.environ, PARENT: str(os.getpid())},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def say(text: str) -> None:
    """Tell the terminal."""
    click.echo(f"makegood: {text}", err=True)


def _tend(where: Environment, children: Sequence[Child], stopping: Stop, announce: Callable[[], None]) -> None:
    announced = False
    keeper = _DatabaseKeeper(where)
    while not stopping.asked:
        keeper.tend()
        for child in children:
            child.tend()
        if not announced and _answers(where):
            announced = True
            announce()
        time.sleep(LOOK_SECONDS)
    say("Stopping.")


class _DatabaseKeeper:
    """Starts the embedded database again when it has died."""

    def __init__(self, where: Environment) -> None:
        self.where = where
        self.due = 0.0

    def tend(self) -> None:
        if not self.where.embedded or time.monotonic() < self.due or postgres.is_running(self.where.home):
            return
        say("The database ended; starting it again.")
        try:
            wake(self.where.home)
        except postgres.PostgresTrouble as trouble:
            say(f"{trouble}\nTrying again in {LONGEST_PAUSE:g} s.")
            self.due = time.monotonic() + LONGEST_PAUSE


def _end(children: Sequence[Child]) -> None:
    for child in children:
        child.ask_to_stop()
    patience = time.monotonic() + STOP_SECONDS
    for child in children:
        child.end(patience)


def _answers(where: Environment) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(where.bind_host, where.bind_host)  # noqa: S104
    with suppress(OSError), socket.create_connection((host, where.bind_port), timeout=0.2):
        return True
    return False


@contextmanager
def _signals() -> Iterator[Stop]:
    stopping = Stop()
    before = {number: signal.signal(number, stopping) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
