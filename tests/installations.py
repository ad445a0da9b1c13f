"""An installation of a test's own: a folder, an address, and the `makegood` command working on them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from makegood.platform import postgres

OWN_SETTINGS = ("DATABASE_URL", "MAKEGOOD_", "DJANGO_", "PYTEST_", "PG")


@dataclass
class Installation:
    """`home` and `port` of an installation, and `more` settings; `processes` are the commands left running."""

    home: Path
    port: int
    more: dict[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OWN_SETTINGS)}
        ours = {"MAKEGOOD_HOME": str(self.home), "MAKEGOOD_BIND": f"127.0.0.1:{self.port}"}
        return kept | ours | self.more

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run `makegood WORDS` to its end, with `more` in its environment."""
        return subprocess.run(
            [sys.executable, "-m", "makegood.config.cli", *words],
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )

    def must(self, *words: str, **more: str) -> str:
        """Run `makegood WORDS`, which must work; what it printed."""
        done = self.run(*words, **more)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start `makegood WORDS` and leave it running; its words go to `home/out.log`."""
        with (self.home / "out.log").open("a") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "makegood.config.cli", *words],
                env=self.environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                text=True,
            )
        self.processes.append(process)
        return process

    def said(self) -> str:
        """Everything that commands left running have said."""
        return (self.home / "out.log").read_text()

    def forget_words(self) -> None:
        """From here on, `said` tells only what is new."""
        (self.home / "out.log").write_text("")

    def answers(self) -> bool:
        """Whether something listens on the address."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def members(self) -> dict[int, str]:
        """The living processes of this installation other than PostgreSQL's: number and subcommand."""
        mark = f"MAKEGOOD_HOME={self.home}\0"
        found = {}
        for process in Path("/proc").iterdir():
            with suppress(OSError):
                if process.name.isdigit() and mark in (process / "environ").read_text():
                    name = (process / "comm").read_text().strip()
                    if name.startswith("makegood "):
                        found[int(process.name)] = name.removeprefix("makegood ")
        return found

    def kill(self, *names: str) -> None:
        """Kill -9 every process that runs one of these subcommands."""
        for pid, name in self.members().items():
            if name in names:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def kill_database(self) -> None:
        """Kill -9 PostgreSQL's main process."""
        pid = postgres.server_pid(self.home)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    def remove(self) -> None:
        """End everything and take the folder away."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=20)
        self.kill(*set(self.members().values()))
        postgres.stop(self.home)
        shutil.rmtree(self.home, ignore_errors=True)


@contextmanager
def an_installation() -> Iterator[Installation]:
    """An empty installation, removed afterwards with all that ran in it."""
    # Not below the home of whoever runs the tests: PostgreSQL runs as a user of its own when that is root.
    home = Path(tempfile.mkdtemp(prefix="makegood-own-", dir="/var/tmp"))
    home.chmod(0o711)
    ours = Installation(home, free_port())
    try:
        yield ours
    finally:
        ours.remove()


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(holds: Callable[[], bool], *, seconds: float = 30, what: str = "it") -> None:
    """Wait until something holds; fail after `seconds`."""
    patience = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < patience, f"waited {seconds} s for {what}"
        time.sleep(0.1)
