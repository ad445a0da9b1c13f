"""The process that hands messages to mail servers, chats and SMS services, by Apprise. Started by `telling`.

It reads one request a line and answers one line for each. A process of its own, because what it runs is not ours: it
can be ended when a service does not answer, it takes no memory while there is nothing to send, and it is kept, as a
whole, from connecting into our own network, from reading files and from starting programs, whatever an address asks.
"""

from __future__ import annotations

import json
import logging
import mimetypes
import os
import re
import smtplib
import ssl
import sys
from base64 import b64decode
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import apprise
from apprise.attachment.memory import AttachMemory

from makegood.adapters.reach import Network, may_reach, read_networks

# What runs on this machine instead of going anywhere.
_LOCAL = frozenset({"blink1", "dbus", "gio", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"})
_READABLE = tuple(str(Path(place).resolve()) for place in (sys.prefix, sys.base_prefix, "/etc/ssl", "/etc/pki"))
_NETWORK = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_PROGRAMS = frozenset(
    {"subprocess.Popen", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn"}
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_SHORTEST_SECRET = 5
_LONGEST_PROBLEM = 200

# What the libraries below say, and what a person understands.
_REASONS = (
    ("Connection refused", "Nothing answers at that address."),
    ("Name or service not known", "There is no machine of that name."),
    ("Failed to resolve", "There is no machine of that name."),
    ("Temporary failure in name resolution", "There is no machine of that name, or names cannot be looked up now."),
    ("(535,", "It does not accept this name and password."),
    ("SMTPAuthenticationError", "It does not accept this name and password."),
    ("CERTIFICATE_VERIFY_FAILED", "Its certificate cannot be trusted."),
    ("timed out", "It did not answer in time."),
    ("Network is unreachable", "The network cannot be reached."),
)


class Guard:
    """Stops what a message has no need of. Installed once, for the life of the process."""

    def __init__(self, allowed: Iterable[Network]) -> None:
        self.allowed = tuple(allowed)
        self.stopped = ""

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if event in _NETWORK:
            self._look_at(args[-1])
        elif event in _PROGRAMS:
            raise PermissionError("No program is started for a message.")
        elif event == "open" and not _is_harmless(*args):
            raise PermissionError("No file is opened for a message.")

    def _look_at(self, target: Any) -> None:
        host = str(target[0]) if isinstance(target, tuple) and target else ""
        if target is not None and not may_reach(host, self.allowed):
            self.stopped = host or "this machine"
            raise PermissionError(f"{self.stopped} lies inside our network.")


def _is_harmless(path: Any, mode: Any, flags: Any) -> bool:
    """Whether opening a file gives nothing away: modules and certificates, to read."""
    if isinstance(path, int):
        return True
    name = os.path.realpath(os.fsdecode(path))
    return not (flags or 0) & _WRITES and any(name.startswith(f"{place}{os.sep}") for place in _READABLE)


def answer(request: dict[str, str], guard: Guard) -> dict[str, str]:
    """What is answered to one request: the service that an address names, and what is wrong ("" for nothing)."""
    address = request["address"]
    guard.stopped = ""
    with apprise.LogCapture(level=logging.DEBUG, fmt="%(levelname)s %(message)s") as said:  # type: ignore[no-untyped-call]
        service, name, problem = _read(address)
        if service and request["do"] != "check" and not _DEEDS[request["do"]](service, request):
            problem = _reason(said.getvalue(), guard, address)
    return {"service": name, "problem": problem}


def _read(address: str) -> tuple[Any, str, str]:
    """The service, what it is called, and why there is none."""
    if address.partition("://")[0].lower() in _LOCAL:
        return None, "", "That would show the message on the server itself, where nobody sees it."
    try:
        service = apprise.Apprise.instantiate(address, suppress_exceptions=False)
    except Exception as fault:  # a service says in its own way that its address is incomplete
        return None, "", _clean(str(fault), address)
    if not isinstance(service, apprise.NotifyBase):
        return None, "", "This is not an address of a service that is known."
    # Never longer than this for one answer, whatever the address asks for; the whole is bounded by whoever asks.
    service.socket_connect_timeout = min(service.socket_connect_timeout, 5.0)
    service.socket_read_timeout = min(service.socket_read_timeout, 10.0)
    return service, str(service.service_name), ""


def _send(service: Any, request: dict[str, str]) -> bool:
    try:
        return bool(
            service.notify(title=request["title"], body=request["text"], body_format="text", attach=_attached(request))
        )
    except Exception:  # a service that fails in a way of its own has not taken the message
        logging.getLogger("apprise").debug("failed", exc_info=True)
        return False


def _attached(request: dict[str, str]) -> Any:
    """The PDF that goes along, from memory: no file is opened for a message."""
    if "file" not in request:
        return None
    files = apprise.AppriseAttachment()
    content = b64decode(request["file"])
    files.add(AttachMemory(content=content, name=request["name"], mimetype="application/pdf"))  # type: ignore[no-untyped-call]
    return files


def _log_in(service: Any, _request: dict[str, str]) -> bool:
    """Let a mail server say whether it lets us in, as it would to take a message."""
    secure = ssl.create_default_context()
    if not service.verify_certificate:
        secure.check_hostname, secure.verify_mode = False, ssl.CERT_NONE
    to = (service.smtp_host, service.port)
    patience = service.socket_connect_timeout
    try:
        with (
            smtplib.SMTP_SSL(*to, context=secure, timeout=patience)
            if service.secure_mode == "ssl"
            else smtplib.SMTP(*to, timeout=patience)
        ) as server:
            if service.secure_mode == "starttls":
                server.starttls(context=secure)
            if service.user and service.password:
                server.login(service.user, service.password)
        return True
    except Exception:  # whatever the reason: it does not let us in
        logging.getLogger("apprise").debug("failed", exc_info=True)
        return False


_DEEDS = {"send": _send, "log_in": _log_in}


def _reason(said: str, guard: Guard, address: str) -> str:
    if guard.stopped:
        return (
            f"It leads to {guard.stopped}, inside your own network. An administrator can allow that:"
            " MAKEGOOD_PRIVATE_NETWORKS."
        )
    if known := next((words for sign, words in _REASONS if sign in said), ""):
        return known
    warnings = re.findall(r"^(?:WARNING|ERROR) (.*)$", said, re.MULTILINE)
    return _clean(warnings[-1], address) if warnings else "The service did not take it and did not say why."


def _clean(text: str, address: str) -> str:
    """The words of a service without any part of the address: most addresses are made of secrets."""
    parts = {part for form in (address, unquote(address)) for part in re.split(r"[/:@?&=,\s]+", form)}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= _SHORTEST_SECRET:
            text = text.replace(part, "…")
    return " ".join(text.split())[:_LONGEST_PROBLEM]


def main() -> None:
    """Answer until nobody asks any more. The argument is the networks of ours that may be reached, as JSON."""
    os.nice(10)  # the watch comes first
    apprise.Apprise.instantiate("json://localhost")  # loads every service, before files are out of reach
    mimetypes.init()
    guard = Guard(read_networks(json.loads(sys.argv[1])))
    sys.addaudithook(guard)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line), guard)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
