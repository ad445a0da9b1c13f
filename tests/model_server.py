"""A language model's endpoint on this machine, that says what a test wants it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.loopback import Quiet, listening


@dataclass
class Model:
    """Where it answers, what it was sent, and `waits`, which it waits for before it says anything."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    waits: threading.Event | None = None


@contextmanager
def a_model(*answers: str | bytes, status: int = 200, more: dict[str, str] | None = None) -> Iterator[Model]:
    """An endpoint that gives these answers in turn, the last again and again. Words are put where a model puts them,
    bytes are the whole answer."""
    model = Model()
    left = list(answers)

    class Endpoint(Quiet):
        def do_POST(self) -> None:
            model.headers.append(dict(self.headers))
            model.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if model.waits is not None:
                model.waits.wait(20)
            said = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            for name, value in (more or {}).items():
                self.send_header(name, value)
            self.end_headers()
            if isinstance(said, str):
                said = json.dumps({"choices": [{"message": {"role": "assistant", "content": said}}]}).encode()
            try:
                self.wfile.write(said)
            except OSError:
                """Whoever asked has hung up."""

    with listening(Endpoint) as where:
        model.url = f"http://{where}/v1"
        try:
            yield model
        finally:
            if model.waits is not None:
                model.waits.set()
