"""Sending text messages: a port, and behind it a service with the API of Twilio, or one that Apprise knows."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit

from makegood import __version__
from makegood.adapters.mailserver import said
from makegood.adapters.posting import FAULTS, Poster
from makegood.adapters.sending import NOT_WANTED, Accepted, Handing, Refused
from makegood.adapters.steps import Step, Trouble, take
from makegood.adapters.telling import Teller

TWILIO = "https://api.twilio.com"
RECEIVER = "{to}"
"""Stands in an address of Apprise for the number of the receiver."""
_NOT_DIALLED = re.compile(r"[\s().\-/]+")
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
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        url, body = self._url("Messages.json"), self._body(to, text)
        try:
            heard = self._poster.hand(url, body, self._headers() | form, handing=with_us)
        except FAULTS as fault:
            return Refused(self._poster.words(fault), temporary=True, perhaps_sent=with_us.done)
        return NOT_WANTED if heard is None else _read(*heard)

    def close(self) -> None:
        """Nothing is kept."""

    @property
    def host(self) -> str:
        """Where the service is."""
        return urlsplit(self._account.base_url).hostname or self._account.base_url

    def sign_in(self) -> str:
        """Ask about the account, which lets in whoever has its token; what there is to say. Raises Trouble."""
        status, told, words = self._asked(self._url()[:-1] + ".json")
        if status in _KEY:
            raise Trouble(
                f"It does not accept the account {self._account.account} with this token. {words}", lasting=True
            )
        if status in (404, 405) or (status == 200 and "status" not in told):
            raise Trouble(
                f"It knows no account {self._account.account}, or does not speak like Twilio. {words}", lasting=True
            )
        if status != 200:
            raise Trouble(f"It cannot say at the moment. {words}", lasting=False)
        if told["status"] != "active":
            raise Trouble(f"The account is {said(told['status'])}: the service sends nothing for it.", lasting=True)
        trial = " It is on trial: it sends to confirmed numbers only." if told.get("type") == "Trial" else ""
        return f"It lets us in.{trial}"

    def ask_as(self) -> str:
        """Ask whether the account has the number; what there is to say. Raises Trouble."""
        number = _dialled(self._account.number)
        status, told, _ = self._asked(self._url("IncomingPhoneNumbers.json") + "?" + urlencode({"PhoneNumber": number}))
        theirs = told.get("incoming_phone_numbers")
        if status != 200 or not isinstance(theirs, list):
            return "It does not tell which numbers an account has: the first message shows it."
        if not theirs and number.startswith("+"):
            raise Trouble(f"The account has no number {number}. Give one of its own.", lasting=True)
        able = theirs[0].get("capabilities") if theirs and isinstance(theirs[0], dict) else None
        if isinstance(able, dict) and able.get("sms", able.get("SMS")) is False:
            raise Trouble(f"{number} is the account's, and cannot send text messages.", lasting=True)
        return "The number is the account's." if theirs else "It is a short number, which it does not tell of."

    def _asked(self, url: str) -> tuple[int, Mapping[str, Any], str]:
        """The status, the answer as far as it can be read, and the words of it."""
        try:
            status, text = self._poster.get(url, self._headers())
        except FAULTS as fault:
            raise Trouble(self._poster.words(fault), lasting=False) from fault
        return status, _object(text), _quoted(status, text)

    def _url(self, what: str = "") -> str:
        account = self._account
        return f"{account.base_url.rstrip('/')}/2010-04-01/Accounts/{quote(account.account, safe='')}/{what}"

    def _body(self, to: str, text: str) -> bytes:
        told = {"StatusCallback": self._account.told_at} if self._account.told_at else {}
        return urlencode({"From": _dialled(self._account.number), "To": _dialled(to), "Body": text, **told}).encode()

    def _headers(self) -> dict[str, str]:
        shown = base64.b64encode(f"{self._account.account}:{self._account.secret}".encode()).decode()
        agent = f"Makegood/{__version__}"
        return {"Authorization": f"Basic {shown}", "User-Agent": agent, "Connection": "close"}


class AppriseTexter:
    """A Texter by an address of Apprise in which RECEIVER stands for the number."""

    def __init__(self, address: str, *, networks: Iterable[str] = ()) -> None:
        self._address, self._teller = address, Teller(tuple(networks))

    def send(self, to: str, text: str, *, handing: Handing) -> Accepted | Refused:
        """See `Texter`. What Apprise could not hand over it does not say for sure: it may be tried again."""
        if not handing():
            return NOT_WANTED
        told = self._teller.send(self._filled(to), "", text)
        late = "did not answer" in told.problem or "without an answer" in told.problem
        return Refused(told.problem, temporary=True, perhaps_sent=late) if told.problem else Accepted("")

    def read_address(self) -> str:
        """Which service the address names; what there is to say. Nobody is asked. Raises Trouble."""
        told = self._teller.check(self._filled("+442079460118"))
        if told.problem:
            raise Trouble(told.problem, lasting=True)
        return f"It is one of {told.service}. Whether that lets us in only a message shows."

    def close(self) -> None:
        """End the process that sends."""
        self._teller.close()

    def _filled(self, to: str) -> str:
        return self._address.replace(RECEIVER, quote(to.replace(" ", ""), safe="+"))


TRIED = "A test from Makegood. There is nothing for you to do."


def try_texter(texter: TwilioTexter | AppriseTexter, *, number: str, to: str) -> tuple[Step, ...]:
    """What works of a line, step by step until something does not. Nothing is sent, but for a few words to `to` where
    that is given. `number` is the line's own."""

    def send() -> str:
        told = texter.send(to, TRIED, handing=lambda: True)
        if isinstance(told, Refused):
            raise Trouble(told.words, lasting=not told.temporary)
        return "The service has taken it. Look whether it arrives."

    if isinstance(texter, TwilioTexter):
        steps = [(f"Sign in at {texter.host}", texter.sign_in), (f"Send as {number}", texter.ask_as)]
    else:
        steps = [("Read the address", texter.read_address)]
    try:
        return take([*steps, (f"Send a message to {to}", send)] if to else steps)
    finally:
        texter.close()


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
    if 200 <= status < 300:
        return Accepted(str(_object(text).get("sid") or ""))
    later = status >= 500 or status in _LATER or status in _KEY
    return Refused(
        f"The text service said: {_quoted(status, text)}"[:300], temporary=later, perhaps_sent=status in _BEHIND
    )


def _object(text: str) -> Mapping[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _quoted(status: int, text: str) -> str:
    return f"{status} {said(_object(text).get('message') or text)}".strip()


def _dialled(number: str) -> str:
    """A phone number as a machine dials it: without what is written for people to read."""
    plain = _NOT_DIALLED.sub("", number.replace("(0)", ""))
    return plain if re.fullmatch(r"\+?[0-9]+", plain) else number
