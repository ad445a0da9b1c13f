"""Connecting to a machine that somebody named: to an address that was judged, and nowhere else.

A name is looked up once, its addresses are judged, and the connection is made to one that passed: what the name means
a moment later leads nowhere.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from makegood.adapters.reach import Network, may_reach

_TRIED = 3
"""Of how many addresses of a machine the first that answers is taken."""


class NotReached(Exception):
    """There is no way to the address; the message says why."""


def look_up(host: str, port: int, allowed: Iterable[Network]) -> list[str]:
    """The addresses of a machine that may be reached, at most three.

    Raises NotReached when there is none, socket.gaierror or UnicodeError when there is no machine of that name.
    """
    found = list(dict.fromkeys(str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    networks = tuple(allowed)
    open_to_us = [address for address in found if may_reach(address, networks)][:_TRIED]
    if not open_to_us:
        raise NotReached(
            f"It leads to {found[0]}, inside your own network. An administrator can allow that:"
            " MAKEGOOD_PRIVATE_NETWORKS."
        )
    return open_to_us


def dial(addresses: Sequence[str], port: int, *, seconds: float) -> socket.socket:
    """A connection to the first that answers; the time to connect is shared among them, and each read has all of it."""
    for address in addresses[:-1]:
        try:
            return _link(address, port, seconds / len(addresses), seconds)
        except OSError:
            continue
    return _link(addresses[-1], port, seconds / len(addresses), seconds)


@contextmanager
def bounded(link: socket.socket, seconds: float) -> Iterator[None]:
    """Hang up when the block takes longer. A system that answers a letter at a time would hold us for ever otherwise:
    each read is in time, the whole is not."""
    enough = threading.Timer(seconds, _hang_up, [link])
    enough.start()
    try:
        yield
    finally:
        enough.cancel()


def _link(address: str, port: int, to_connect: float, to_read: float) -> socket.socket:
    link = socket.create_connection((address, port), timeout=to_connect)
    link.settimeout(to_read)
    # A small piece that is held back until the one before is confirmed costs 40 ms each time, as with every message
    # that is sent: its end goes alone.
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return link


def _hang_up(link: socket.socket) -> None:
    """End a connection under whoever reads from it, TLS or not."""
    with suppress(OSError):
        socket.socket.shutdown(link, socket.SHUT_RDWR)
