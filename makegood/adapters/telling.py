"""Sending a message to the address of a chat, mail or SMS service: a port, and behind it a process that runs Apprise.

An address is one of e-mail, reached by the mail account that was set up, or a URL as Apprise reads it. Both are mostly
made of secrets: they travel to the process by pipe, never by its arguments or its environment, and no part of them is
in what is answered.
"""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import IO, cast
from urllib.parse import quote

SECONDS = 20.0
_START_SECONDS = 20.0
_OURS = ("MAKEGOOD_", "DATABASE_URL", "DJANGO_")


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it: the service that the address names, "" for none, and what is wrong, "" when it was accepted."""

    service: str
    problem: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A PDF that goes along with a message, by services that take files."""

    name: str
    content: bytes


MAIL = "Mail"
"""What the service of an e-mail address is called."""
# One address: what mail servers or Apprise would read as several is none.
_MAIL_ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\"\\/?&=%]{1,64}@[A-Za-z0-9.-]{1,200}\.[A-Za-z0-9-]{2,60}")
_NO_ACCOUNT = Told(
    "", "There is no mail account for notices here. An administrator can name one: MAKEGOOD_NOTICES_MAIL."
)


class Teller:
    """Hands over messages, one at a time; for one thread. Its process starts with the first and ends with `close`.

    `networks` are those of ours that may be reached, `mail` is the account by which e-mail addresses are. A message is
    given up after `seconds`.
    """

    def __init__(self, networks: Sequence[str] = (), *, mail: str = "", seconds: float = SECONDS) -> None:
        self._mail = mail
        self._networks = json.dumps(list(networks))
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Teller:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def check(self, address: str) -> Told:
        """Which service an address names. Nothing is sent, and nothing is asked of the service."""
        return self._ask_about(address, do="check")

    def send(self, address: str, title: str, text: str, attached: Attached | None = None) -> Told:
        """Hand a message over. Without a problem the service has accepted it."""
        file = {"file": b64encode(attached.content).decode(), "name": attached.name} if attached else {}
        return self._ask_about(address, do="send", title=title, text=text, **file)

    def log_in(self) -> Told:
        """Whether the mail account lets us in. Nothing is sent."""
        return self._ask(do="log_in", address=self._mail_to("nobody@example.com")) if self._mail else _NO_ACCOUNT

    def close(self) -> None:
        """End the process; what was not answered is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _ask_about(self, address: str, **request: str) -> Told:
        if _MAIL_ADDRESS.fullmatch(address) is None:
            return self._ask(address=address, **request)
        if not self._mail:
            return _NO_ACCOUNT
        told = self._ask(address=self._mail_to(address), **request)
        return Told(MAIL if told.service else "", told.problem)

    def _mail_to(self, address: str) -> str:
        return f"{self._mail}{'&' if '?' in self._mail else '?'}to={quote(address, safe='')}"

    def _ask(self, **request: str) -> Told:
        patience = self._seconds + (_START_SECONDS if self._process is None else 0.0)
        try:
            line = self._exchange(json.dumps(request).encode() + b"\n", time.monotonic() + patience)
            return Told(**json.loads(line))
        except TimeoutError:
            self.close()
            return Told("", f"It did not answer within {self._seconds:.0f} seconds.")
        except (OSError, ValueError):
            self.close()
            return Told("", "The process that sends ended without an answer.")

    def _exchange(self, request: bytes, until: float) -> bytes:
        if self._process is None:
            self._process = self._start()
        asked, answered = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)
        asked.write(request)
        asked.flush()
        line = b""
        while not line.endswith(b"\n"):
            if not select.select([answered], [], [], max(until - time.monotonic(), 0))[0]:
                raise TimeoutError
            part = os.read(answered.fileno(), 65536)
            if not part:
                raise BrokenPipeError
            line += part
        return line

    def _start(self) -> subprocess.Popen[bytes]:
        """Without our settings, and in a session of its own: a signal that stops us lets it finish its message."""
        return subprocess.Popen(
            [sys.executable, "-m", "makegood.adapters.apprising", self._networks],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if not name.startswith(_OURS)},
            start_new_session=True,
        )
