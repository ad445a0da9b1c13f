"""What is said of a customer: read, checked, and turned into the words by which they are found. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

import msgspec

from makegood.kernel.calendars import read_zone
from makegood.kernel.refusals import invalid
from makegood.kernel.texts import fold, is_text, one_line

KEY_LIMIT = NAME_LIMIT = 200
CONTACT_LIMIT = 300
EMAIL_LIMIT = 254
CHAT_LIMIT = 100
CADENCE_LIMIT = 31 * 24 * 60
"""Minutes: nobody is left without news for longer than a month."""
VALUE_LIMIT = Decimal(10) ** 12

_EMAIL = re.compile(r"[^@\s,;<>\"']+@[^@\s,;<>\"'.]+(?:\.[^@\s,;<>\"'.]+)+")
_PHONE = re.compile(r"\+?[0-9\s().\-/]+(?:(?:x|ext\.?|extension|#)\s*[0-9]{1,6})?", re.IGNORECASE)
_EXTENSION = re.compile(r"[x#e].*", re.IGNORECASE)
_NOT_DIGITS = re.compile(r"[^0-9]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_CURRENCY = re.compile(r"[A-Z]{3}")
_WORD = re.compile(r"\w+")
# Two writings of one phone number differ in what comes before the subscriber's part, never in its last digits.
_SHORTEST_PHONE, _LEAST_DIGITS, _MOST_DIGITS = 7, 5, 20


class Channel(StrEnum):
    """A way to reach a customer."""

    EMAIL = "email"
    PHONE = "phone"
    SMS = "sms"
    CHAT = "chat"
    POST = "post"


class CustomerFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a source says of a customer. `key` is the organisation's own customer number; the rest may be absent."""

    key: str
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    timezone: str = ""
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach a customer, as written."""

    channel: Channel
    value: str

    @property
    def is_phone(self) -> bool:
        """Whether it is a phone number."""
        return self.channel is Channel.PHONE or self.channel is Channel.SMS

    @property
    def normal(self) -> str:
        """The form in which two writings of the same are equal."""
        if self.is_phone or (self.channel is Channel.CHAT and is_phone(self.value)):
            return phone_digits(self.value)
        return self.value.lower() if self.channel is Channel.EMAIL else fold(self.value)


# Reading


def read_fact(fact: CustomerFact) -> CustomerFact:
    """A fact checked and written in one way; every fact goes through here before it is resolved.

    Raises Refusal as the readers of the single fields do.
    """
    return CustomerFact(
        key=read_key(fact.key),
        name=read_name(fact.name) if fact.name else "",
        email=read_email(fact.email) if fact.email else "",
        phone=read_phone(fact.phone) if fact.phone else "",
        language=read_language(fact.language) if fact.language else "",
        timezone=read_time_zone(fact.timezone) if fact.timezone else "",
        value=None if fact.value is None else read_value(fact.value),
    )


def read_key(key: str) -> str:
    """A customer number. Raises Refusal("customer.bad_key")."""
    key = one_line(key)
    if not key or len(key) > KEY_LIMIT or not is_text(key):
        raise invalid(
            "customer.bad_key",
            f"Give your own number for the customer, of at most {KEY_LIMIT} characters.",
            field="key",
        )
    return key


def read_name(name: str) -> str:
    """A name. Raises Refusal("customer.bad_name")."""
    name = one_line(name)
    if not name or len(name) > NAME_LIMIT or not is_text(name):
        raise invalid(
            "customer.bad_name", f"Give the customer a name of at most {NAME_LIMIT} characters.", field="name"
        )
    return name


def read_contact(channel: str, value: str, *, field: str = "contact") -> Contact:
    """A way to reach somebody.

    Raises Refusal("customer.bad_channel"), ("customer.bad_email"), ("customer.bad_phone"), ("customer.bad_chat"),
    ("customer.bad_address").
    """
    way = Channel(read_channel(channel, field=field))
    return Contact(way, _CONTACT_READERS[way](value, field=field))


def is_email(address: str) -> bool:
    """Whether it is an e-mail address."""
    return bool(_EMAIL.fullmatch(address)) and len(address) <= EMAIL_LIMIT and is_text(address)


def read_email(value: str, *, field: str = "email") -> str:
    """An e-mail address. Raises Refusal("customer.bad_email")."""
    address = value.strip()
    if not is_email(address):
        raise invalid("customer.bad_email", f"“{_cut(value)}” is not an e-mail address.", field=field)
    return address


def is_phone(text: str) -> bool:
    """Whether it is a phone number."""
    return bool(_PHONE.fullmatch(text)) and len(text) <= 60 and _LEAST_DIGITS <= len(phone_digits(text)) <= _MOST_DIGITS


def read_phone(value: str, *, field: str = "phone") -> str:
    """A phone number as written. Raises Refusal("customer.bad_phone")."""
    number = one_line(value)
    if not is_phone(number):
        raise invalid(
            "customer.bad_phone",
            f"“{_cut(value)}” is not a phone number. Write it with digits, such as +44 20 7946 0958.",
            field=field,
        )
    return number


def read_chat(value: str, *, field: str = "contact") -> str:
    """What a chat service calls somebody: a number or a name. Raises Refusal("customer.bad_chat")."""
    name = one_line(value)
    if not name or len(name) > CHAT_LIMIT or not is_text(name):
        words = f"Give the number or the name by which the chat service knows them, of at most {CHAT_LIMIT} characters."
        raise invalid("customer.bad_chat", words, field=field)
    return name


def read_address(value: str, *, field: str = "contact") -> str:
    """A postal address on one line. Raises Refusal("customer.bad_address")."""
    address = one_line(value)
    if not address or len(address) > CONTACT_LIMIT or not is_text(address):
        raise invalid(
            "customer.bad_address", f"Give a postal address of at most {CONTACT_LIMIT} characters.", field=field
        )
    return address


_CONTACT_READERS = {
    Channel.EMAIL: read_email,
    Channel.PHONE: read_phone,
    Channel.SMS: read_phone,
    Channel.CHAT: read_chat,
    Channel.POST: read_address,
}


def read_channel(channel: str, *, field: str = "preferred_channel") -> str:
    """The name of a channel. Raises Refusal("customer.bad_channel")."""
    if channel not in _CONTACT_READERS:
        raise invalid("customer.bad_channel", f"Choose how to reach them: {', '.join(Channel)}.", field=field)
    return channel


@lru_cache(maxsize=1024)
def read_language(language: str) -> str:
    """A language tag as BCP 47 writes it, "" for none. Raises Refusal("customer.bad_language")."""
    tag = language.strip().replace("_", "-")
    if tag and not (_LANGUAGE.fullmatch(tag) and len(tag) <= 12):
        raise invalid(
            "customer.bad_language",
            f"“{_cut(language)}” is not a language. Give a code such as en, en-GB or pt-BR.",
            field="language",
        )
    first, *others = tag.split("-")
    return "-".join([first.lower(), *(_SUBTAG.get(len(part), str.lower)(part) for part in others)])


_SUBTAG = {2: str.upper, 4: str.title}


@lru_cache(maxsize=1024)
def read_time_zone(name: str) -> str:
    """The name of a time zone, "" for none. Raises Refusal("calendar.unknown_zone")."""
    return read_zone(name.strip()) if name.strip() else ""


def read_currency(code: str) -> str:
    """An ISO 4217 code, "" for none. Raises Refusal("customer.bad_currency")."""
    letters = code.strip().upper()
    if letters and not _CURRENCY.fullmatch(letters):
        raise invalid(
            "customer.bad_currency", "Give a currency by its three letters, such as GBP, EUR or USD.", field="currency"
        )
    return letters


def read_value(value: Decimal | None) -> Decimal | None:
    """What the relation is worth a year, to the hundredth. Raises Refusal("customer.bad_value")."""
    if value is None:
        return None
    if not value.is_finite() or abs(value) >= VALUE_LIMIT:
        raise invalid(
            "customer.bad_value", "Give the value of a customer as a number below a million million.", field="value"
        )
    return value.quantize(Decimal("0.01"))


def read_cadence(minutes: int | None) -> int | None:
    """How many minutes a customer wants between two words from us. Raises Refusal("customer.bad_cadence")."""
    if minutes is not None and not 1 <= minutes <= CADENCE_LIMIT:
        raise invalid(
            "customer.bad_cadence",
            f"Give how often they want to hear from us in minutes, from 1 to {CADENCE_LIMIT} (a month).",
            field="cadence_minutes",
        )
    return minutes


def phone_digits(value: str) -> str:
    """The digits of a phone number, without an extension and without what is dialled at home only (0, 00, (0))."""
    return _NOT_DIGITS.sub("", _EXTENSION.sub("", value.replace("(0)", ""))).lstrip("0")


def _cut(value: str) -> str:
    return value if len(value) <= 40 else value[:39] + "…"


# Telling news from what was said before


def says_more(fact: CustomerFact) -> bool:
    """Whether a fact tells anything beside the key."""
    return bool(fact.name or fact.email or fact.phone or fact.language or fact.timezone or fact.value is not None)


def fingerprint(fact: CustomerFact) -> int:
    """A number that differs when what a source says of a customer differs; fits a signed 64-bit column."""
    return int.from_bytes(hashlib.blake2b(msgspec.msgpack.encode(fact), digest_size=8).digest(), signed=True)


def join(earlier: CustomerFact, later: CustomerFact) -> CustomerFact:
    """What two facts about one customer say together; where both speak, the later."""
    return CustomerFact(
        key=later.key,
        name=later.name or earlier.name,
        email=later.email or earlier.email,
        phone=later.phone or earlier.phone,
        language=later.language or earlier.language,
        timezone=later.timezone or earlier.timezone,
        value=earlier.value if later.value is None else later.value,
    )


# Finding


@dataclass(frozen=True, slots=True)
class Search:
    """What a person typed, as it is looked for in each place; an empty part is looked for nowhere.

    `keys` are the numbers it may be, whole. `words` is a text search in PostgreSQL's own writing. `email` is the
    beginning of an address. `phone` are the digits of a number, of which another writing may lack the first
    or have more before them.
    """

    keys: tuple[str, ...] = ()
    words: str = ""
    email: str = ""
    phone: str = ""

    @property
    def phone_endings(self) -> list[str]:
        """What the same phone number may be without the codes of country and area."""
        return [self.phone[-length:] for length in range(_SHORTEST_PHONE, len(self.phone))]


def words_of(names: Iterable[str], keys: Iterable[str], addresses: Iterable[str]) -> str:
    """The words by which a customer is found, separated by spaces; a number stands also without its dashes."""
    texts = [*names, *addresses]
    whole = []
    for key in keys:
        texts.append(key)
        whole.append(_squeezed(fold(key)))
    return " ".join([*_WORD.findall(fold(" ".join(texts))), *filter(None, whole)])


def read_search(text: str) -> Search:
    """What to look for. Every word must be there, its beginning is enough; case, accents and dashes do not matter."""
    text = one_line(text)[:CONTACT_LIMIT]
    if not text or not is_text(text):
        return Search()
    keys = tuple(dict.fromkeys((text, text.upper())))
    if "@" in text.strip("@") and " " not in text:
        return Search(keys=keys, email=text.lower())
    digits = phone_digits(text)
    is_phone = len(digits) >= _SHORTEST_PHONE and _PHONE.fullmatch(text) is not None
    return Search(keys=keys, words=_terms(fold(text)), phone=digits if is_phone else "")


def _terms(folded: str) -> str:
    words = _WORD.findall(folded)
    ways = [" & ".join(f"'{word}':*" for word in words)]
    if len(words) > 1 and any(map(str.isdecimal, folded)):
        ways.append(f"'{_squeezed(folded)}':*")
    return " | ".join(f"({way})" for way in ways if way)


def _squeezed(folded: str) -> str:
    """Letters and digits alone."""
    return "".join(filter(str.isalnum, folded))
