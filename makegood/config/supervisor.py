"""Everything in one terminal: the database, the web server and the worker, kept alive and ended together.

The supervisor loads all of Makegood and forks the others: what each would have loaded for itself takes its time and its
memory once, at the start and when one of them has died. It touches neither database nor network itself.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.context import ForkProcess

import click

from makegood.config.address import claim_port
from makegood.config.cli import main
from makegood.config.environment import Environment, prepare_home
from makegood.config.faults import Fault
from makegood.config.installed import database, wake
from makegood.config.loading import load_doors
from makegood.config.ties import PARENT, Stop, only_one
from makegood.platform import postgres

LOOK_SECONDS = 0.1
STOP_SECONDS = 15.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
# A child that lived this long was well; when it dies after all, it is started again without delay.
WELL_AFTER = 30.0

Command = Sequence[str]
"""What follows `makegood` on a command line."""


@dataclass
class Child:
    """A process of our own that is started again when it dies, each time after a longer pause."""

    name: str
    arguments: Command
    process: ForkProcess | None = None
    started: float = 0.0
    pause: float = 0.0
    due: float = field(default_factory=time.monotonic)

    def tend(self) -> None:
        """Start the process when it is due; notice when it has died."""
        if self.process is None:
            if time.monotonic() >= self.due:
                self._start()
        elif self.process.exitcode is not None:
            self._bury(self.process.exitcode)

    def ask_to_stop(self) -> None:
        """Tell the process to finish what it is doing and end."""
        if self.process is not None and self.process.exitcode is None:
            self.process.terminate()

    def end(self, patience: float) -> None:
        """Wait until the process has ended; kill it at `patience` (monotonic seconds)."""
        if self.process is None:
            return
        self.process.join(timeout=max(0.0, patience - time.monotonic()))
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()

    def _start(self) -> None:
        self.started = time.monotonic()
        self.process = _start_child(self.arguments)

    def _bury(self, code: int) -> None:
        lived = time.monotonic() - self.started
        self.pause = FIRST_PAUSE if lived > WELL_AFTER else min(LONGEST_PAUSE, max(FIRST_PAUSE, self.pause * 2))
        self.due = time.monotonic() + self.pause
        self.process = None
        say(f"The {self.name} ended ({_how(code)}); starting it again in {self.pause:g} s.")


def supervise(
    where: Environment, *, announce: Callable[[], None], first: Command = ("migrate",), extra: Sequence[Child] = ()
) -> None:
    """Run database, web and worker (and `extra` children) until asked to stop. Calls `announce` once the web answers.

    `first` is done before they start. Raises Fault when it fails, another Makegood runs on this home or the address is
    taken.
    """
    prepare_home(where.home)
    with only_one(where.home), _signals() as stopping:
        claim_port(where.bind_host, where.bind_port)
        load_doors(where)
        with database(where):
            _prepare(first, stopping)
            children = [Child("web server", ["web"]), Child("worker", ["worker"]), *extra]
            try:
                _tend(where, children, stopping, announce)
            finally:
                _end(children)


def _prepare(first: Command, stopping: Stop) -> None:
    """Run `makegood FIRST` to its end, or until asked to stop. Raises Fault when it fails."""
    process = _start_child(first)
    while process.exitcode is None:
        if stopping.asked:
            process.terminate()
        process.join(LOOK_SECONDS)
    if process.exitcode and not stopping.asked:
        raise Fault("Makegood was not started; the reason is told above.")


def _start_child(arguments: Command) -> ForkProcess:
    """Start `makegood ARGUMENTS` out of reach of the terminal's Ctrl-C: it is this process that ends it."""
    process = get_context("fork").Process(target=_be, args=(arguments,))
    process.start()
    return process


def _be(arguments: Command) -> None:
    """In the child: be that command, and nothing of the supervisor any more."""
    os.setsid()
    os.environ[PARENT] = str(os.getppid())
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main(arguments)


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
