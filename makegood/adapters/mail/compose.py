"""What we write becomes the bytes of a message: plain and HTML, signed by nobody yet and safe to sign. Pure.

The headers stand in one order, each at most once, in ASCII and short lines, and what is given for them cannot add
another. The same `Outgoing` always becomes the same bytes, so that a message that is sent again is the same message.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal

import idna

from makegood.adapters.mail.headers import LOOP_MARK
from makegood.adapters.mail.letter import Address, Attachment

_POLICY = SMTP.clone(cte_type="7bit", max_line_length=76)
_WIDTH = 76
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_BEFORE_AT = re.compile(r"[^\s\x00-\x1f\x7f()<>\[\]:;@\\,\"]{1,64}")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_TYPE = re.compile(r"(application|audio|font|image|model|text|video)/[A-Za-z0-9.+-]{1,80}", re.IGNORECASE)
_ID = re.compile(r"[^\s<>\x00-\x1f\x7f]{3,400}")
_LINK = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)]")
_LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class BadAddress(ValueError):
    """An address that mail cannot be sent to; the message is a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message that is to leave.

    `message_id`, `answers` (the id of the message it answers, "" for none) and `references` (the ids of the thread, the
    oldest first) are without brackets. `html` is "" when it is to be made of `text`. `automatic` says that no person
    wrote it: of its own accord, or because of a message that came; other machines then leave it unanswered.
    """

    sender: Address
    to: tuple[Address, ...]
    copies: tuple[Address, ...] = ()
    reply_to: Address | None = None
    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    at: datetime
    message_id: str
    answers: str = ""
    references: tuple[str, ...] = ()
    language: str = ""
    automatic: Literal["", "auto-generated", "auto-replied"] = ""


def compose(message: Outgoing) -> bytes:
    """The message as it goes on its way, lines ending in CRLF. Raises BadAddress for an address that is none."""
    body = _body(message)
    _fix_boundaries(body, message.message_id)
    headers = "".join(f"{name}: {value}\r\n" for name, value in _headers(message))
    return headers.encode("ascii") + body.as_bytes()


def bare_address(email: str) -> str:
    """An address as it is used on the way, its domain in ASCII. Raises BadAddress."""
    before, _, domain = email.strip().rpartition("@")
    if _BEFORE_AT.fullmatch(before) is None or not before.isascii():
        raise BadAddress(f"{_visible(email)!r} is no address that mail can be sent to.")
    return f"{before}@{_ascii_domain(domain)}"


def simple_html(text: str, *, language: str = "") -> str:
    """A text as a plain page of HTML: paragraphs, line ends and links to the web, and nothing to fetch."""
    paragraphs = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip("\n"))
    inner = "\n".join(f"<p>{_linked(one).replace(chr(10), '<br>' + chr(10))}</p>" for one in paragraphs)
    known = f' lang="{language}"' if _LANGUAGE.fullmatch(language) else ""
    return f'<!DOCTYPE html>\n<html{known}>\n<head><meta charset="utf-8"></head>\n<body>\n{inner}\n</body>\n</html>\n'


def _headers(message: Outgoing) -> Iterator[tuple[str, str]]:
    yield "From", _addresses([message.sender], len("From: "))
    if message.reply_to is not None:
        yield "Reply-To", _addresses([message.reply_to], len("Reply-To: "))
    yield "To", _addresses(message.to, len("To: "))
    if message.copies:
        yield "Cc", _addresses(message.copies, len("Cc: "))
    yield "Subject", _words(message.subject, len("Subject: "))
    yield "Date", format_datetime(message.at)
    yield "Message-ID", _id(message.message_id)
    if message.answers:
        yield "In-Reply-To", _id(message.answers)
    if message.references:
        yield "References", "\r\n ".join(map(_id, message.references))
    if _LANGUAGE.fullmatch(message.language):
        yield "Content-Language", message.language
    if message.automatic:
        yield "Auto-Submitted", message.automatic
        yield "X-Auto-Response-Suppress", "All"
        yield LOOP_MARK, _id(message.message_id)


def _body(message: Outgoing) -> EmailMessage:
    body = EmailMessage(policy=_POLICY)
    body.set_content(_sendable(message.text))
    page = message.html or simple_html(message.text, language=message.language)
    body.add_alternative(_sendable(page), subtype="html")
    for one in message.attachments:
        kind, _, more = _content_type(one).partition("/")
        body.add_attachment(one.content, kind, more, filename=_file_name(one.name))
    return body


def _fix_boundaries(body: EmailMessage, message_id: str) -> None:
    """Lines between the parts that are not by chance. "=_" is in no text as we encode it."""
    mark = hashlib.sha256(message_id.encode()).hexdigest()[:24]
    for number, part in enumerate(part for part in body.walk() if part.is_multipart()):
        part.set_boundary(f"=_{mark}_{number}")


def _addresses(people: Sequence[Address], used: int) -> str:
    """Addresses one below the other, so that no line grows with how many there are."""
    if not people:
        raise BadAddress("The message names nobody whom it is for.")
    return ",\r\n ".join(_address(one, used) for one in people)


def _address(person: Address, used: int) -> str:
    email, name = bare_address(person.email), _visible(person.name)
    if not name:
        return email
    # What looks encoded already would be taken for that.
    if not name.isascii() or "=?" in name:
        shown = Header(name, "utf-8", maxlinelen=_WIDTH - used).encode(linesep="\r\n")
    elif _PLAIN_NAME.fullmatch(name):
        shown = name
    else:
        shown = '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    # Its own line, when both do not fit into one.
    last = shown.rpartition("\n")[2]
    return f"{shown}{' ' if len(last) + len(email) + 4 < _WIDTH - used else chr(13) + chr(10) + ' '}<{email}>"


def _words(text: str, used: int) -> str:
    """Text of a header: folded between words, and encoded when it is not plain English."""
    clean = _visible(text)
    plain = clean.isascii() and "=?" not in clean and all(len(word) < _WIDTH for word in clean.split())
    if not plain:
        return Header(clean, "utf-8", maxlinelen=_WIDTH, header_name=" " * (used - 2)).encode(linesep="\r\n")
    lines, room = [""], _WIDTH - used
    for word in clean.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append(word)
            room = _WIDTH - 1
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return "\r\n ".join(lines)


def _id(id_: str) -> str:
    bare = id_.strip().strip("<>")
    if _ID.fullmatch(bare) is None or not bare.isascii():
        raise ValueError(f"{_visible(id_)!r} is no Message-ID.")
    return f"<{bare}>"


def _ascii_domain(domain: str) -> str:
    try:
        return idna.encode(domain.rstrip("."), uts46=True).decode()
    except idna.IDNAError:
        raise BadAddress(f"{_visible(domain)!r} is no domain that mail can be sent to.") from None


def _visible(text: str) -> str:
    return " ".join(_INVISIBLE.sub(" ", text).split())


def _sendable(text: str) -> str:
    """Without what cannot be encoded or would end lines of its own."""
    return re.sub("[\x00\ud800-\udfff]", "\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def _linked(text: str) -> str:
    """Escaped, with links to the web that can be pressed."""
    pieces, end = [], 0
    for link in _LINK.finditer(text):
        address = html.escape(link[0])
        pieces += [html.escape(text[end : link.start()]), f'<a href="{address}">{address}</a>']
        end = link.end()
    return "".join([*pieces, html.escape(text[end:])])


def _content_type(attachment: Attachment) -> str:
    """Its type. A whole message, or what holds parts, may not be encoded as mail is: it goes as plain bytes."""
    return attachment.content_type if _TYPE.fullmatch(attachment.content_type) else "application/octet-stream"


def _file_name(name: str) -> str:
    return _visible(re.sub(r"[/\\<>:\"|?*%']", "_", name))[:200] or "attachment"
