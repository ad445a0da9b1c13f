"""Message-IDs that only we can make: an answer that names one belongs to that thread, and nobody can invent one. Pure.

    mg1.THREAD.MESSAGE.SEAL@desk.example

The digit is the version of this form, the numbers name a thread and the message in it, and the seal is an HMAC of
these. The domain is not sealed: an organisation that moves to another one still knows its older messages.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

_VERSION = 1
_SEAL_BYTES = 15
"""120 bits are 24 characters without padding, and more than anybody guesses through a mailbox."""
_OURS = re.compile(r"mg(\d)\.(\d{1,18})\.(\d{1,18})\.([a-z2-7]{24})@([a-z0-9.-]{1,253})", re.IGNORECASE | re.ASCII)
_LOOKED_AT = 100_000
"""So many characters of the ids of a message are looked at, from their end; an honest message has some hundred."""


@dataclass(frozen=True, slots=True)
class Ours:
    """A message of ours, by the numbers of its thread and of itself."""

    thread: int
    message: int


@dataclass(frozen=True, slots=True)
class Forged:
    """An id at a domain of ours, in our form, that we never made. Whoever wrote it guesses at another's thread."""

    id: str


def mint(secret: str, thread: int, message: int, domain: str) -> str:
    """The Message-ID of a message, without its angle brackets. `domain` is in ASCII; numbers are 0 or more."""
    if thread < 0 or message < 0:
        raise ValueError(f"Threads and messages are numbered from 0, not {min(thread, message)}.")
    made = f"mg{_VERSION}.{thread}.{message}.{_seal(secret, thread, message)}@{domain.lower()}"
    if _OURS.fullmatch(made) is None:
        raise ValueError(f"{domain!r} is no domain that a Message-ID can end with.")
    return made


def recognise(secret: str, ids: Iterable[str], *, domains: Collection[str]) -> Ours | Forged | None:
    """What a message answers, by the ids it names: those that count most last, as `References` writes them.

    Each of `ids` may hold several, with their brackets or without. The last that is ours counts; only when none is,
    one at `domains` of ours that has our form is Forged. The same form at another domain is the id of somebody else's
    desk and means nothing here.
    """
    found = list(_OURS.finditer(" ".join(ids)[-_LOOKED_AT:]))
    for one in reversed(found):
        version, thread, message, seal, _domain = one.groups()
        if int(version) == _VERSION and hmac.compare_digest(seal.lower(), _seal(secret, int(thread), int(message))):
            return Ours(int(thread), int(message))
    ours = {domain.lower() for domain in domains}
    return next((Forged(one[0]) for one in reversed(found) if one[5].lower() in ours), None)


def _seal(secret: str, thread: int, message: int) -> str:
    key = hashlib.sha256(b"makegood message-id\0" + secret.encode()).digest()
    whole = hmac.digest(key, f"{_VERSION}.{thread}.{message}".encode(), "sha256")
    return base64.b32encode(whole[:_SEAL_BYTES]).decode().lower()
