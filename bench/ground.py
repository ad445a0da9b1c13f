"""Where benchmarks run: an installation of their own with its database and server, gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bench.client import Connection, request
from makegood.platform import postgres

EMAIL, PASSWORD = "ada@bench.example", "a-bench-of-oak"
# The servers that it talks to here are on this machine.
_LOOPBACK = {"MAKEGOOD_PRIVATE_NETWORKS": "127.0.0.0/8"}
_OWN_SETTINGS = ("DATABASE_URL", "MAKEGOOD_", "DJANGO_", "PG")


@dataclass
class Ground:
    """An installation under /var/tmp; `token` writes through its API."""

    home: Path
    port: int
    token: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OWN_SETTINGS)}
        return {**kept, "MAKEGOOD_HOME": str(self.home), "MAKEGOOD_BIND": f"127.0.0.1:{self.port}", **_LOOPBACK}

    def command(self, *words: str) -> str:
        """Run `makegood WORDS` to its end; what it printed."""
        done = subprocess.run(self._words(*words), env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"makegood {' '.join(words)} failed: {done.stderr}")
        return done.stdout.strip()

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start `makegood WORDS` and leave it running."""
        with (self.home / "bench.log").open("ab") as log:
            process = subprocess.Popen(
                self._words(*words), env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        self.processes.append(process)
        return process

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """End a process that was started here."""
        process.terminate()
        process.wait(timeout=30)
        self.processes.remove(process)

    @contextmanager
    def web(self) -> Iterator[None]:
        """The web server, answering."""
        process = self.start("web")
        try:
            wait_for(self.port)
            yield
        finally:
            self.stop(process)

    def connect(self) -> psycopg.Connection[Any]:
        """A connection past everything of ours: for floors, and for looking."""
        return psycopg.connect(
            host=str(postgres.socket_folder(self.home)), user=postgres.USER, dbname=postgres.NAME, autocommit=True
        )

    def sql(self, text: str, values: Any = None) -> list[tuple[Any, ...]]:
        """Run one statement; its rows, if it gives any."""
        with self.connect() as link:
            done = link.execute(text, values)
            return done.fetchall() if done.description else []

    def post(self, path: str, body: bytes) -> bytes:
        """A POST to the API, ready to be sent."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return request("POST", f"/api/v1{path}", headers, body)

    def _words(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "makegood.config.cli", *words]


@contextmanager
def ground() -> Iterator[Ground]:
    """A fresh installation with its database running and Django set up on it in this process."""
    # Not below the home of whoever runs this: PostgreSQL runs as a user of its own when that is root.
    home = Path(tempfile.mkdtemp(prefix="makegood-bench-", dir="/var/tmp"))
    home.chmod(0o711)
    place = Ground(home, free_port())
    try:
        postgres.start(home)
        place.command(
            "init", "--name", "Bench", "--time-zone", "Europe/London", "--currency", "GBP", "--email", EMAIL,
            "--admin-name", "Ada Bench", "--password", PASSWORD,
        )  # fmt: skip
        place.token = place.command("token", "create", "--name", "bench", "--scope", "write")
        _set_up_django(place)
        yield place
    except Exception:
        print(_end_of(home / "bench.log"))
        raise
    finally:
        for process in list(place.processes):
            place.stop(process)
        _close_django()
        postgres.stop(home)
        shutil.rmtree(home, ignore_errors=True)


def _end_of(log: Path, lines: int = 40) -> str:
    """What the processes said last."""
    return "\n".join(log.read_text().splitlines()[-lines:]) if log.exists() else ""


def _set_up_django(place: Ground) -> None:
    os.environ.update(place.environment)
    os.environ["DJANGO_SETTINGS_MODULE"] = "makegood.config.settings"
    import django

    django.setup()


def _close_django() -> None:
    from django.db import connections

    if "DJANGO_SETTINGS_MODULE" in os.environ:
        for link in connections.all(initialized_only=True):
            link.close()
            link.close_pool()  # type: ignore[attr-defined]


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, *, path: str = "/healthz", seconds: float = 60) -> float:
    """Seconds until the server answers `path` with a page."""
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        try:
            status, _, _ = Connection(port).ask(request("GET", path, {}))
        except (OSError, RuntimeError):
            status = 0
        if 200 <= status < 400:
            return time.perf_counter() - started
        time.sleep(0.02)
    raise RuntimeError(f"Nothing answered on port {port} for {seconds:g} s.")
