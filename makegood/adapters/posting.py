"""A POST to an address that somebody named: to the machine that was judged, and nowhere else.

No redirect is followed, no proxy asked; the whole is bounded in time and the answer in length.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import SplitResult, urlsplit

from makegood.adapters.dialling import NotReached, bounded, dial, look_up
from makegood.adapters.reach import is_public, read_networks

SECONDS = 10.0
_HEARD = 4096
FAULTS = (OSError, http.client.HTTPException, NotReached, UnicodeError, ValueError)
"""What a POST raises when nothing was heard."""


class Poster:
    """Posts, one at a time. `networks` are those of ours that may be reached; it is given up after `seconds`."""

    def __init__(self, networks: Iterable[str] = (), *, seconds: float = SECONDS) -> None:
        self._allowed = read_networks(networks)
        self._seconds = seconds
        self._trust = ssl.create_default_context()

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, handing: Callable[[], bool] = lambda: True
    ) -> tuple[int, str] | None:
        """The status of the answer and its first words; None when `handing`, asked once there is a connection, said
        no. Raises one of FAULTS."""
        where: SplitResult = urlsplit(url)
        host, secure = where.hostname or "", where.scheme == "https"
        port = where.port or (443 if secure else 80)
        with self._connected(host, port, secure=secure) as link, bounded(link, self._seconds):
            if not handing():
                return None
            asked = http.client.HTTPConnection(host, port, timeout=self._seconds)
            asked.sock = link
            path = (where.path or "/") + (f"?{where.query}" if where.query else "")
            asked.request("POST", path, body, {**headers, "Host": where.netloc.rpartition("@")[2]})
            answer = asked.getresponse()
            return answer.status, _first_words(answer)

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


def _first_words(answer: http.client.HTTPResponse) -> str:
    """The beginning of what was answered; the status counts, whatever comes of the rest."""
    try:
        said = answer.read(_HEARD).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return ""
    return " ".join(said.replace("\0", "").split())
