"""A web server like ours that does nothing: what an answer over HTTP costs by itself.

`python -m bench.nothing PORT` answers until it is told to stop.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from bench.ground import free_port, wait_for
from makegood.config.server import BACKLOG, THREADS


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Read what was sent and answer with an empty object."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "2")])
    return [b"{}"]


@contextmanager
def answering() -> Iterator[int]:
    """Such a server; the port that it answers on."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.nothing", str(port)])
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


if __name__ == "__main__":
    Server(
        "bench.nothing:application", address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.WSGI, workers=2,
        blocking_threads=THREADS, backlog=BACKLOG, log_level=LogLevels.error,
    ).serve()  # fmt: skip
