"""Sending a message to another system by webhook: signed, to the address that was checked, and nowhere else.

Messages are signed as the Standard Webhooks specification says. No redirect is followed, no proxy asked; the whole is
bounded in time and the answer in length.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

from standardwebhooks.webhooks import Webhook

from makegood import __version__
from makegood.adapters.dialling import NotReached, bounded, dial, look_up
from makegood.adapters.reach import is_public, read_networks

SECONDS = 10.0
_HEARD = 4096
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of it: the HTTP status of the answer (None when there was none), its first words, what is wrong (""
    when it was accepted), and how long it took."""

    status: int | None
    text: str
    problem: str
    took_ms: int


class Hook:
    """Sends messages, one at a time. `networks` are those of ours that may be reached; a message is given up after
    `seconds`."""

    def __init__(self, networks: Iterable[str] = (), *, seconds: float = SECONDS) -> None:
        self._allowed = read_networks(networks)
        self._seconds = seconds
        self._trust = ssl.create_default_context()

    def send(self, url: str, message_id: str, body: bytes, *, secrets: Sequence[str], at: datetime) -> Heard:
        """Hand a message over, signed by each of `secrets` at `at` (aware UTC). Without a problem it was accepted."""
        began = time.monotonic()
        try:
            status, text = self._post(urlsplit(url), body, _signed(message_id, body, secrets, at))
            problem = _problem(status)
        except (OSError, http.client.HTTPException, NotReached, UnicodeError) as fault:
            status, text, problem = None, "", self._words(fault)
        return Heard(status, text, problem, round((time.monotonic() - began) * 1000))

    def _post(self, where: SplitResult, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        host, secure = where.hostname or "", where.scheme == "https"
        port = where.port or (443 if secure else 80)
        with self._connected(host, port, secure=secure) as link, bounded(link, self._seconds):
            asked = http.client.HTTPConnection(host, port, timeout=self._seconds)
            asked.sock = link
            path = (where.path or "/") + (f"?{where.query}" if where.query else "")
            asked.request("POST", path, body, headers | {"Host": where.netloc})
            answer = asked.getresponse()
            return answer.status, _first_words(answer)

    def _connected(self, host: str, port: int, *, secure: bool) -> socket.socket:
        """A connection to an address of the machine that may be reached. Raises NotReached when there is none."""
        open_to_us = look_up(host, port, self._allowed)
        if not secure and any(is_public(address) for address in open_to_us):
            raise NotReached("In the open it must be https://, so that nobody reads it on the way.")
        link = dial(open_to_us, port, seconds=self._seconds)
        if not secure:
            return link
        try:
            return self._trust.wrap_socket(link, server_hostname=host)
        except BaseException:
            link.close()
            raise

    def _words(self, fault: Exception) -> str:
        late = f"It did not answer within {self._seconds:.0f} seconds."
        kinds: tuple[tuple[type[Exception], str], ...] = (
            (NotReached, str(fault)),
            (TimeoutError, late),
            (socket.gaierror, "There is no machine of that name."),
            (ssl.SSLCertVerificationError, "Its certificate cannot be trusted."),
            (ssl.SSLError, "It does not speak https there."),
            (ConnectionRefusedError, "Nothing answers at that address."),
            (http.client.RemoteDisconnected, f"It said nothing for {self._seconds:.0f} seconds, or hung up."),
            (http.client.HTTPException, "What it answered is not HTTP."),
        )  # fmt: skip
        return next((words for kind, words in kinds if isinstance(fault, kind)), "The connection broke.")


def _signed(message_id: str, body: bytes, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    signatures = [Webhook(secret).sign(message_id, at, body.decode()) for secret in secrets]
    return {
        "Content-Type": "application/json", "User-Agent": f"Makegood/{__version__}", "Connection": "close",
        "webhook-id": message_id, "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }  # fmt: skip


def _problem(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"It answered {status}, a redirect, and none is followed: give the address that it leads to."
    return f"It answered {status}."


def _first_words(answer: http.client.HTTPResponse) -> str:
    """The beginning of what was answered; the status counts, whatever comes of the rest."""
    try:
        said = answer.read(_HEARD).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return ""
    return " ".join(said.replace("\0", "").split())[:_SHOWN]
