"""A client that costs next to nothing, so that what is measured is the server."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from threading import Thread

Request = bytes


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Request:
    """A request as it goes over the wire, built before the clock starts."""
    told = {"Host": "127.0.0.1", "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


class Connection:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, wanted: Request) -> tuple[int, dict[str, str], bytes]:
        """Status, cookies set and body of the answer."""
        self.socket.sendall(wanted)
        held = b""
        while b"\r\n\r\n" not in held:
            held += self._more()
        head, _, body = held.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines if ": " in line)}
        if headers.get("transfer-encoding") == "chunked":
            while not body.endswith(b"0\r\n\r\n"):
                body += self._more()
        while len(body) < int(headers.get("content-length", 0)):
            body += self._more()
        cookies = [line.split(": ", 1)[1] for line in lines if line.lower().startswith("set-cookie: ")]
        return int(status.split()[1]), dict(one.split(";")[0].split("=", 1) for one in cookies), body

    def must(self, wanted: Request) -> bytes:
        """The body of an answer that says yes."""
        status, _, body = self.ask(wanted)
        if status >= 300:
            raise RuntimeError(f"The server answered {status}: {body[:500]!r}")
        return body

    def _more(self) -> bytes:
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise RuntimeError("The server closed the connection.")
        return piece


def at_once(jobs: Sequence[Callable[[], None]]) -> float:
    """Run jobs, each in a thread of its own; seconds until the last is done. A job that fails fails the whole."""
    failed: list[BaseException] = []

    def guarded(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as fault:
            failed.append(fault)

    threads = [Thread(target=guarded, args=(job,)) for job in jobs]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    if failed:
        raise failed[0]
    return seconds


def shares(items: Sequence[Request], many: int) -> list[Sequence[Request]]:
    """Items dealt out to so many clients."""
    return [items[number::many] for number in range(many)]
