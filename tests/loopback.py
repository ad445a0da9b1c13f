"""Web servers of the tests, on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Quiet(BaseHTTPRequestHandler):
    """Answers requests, and tells nobody."""

    def log_message(self, *_arguments: object) -> None:
        """Nothing is said."""


@contextmanager
def listening(talk: type[Quiet]) -> Iterator[str]:
    """A server that answers as `talk` does until the block ends; its host and port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), talk) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
