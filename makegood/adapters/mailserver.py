"""A mail server and how we log in to it: what fetching and sending share, and the sentences for what goes wrong."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal

from makegood.adapters.dialling import NotReached, dial, look_up
from makegood.adapters.reach import read_networks
from makegood.adapters.steps import Trouble

_THIS_MACHINE = ("127.0.0.0/8", "::1/128")
SECONDS = 30.0
"""After so long without a word from a server it is given up."""
_SHOWN = 300
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")

Security = Literal["tls", "starttls", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where a server listens and who we are there.

    `security` is `tls` from the first byte, `starttls` before the first secret, or `none`, which is for a server on
    this machine only. With a `token`, an OAuth 2 access token, no password is shown; without a `user` nobody logs in.
    """

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


class MailTrouble(Trouble):
    """A mail server that cannot be worked with."""


def connect(server: MailServer, *, networks: Iterable[str], seconds: float) -> socket.socket:
    """A connection, encrypted already when that is how it begins. Raises MailTrouble."""
    _check(server)
    try:
        # Without encryption only this machine is reached, which needs nobody's leave.
        allowed = [*networks, *_THIS_MACHINE] if server.security == "none" else networks
        addresses = look_up(server.host, server.port, read_networks(allowed))
        if server.security == "none" and not all(ip_address(address).is_loopback for address in addresses):
            raise MailTrouble(
                f"{server.host} is another machine: without encryption everybody on the way could read passwords and"
                " letters. Choose TLS or STARTTLS.",
                lasting=True,
            )
        link = dial(addresses, server.port, seconds=seconds)
        return encrypt(link, server) if server.security == "tls" else link
    except (OSError, NotReached, UnicodeError) as fault:
        raise trouble(fault, server, seconds) from fault


def encrypt(link: socket.socket, server: MailServer) -> ssl.SSLSocket:
    """The same connection with TLS, its certificate checked against what this machine trusts."""
    try:
        return ssl.create_default_context().wrap_socket(link, server_hostname=server.host)
    except BaseException:
        link.close()
        raise


def trouble(fault: Exception, server: MailServer, seconds: float) -> MailTrouble:
    """What a fault of the connection means."""
    where = f"{server.host}, port {server.port}"
    if isinstance(fault, ssl.SSLCertVerificationError):
        return MailTrouble(_about_certificate(fault, server), lasting=True)
    kinds: tuple[tuple[type[Exception], str, bool], ...] = (
        (NotReached, str(fault), True),
        (ssl.SSLError, f"There is no TLS at {where}. {_other_way(server)}", True),
        (TimeoutError, f"{where} did not answer within {seconds:.0f} seconds. Is the port right, and does a firewall"
                       " let us through?", False),
        (socket.gaierror, f"There is no machine called {server.host}. Look at how it is spelled.", False),
        (UnicodeError, f"{server.host!r} cannot be the name of a machine.", True),
        (ConnectionRefusedError, f"Nothing answers at {where}. Is the port right, and does the server run?", False),
    )  # fmt: skip
    for kind, words, lasting in kinds:
        if isinstance(fault, kind):
            return MailTrouble(words, lasting=lasting)
    return MailTrouble(f"{server.host} broke the connection, or said nothing for {seconds:.0f} seconds.", lasting=False)


def said(words: object) -> str:
    """What a server said, fit to be shown: one line, not too long."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return " ".join(_CONTROLS.sub(" ", text).split())[:_SHOWN]


def xoauth2(server: MailServer) -> str:
    """What a server is told that takes an access token (SASL XOAUTH2)."""
    return f"user={server.user}\1auth=Bearer {server.token}\1\1"


def refused_login(server: MailServer, words: object) -> MailTrouble:
    """The server does not let us in."""
    what = "access token" if server.token else "password"
    more = f" It said: {said(words)}" if said(words) else ""
    return MailTrouble(f"{server.host} does not accept the {what} of {server.user}.{more}", lasting=True)


def _check(server: MailServer) -> None:
    if not server.host.strip() or not 0 < server.port < 65536:
        raise MailTrouble("Give the server's name and a port from 1 to 65535.", lasting=True)
    if any(_CONTROLS.search(text) for text in (server.host, server.user, server.password, server.token)):
        raise MailTrouble("There is a line break or another invisible character in what was given.", lasting=True)


def _other_way(server: MailServer) -> str:
    return "Choose STARTTLS there." if server.security == "tls" else "Choose TLS there."


def _about_certificate(fault: ssl.SSLCertVerificationError, server: MailServer) -> str:
    reasons = {
        10: "it has expired. Have it renewed.",
        18: "it is signed by itself. Let an authority sign it, or have this machine trust it.",
        19: "this machine does not know the authority that signed it. Have this machine trust that authority.",
        20: "this machine does not know the authority that signed it. Have this machine trust that authority.",
        62: f"it is for another name. Give the server's name as its certificate has it, not as {server.host}.",
        64: f"it is for another name. Give the server's name as its certificate has it, not as {server.host}.",
    }
    return f"The certificate of {server.host} cannot be trusted: " + reasons.get(
        fault.verify_code, f"{said(fault.verify_message)}."
    )
