"""A question to an address that somebody named: to the machine that was judged, and nowhere else.

No redirect is followed, no proxy asked; the whole is bounded in time and the answer in length.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from urllib.parse import SplitResult, urlsplit

from makegood.adapters.dialling import NotReached, bounded, dial, look_up
from makegood.adapters.reach import is_public, read_networks

SECONDS = 10.0
_HEARD = 16_384
FAULTS = (OSError, http.client.HTTPException, NotReached, UnicodeError, ValueError)
"""What a question raises when nothing was heard."""


class Poster:
    """Asks, one at a time. `networks` are those of ours that may be reached; it is given up after `seconds`, and of
    the answer no more than `most` bytes are read."""

    def __init__(self, networks: Iterable[str] = (), *, seconds: float = SECONDS, most: int = _HEARD) -> None:
        self._allowed = read_networks(networks)
        self._seconds, self._most = seconds, most
        self._trust = ssl.create_default_context()

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        """The status of the answer and its first words. Raises one of FAULTS."""
        return self._ask("POST", url, body, headers)

    def get(self, url: str, headers: Mapping[str, str]) -> tuple[int, str]:
        """The same for a question that changes nothing. Raises one of FAULTS."""
        return self._ask("GET", url, None, headers)

    def hand(
        self, url: str, body: bytes, headers: Mapping[str, str], *, handing: Callable[[], bool]
    ) -> tuple[int, str] | None:
        """Post what must not come twice. `handing` is asked when all is there but the last byte, without which nobody
        can act on it; None when it said no. Raises one of FAULTS."""
        with self._asking(url) as (asked, path, named):
            asked.request("POST", path, body[:-1], {**headers, "Host": named, "Content-Length": str(len(body))})
            if not handing():
                return None
            # Whoever has said no before the end hangs up: what they said is read all the same.
            with suppress(BrokenPipeError, ConnectionResetError):
                asked.send(body[-1:])
            return self._answer(asked)

    def _ask(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, str]:
        with self._asking(url) as (asked, path, named):
            asked.request(method, path, body, {**headers, "Host": named})
            return self._answer(asked)

    @contextmanager
    def _asking(self, url: str) -> Iterator[tuple[http.client.HTTPConnection, str, str]]:
        """A connection to where an address leads, what to ask for there, and by what name."""
        where: SplitResult = urlsplit(url)
        host, secure = where.hostname or "", where.scheme == "https"
        port = where.port or (443 if secure else 80)
        with self._connected(host, port, secure=secure) as link, bounded(link, self._seconds):
            asked = http.client.HTTPConnection(host, port, timeout=self._seconds)
            asked.sock = link
            path = (where.path or "/") + (f"?{where.query}" if where.query else "")
            yield asked, path, where.netloc.rpartition("@")[2]

    def words(self, fault: Exception) -> str:
        """One of FAULTS, for a person."""
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

    def _answer(self, asked: http.client.HTTPConnection) -> tuple[int, str]:
        answer = asked.getresponse()
        return answer.status, _first_words(answer, self._most)


def _first_words(answer: http.client.HTTPResponse, most: int) -> str:
    """The beginning of what was answered; the status counts, whatever comes of the rest."""
    try:
        said = answer.read(most).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return ""
    return " ".join(said.replace("\0", "").split())
