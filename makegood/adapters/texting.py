"""Sending text messages: a port, and behind it a service with the API of Twilio, or one that Apprise knows."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote, urlencode

from makegood import __version__
from makegood.adapters.posting import FAULTS, Poster
from makegood.adapters.sending import NOT_WANTED, Accepted, Handing, Refused
from makegood.adapters.telling import Teller

TWILIO = "https://api.twilio.com"
RECEIVER = "{to}"
"""Stands in an address of Apprise for the number of the receiver."""
_LATER = {408, 425, 429}
_KEY = {401, 403}
_BEHIND = {502, 504}
"""What stands before the service answered for it: what the service did is not known."""


class Texter(Protocol):
    """Hands over text messages, one at a time; for one thread."""

    def send(self, to: str, text: str, *, handing: Handing) -> Accepted | Refused:
        """Hand a message over. `handing` is asked just before the step after which it may have arrived."""

    def close(self) -> None:
        """Let go of what is kept for the messages that follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account with a service that speaks as Twilio does. `told_at` is the address to tell what became of a message,
    "" for none."""

    base_url: str
    account: str
    secret: str = field(repr=False)
    number: str
    told_at: str = field(default="", repr=False)


class TwilioTexter:
    """A Texter by the API of Twilio. `networks` are those of ours that may be reached."""

    def __init__(self, account: Account, *, networks: Iterable[str] = (), seconds: float = 15.0) -> None:
        self._account = account
        self._poster = Poster(networks, seconds=seconds)

    def send(self, to: str, text: str, *, handing: Handing) -> Accepted | Refused:
        """See `Texter`."""
        with_us = _Handed(handing)
        try:
            heard = self._poster.post(self._url(), self._body(to, text), self._headers(), handing=with_us)
        except FAULTS as fault:
            return Refused(self._poster.words(fault), temporary=True, perhaps_sent=with_us.done)
        return NOT_WANTED if heard is None else _read(*heard)

    def close(self) -> None:
        """Nothing is kept."""

    def _url(self) -> str:
        account = self._account
        return f"{account.base_url.rstrip('/')}/2010-04-01/Accounts/{quote(account.account, safe='')}/Messages.json"

    def _body(self, to: str, text: str) -> bytes:
        told = {"StatusCallback": self._account.told_at} if self._account.told_at else {}
        return urlencode({"From": self._account.number, "To": to, "Body": text, **told}).encode()

    def _headers(self) -> Mapping[str, str]:
        shown = base64.b64encode(f"{self._account.account}:{self._account.secret}".encode()).decode()
        return {
            "Authorization": f"Basic {shown}", "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": f"Makegood/{__version__}", "Connection": "close",
        }  # fmt: skip


class AppriseTexter:
    """A Texter by an address of Apprise in which RECEIVER stands for the number."""

    def __init__(self, address: str, *, networks: Iterable[str] = ()) -> None:
        self._address, self._teller = address, Teller(tuple(networks))

    def send(self, to: str, text: str, *, handing: Handing) -> Accepted | Refused:
        """See `Texter`. What Apprise could not hand over it does not say for sure: it may be tried again."""
        if not handing():
            return NOT_WANTED
        told = self._teller.send(self._address.replace(RECEIVER, quote(to.replace(" ", ""), safe="+")), "", text)
        late = "did not answer" in told.problem or "without an answer" in told.problem
        return Refused(told.problem, temporary=True, perhaps_sent=late) if told.problem else Accepted("")

    def close(self) -> None:
        """End the process that sends."""
        self._teller.close()


def twilio_signature(url: str, form: Iterable[tuple[str, str]], secret: str) -> str:
    """How Twilio signs what it tells: the address, and the fields in the order of their names, by our secret."""
    told = url + "".join(f"{name}{value}" for name, value in sorted(form))
    return base64.b64encode(hmac.new(secret.encode(), told.encode(), hashlib.sha1).digest()).decode()


class _Handed:
    """Remembers whether the step was reached after which it may have arrived."""

    def __init__(self, handing: Handing) -> None:
        self._handing, self.done = handing, False

    def __call__(self) -> bool:
        self.done = self._handing()
        return self.done


def _read(status: int, text: str) -> Accepted | Refused:
    try:
        said = json.loads(text)
    except ValueError:
        said = {}
    said = said if isinstance(said, dict) else {}
    if 200 <= status < 300:
        return Accepted(str(said.get("sid") or ""))
    words = f"The text service said: {status} {said.get('message') or text}"[:300]
    later = status >= 500 or status in _LATER or status in _KEY
    return Refused(words, temporary=later, perhaps_sent=status in _BEHIND)
