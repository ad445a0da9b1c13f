"""The connection to a mailbox: imaplib's and imap-tools', with a reading of our own that a wait can look into."""

from __future__ import annotations

import imaplib
import re
import select
import socket
import ssl
import time
from collections.abc import Callable
from typing import Any

from imap_tools.mailbox import BaseMailBox

from makegood.adapters.mailserver import MailServer, MailTrouble, encrypt, said

HEADERS = 256 * 1024
"""So many bytes of a header are fetched when the whole message is not."""
_LISTENING = 0.5
"""Seconds until a wait notices that it is asked to stop."""


class Box(BaseMailBox):
    """What imap-tools knows to do, with a connection that is made already."""

    def __init__(self, link: Link) -> None:
        self._made = link
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._made


class Link(imaplib.IMAP4):
    """The connection. It keeps what was received and not read in one place, so that a wait knows of it."""

    def __init__(self, server: MailServer, link: socket.socket, *, most: int) -> None:
        self._server, self._most, self._held = server, most, bytearray()
        self.sock = link
        super().__init__(server.host, server.port)

    # What imaplib calls to talk; it has them replaced this way itself (IMAP4_stream).

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        self.host, self.port = host, port

    def read(self, size: int) -> bytes:
        if size > self._most + HEADERS:
            raise self.abort(f"a part of {size} bytes, which nobody asked for")
        whole = bytearray(size)
        got = min(size, len(self._held))
        whole[:got] = self._held[:got]
        del self._held[:got]
        with memoryview(whole) as rest:
            while got < size and (more := self.sock.recv_into(rest[got:])):
                got += more
        return bytes(whole[:got])

    def readline(self) -> bytes:
        while (end := self._held.find(b"\n")) < 0 and len(self._held) < imaplib._MAXLINE:  # type: ignore[attr-defined]
            piece = self.sock.recv(65536)
            if not piece:
                break
            self._held += piece
        line = bytes(self._held[: end + 1 or None])
        del self._held[: len(line)]
        return line

    def send(self, data: Any) -> None:
        self.sock.sendall(data)

    def shutdown(self) -> None:
        self.sock.close()

    # What we ask.

    def start_tls(self) -> None:
        """Encrypt what began in the open. What somebody on the way may have put in before is dropped."""
        if "STARTTLS" not in self.capabilities:
            raise MailTrouble(f"{self.host} offers no STARTTLS at port {self.port}. Choose TLS there.", lasting=True)
        if self._simple_command("STARTTLS")[0] != "OK" or self._held:
            raise MailTrouble(f"{self.host} does not start TLS at port {self.port}. Choose TLS there.", lasting=True)
        self.sock = encrypt(self.sock, self._server)
        self.ask_abilities()

    def ask_abilities(self) -> None:
        """What the server can do; it says more to those whom it knows."""
        told = self.capability()[1][-1] or b""
        self.capabilities = tuple(told.decode("ascii", "replace").upper().split())

    def number(self, name: str) -> int:
        """A number that the server told when a folder was opened."""
        told = self.response(name)[1][-1]
        return int(told) if told else 1

    def must(self, command: str, *words: str | bytes) -> list[bytes | tuple[bytes, bytes]]:
        """A command about messages by their UID. Raises imaplib's error when the server refuses it."""
        kind, answer = self.uid(command, *words)  # type: ignore[arg-type]
        if kind != "OK":
            raise self.error(said(answer[-1]))
        return [one for one in answer if one is not None]

    def part(self, uid: int, what: str) -> tuple[bytes | None, str]:
        """A part of a message, None when it is not there any more; and why the server does not give it."""
        kind, answer = self.uid("FETCH", str(uid), f"({what})")
        if kind != "OK":
            return b"", f"The server does not hand it over. It said: {said(answer[-1])}"
        name = what.partition("<")[0].replace(".PEEK", "").encode()
        for one in answer:
            if isinstance(one, tuple) and name in one[0].upper():
                return one[1], ""
            if isinstance(one, bytes) and (short := re.search(re.escape(name) + rb'(?:<0>)? "((?:[^"\\]|\\.)*)"', one)):
                return re.sub(rb"\\(.)", rb"\1", short[1]), ""
        return None, ""

    def heard_of_mail(self) -> bool:
        """Whether the server said beside an answer to something else that mail has come. It says so once, and IDLE does
        not tell of it again; this tells of it once as well."""
        return self.untagged_responses.pop("EXISTS", None) is not None

    def idle(self, until: float, asked_to_stop: Callable[[], bool]) -> bool:
        """Have the server speak when mail comes; whether it did before `until` (of the monotonic clock)."""
        tag = self._command("IDLE")
        came = False
        while not came and not self.tagged_commands[tag] and time.monotonic() < until and not asked_to_stop():
            if self._readable(min(_LISTENING, until - time.monotonic())):
                line = self._get_response()
                came = line is not None and b"EXISTS" in line
        if self.tagged_commands[tag]:
            raise self.error("it refuses IDLE, which it offers")
        self.send(b"DONE\r\n")
        while not self.tagged_commands[tag]:
            self._get_response()
        del self.tagged_commands[tag]
        return came

    def _readable(self, seconds: float) -> bool:
        if self._held or (isinstance(self.sock, ssl.SSLSocket) and self.sock.pending()):
            return True
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        return bool(poll.poll(max(0.0, seconds) * 1000))
