"""The headers of a message as values. Every function takes what was written, however wrong, and raises nothing."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime, unquote

from makegood.adapters.mail.charsets import decoded, one_line
from makegood.adapters.mail.letter import ADDRESSES, REFERENCES, Address, Envelope
from makegood.adapters.mail.transfer import from_base64

LOOP_MARK = "X-Makegood-Loop"
"""Our own mark on what we send, so that two of us answering each other notice."""

_VALUE_LIMIT = 100_000
_SUBJECT_LIMIT = 1_000
_ID_LIMIT = 500
_ENCODED = re.compile(r"=\?([^?\s]{1,64})\?([bBqQ])\?([^?\n]*)\?=")
_BETWEEN = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,64}\?[bBqQ]\?)")
_ID = re.compile(r"<\s*([^<>\s]{1,500})\s*>")
_EMAIL = re.compile(r"[^\s@<>(),;:\"\\\x00-\x1f]{1,64}@[^\s@<>(),;:\"\\\x00-\x1f]{1,255}")
_DATE_NOISE = re.compile(r"\([^()]*\)|[\r\n]+")


def written(message: Message, name: str) -> list[str]:
    """The values of a header as they were written, one line each, in order; bytes above 127 as text."""
    wanted = name.lower()
    return [_as_text(value) for key, value in message.raw_items() if key.lower() == wanted]


def first(message: Message, name: str) -> str:
    """The first value of a header that says something, "" when none does."""
    return next((value for value in written(message, name) if value), "")


def _as_text(value: object) -> str:
    text = str(value)[:_VALUE_LIMIT]
    if not text.isascii():
        raw = text.encode("utf-8", "surrogateescape") if _is_escaped(text) else text.encode("utf-8", "replace")
        text = decoded(raw)
    return one_line(text)


def _is_escaped(text: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in text)


def words(message: Message, name: str, limit: int = _SUBJECT_LIMIT) -> str:
    """The first value of a header with its encoded words (RFC 2047) read, also those that are written wrongly."""
    return decode_words(first(message, name))[:limit]


def decode_words(text: str) -> str:
    """Text with its encoded words read, on one line."""
    if "=?" not in text:
        return one_line(text)
    joined = _BETWEEN.sub(r"\1", text)
    read: list[str] = []
    after = 0
    pending: tuple[str, bytes] = ("", b"")
    for found in _ENCODED.finditer(joined):
        charset, raw = found[1].split("*")[0].lower(), _word_bytes(found[2], found[3])
        if found.start() != after or charset != pending[0]:
            # A character may be cut between two words of one set: they are read together.
            read += [_decoded(pending), joined[after : found.start()]]
            pending = ("", b"")
        pending = (charset, pending[1] + raw)
        after = found.end()
    read += [_decoded(pending), joined[after:]]
    return one_line("".join(read))


def _decoded(pending: tuple[str, bytes]) -> str:
    return decoded(pending[1], pending[0]) if pending[1] else ""


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return quopri.decodestring(raw, header=True)
    return from_base64(raw)


def addresses(values: Iterable[str]) -> tuple[Address, ...]:
    """The addresses in some header values, each once, groups opened, names read."""
    found: dict[Address, None] = {}
    for value in values:
        for name, email in _split(value):
            address = Address(_name(name), email)
            if address.name or address.email:
                found[address] = None
            if len(found) >= ADDRESSES:
                return tuple(found)
    return tuple(found)


def _split(value: str) -> list[tuple[str, str]]:
    try:
        pairs = getaddresses([value])
    except (ValueError, IndexError, AttributeError, RecursionError):
        pairs = []
    read = [(name, address_of(email)) for name, email in pairs]
    is_clean = all(_EMAIL.fullmatch(email) for _name, email in pairs if email)
    if any(email for _name, email in read) and is_clean and not any(name and not email for name, email in read):
        return [(name, email) for name, email in read if name or email]
    # Nothing that the grammar allows: take what looks like an address.
    loose = [address_of(email) for email in _EMAIL.findall(value)]
    names = one_line(_EMAIL.sub(" ", value).replace("<", " ").replace(">", " ")).strip("\"' ,;")
    if not loose:
        return [(name, "") for name, _email in read if name] or ([(value, "")] if value else [])
    return [(names if len(loose) == 1 else "", email) for email in loose]


def address_of(text: str) -> str:
    """The one address that the text is, its domain in lower case; "" when it is none."""
    found = _EMAIL.search(text.strip())
    if not found:
        return ""
    local, _at, domain = found[0].rpartition("@")
    return f"{local}@{domain.lower().rstrip('.')}"


def _name(text: str) -> str:
    return unquote(decode_words(text)).strip("\"' ")[:200]


def message_ids(values: Iterable[str]) -> tuple[str, ...]:
    """The Message-IDs in some header values without their brackets, in order, each once; words between are dropped."""
    found: dict[str, None] = {}
    for value in values:
        named = _ID.findall(value)
        if not named:
            named = [word for word in value.split() if "@" in word and len(word) <= _ID_LIMIT]
        found |= dict.fromkeys(word.strip("<>,;") for word in named)
    return tuple(list(found)[-REFERENCES:])


def date_of(text: str) -> datetime | None:
    """A date in aware UTC; None when it cannot be read. One without a zone is taken as UTC."""
    if not text:
        return None
    try:
        read = parsedate_to_datetime(_DATE_NOISE.sub(" ", text)[:200].strip())
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def envelope_of(message: Message) -> Envelope:
    """Who wrote to whom, when, about what and in answer to what."""
    senders = addresses(written(message, "Sender"))
    own = message_ids(written(message, "Message-ID"))
    handed = [*written(message, "Delivered-To"), *written(message, "X-Original-To"), *written(message, "Envelope-To")]
    return Envelope(
        message_id=own[0] if own else "",
        in_reply_to=message_ids(written(message, "In-Reply-To")),
        references=message_ids(written(message, "References")),
        authors=addresses(written(message, "From")),
        sender=senders[0] if senders else None,
        reply_to=addresses(written(message, "Reply-To")),
        to=addresses(written(message, "To")),
        cc=addresses(written(message, "Cc")),
        delivered_to=tuple(dict.fromkeys(filter(None, map(address_of, handed)))),
        return_path=_return_path(message),
        subject=words(message, "Subject"),
        sent_at=date_of(first(message, "Date")),
        hops=len(written(message, "Received")),
        list_id=words(message, "List-Id", 255),
        loop=first(message, LOOP_MARK)[:_ID_LIMIT],
    )


def _return_path(message: Message) -> str | None:
    """Where a bounce of it would go: "" for the empty path of a machine, None when nobody wrote it down."""
    written_down = written(message, "Return-Path")
    return written_down[0].strip("<> ")[:320] if written_down else None
