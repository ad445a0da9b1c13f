"""The address to listen on: whether it can be had, and what to do when it cannot."""

from __future__ import annotations

import errno
import socket
import time

from makegood.config.faults import Fault

# The processes of a server that was killed need a moment to notice and let go of the port.
PORT_SECONDS = 5.0


def claim_port(host: str, port: int) -> None:
    """Make sure that nobody else listens there. Raises Fault with a sentence."""
    patience = time.monotonic() + PORT_SECONDS
    while (trouble := _trouble(host, port)) is not None:
        if trouble.errno != errno.EADDRINUSE or time.monotonic() > patience:
            raise Fault(_words(trouble, host, port))
        time.sleep(0.1)


def _trouble(host: str, port: int) -> OSError | None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen(1)
    except OSError as trouble:
        return trouble
    return None


def _words(trouble: OSError, host: str, port: int) -> str:
    if trouble.errno == errno.EADDRINUSE:
        return (
            f"Another program already listens on {host}:{port}. Stop it, or choose another address,"
            f" such as MAKEGOOD_BIND={host}:{port + 1 if port < 65535 else 8000}."
        )
    if trouble.errno == errno.EACCES:
        return f"Port {port} needs more rights than this user has. Set MAKEGOOD_BIND to a port above 1023."
    return f"{host}:{port} cannot be listened on: {trouble.strerror or trouble}. Check MAKEGOOD_BIND."
