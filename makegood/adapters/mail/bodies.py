"""Which parts of a message are its text, which its HTML, and which its attachments (as RFC 8621, 4.1.4 has it)."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.message import Message

from makegood.adapters.mail import calendar, tnef
from makegood.adapters.mail.charsets import decoded
from makegood.adapters.mail.flowed import unflowed
from makegood.adapters.mail.headers import first, words
from makegood.adapters.mail.html import cleaned, text_of
from makegood.adapters.mail.letter import ATTACHMENT_LIMIT, ATTACHMENTS, TEXT_LIMIT, Attachment, Problem
from makegood.adapters.mail.naming import name_for, name_of, safe_name
from makegood.adapters.mail.structure import DEPTH, Parsed, children, content_type, parameter, payload_of, whole

_SHOWN = frozenset({"text/plain", "text/html"})
_UNREADABLE = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})


@dataclass(slots=True)
class Sorted:
    """The parts by what they are for: leaves shown as text, leaves shown as HTML, and all else."""

    text: list[Message] = field(default_factory=list)
    html: list[Message] = field(default_factory=list)
    rest: list[Message] = field(default_factory=list)
    count: int = 0
    is_cut: bool = False


def sort_parts(tree: Message) -> Sorted:
    """Every leaf of the tree in one of the three."""
    found = Sorted()
    _sort([tree], "mixed", found, depth=0, in_alternative=False)
    return found


def _sort(parts: Iterable[Message], within: str, found: Sorted, *, depth: int, in_alternative: bool) -> None:
    texts, htmls = len(found.text), len(found.html)
    for number, part in enumerate(parts):
        found.count += 1
        if found.count > ATTACHMENTS * 5 or depth > DEPTH:
            found.is_cut = True
            return
        kind, inside = content_type(part), children(part)
        if inside and kind.startswith("multipart/"):
            within_it = kind.partition("/")[2]
            alternative = in_alternative or within_it == "alternative"
            _sort(inside, within_it, found, depth=depth + 1, in_alternative=alternative)
        elif _is_body(part, kind, number, within):
            _take(part, kind, within, found, in_alternative=in_alternative)
        else:
            found.rest.append(part)
    if within == "alternative":
        _level(found, texts, htmls)


def _is_body(part: Message, kind: str, number: int, within: str) -> bool:
    # Of a multipart without parts, what stands there is all the text there is.
    if not (kind in _SHOWN or kind.startswith("multipart/")) or children(part) or _disposition(part) == "attachment":
        return False
    return number == 0 or (within != "related" and not name_of(part))


def _take(part: Message, kind: str, within: str, found: Sorted, *, in_alternative: bool) -> None:
    if within == "alternative" or in_alternative:
        (found.html if kind == "text/html" else found.text).append(part)
        return
    found.text.append(part)
    found.html.append(part)


def _level(found: Sorted, texts: int, htmls: int) -> None:
    """Where only one of the two was offered, it serves as the other too."""
    if len(found.text) == texts and len(found.html) > htmls:
        found.text += found.html[htmls:]
    elif len(found.html) == htmls and len(found.text) > texts:
        found.html += found.text[texts:]


def _disposition(part: Message) -> str:
    return first(part, "Content-Disposition").partition(";")[0].strip().lower()


def is_html(part: Message) -> bool:
    """Whether this leaf is HTML."""
    return content_type(part) == "text/html"


def text_in(part: Message, parsed: Parsed) -> str:
    """The text of a leaf, as it was written."""
    raw = payload_of(part, parsed)[: TEXT_LIMIT * 4]
    text = decoded(raw, parameter(part, "charset"))
    if parameter(part, "format").lower() == "flowed":
        return unflowed(text, joined=parameter(part, "delsp").lower() == "yes")
    return text


@dataclass(slots=True)
class Unloading:
    """Attachments being taken out of a message, up to what is allowed in all."""

    parsed: Parsed
    found: list[Attachment] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    spare_text: str = ""
    bytes_left: int = ATTACHMENT_LIMIT

    def add(self, attachment: Attachment) -> None:
        """Take it, unless it is too much; then a problem says what was left out."""
        size = f"{attachment.size / 2**20:.1f} MB"
        if len(self.found) >= ATTACHMENTS:
            if not any(one.code == "attachment.too-many" for one in self.problems):
                words = f"Only the first {ATTACHMENTS} attachments were kept; all are in the message as it came."
                self.problems.append(Problem("attachment.too-many", words))
        elif attachment.size > self.bytes_left:
            limit = ATTACHMENT_LIMIT // 2**20
            words = f"“{attachment.name}” ({size}) was left out: attachments may have {limit} MB together."
            self.problems.append(Problem("attachment.too-large", words))
        else:
            self.bytes_left -= attachment.size
            self.found.append(attachment)


def unload(parts: Iterable[Message], unloading: Unloading) -> None:
    """Take these parts as attachments, what is packed into winmail.dat one by one."""
    for number, part in enumerate(parts, 1):
        kind = content_type(part)
        if kind in _UNREADABLE:
            words = "This message is encrypted or sealed: it can be read only where its key is."
            unloading.problems.append(Problem("mail.encrypted", words))
        if kind == "message/rfc822" and children(part):
            unloading.add(_message(part, children(part)[0], unloading.parsed, number))
        else:
            _unload_leaf(part, kind, number, unloading)


def _unload_leaf(part: Message, kind: str, number: int, unloading: Unloading) -> None:
    inside = children(part)
    content = whole(part, unloading.parsed) if inside else payload_of(part, unloading.parsed)
    name = name_for(part, number)
    if kind in tnef.CONTENT_TYPES or name.lower() == "winmail.dat":
        winmail = tnef.unpack(content)
        if winmail:
            unloading.spare_text = unloading.spare_text or _winmail_text(winmail)
            for attachment in _winmail(winmail):
                unloading.add(attachment)
            if winmail.is_all:
                return
        else:
            unloading.problems.append(Problem("attachment.winmail", "A winmail.dat of Outlook could not be unpacked."))
    if kind == "text/enriched":
        unloading.spare_text = unloading.spare_text or text_in(part, unloading.parsed)
    summary = calendar.summary_of(content, parameter(part, "charset")) if kind in calendar.CONTENT_TYPES else ""
    unloading.spare_text = unloading.spare_text or summary
    shown = _disposition(part) != "attachment" and (bool(_content_id(part)) or _disposition(part) == "inline")
    unloading.add(Attachment(name, kind, content, _content_id(part), shown, summary))


def _message(part: Message, inside: Message, parsed: Parsed, number: int) -> Attachment:
    subject, author = words(inside, "Subject"), words(inside, "From")
    name = name_of(part) or safe_name(f"{subject or f'message-{number}'}.eml")
    summary = " from ".join(filter(None, (subject or "A message", author)))[:300]
    return Attachment(name, "message/rfc822", whole(inside, parsed), _content_id(part), summary=summary)


def _content_id(part: Message) -> str:
    return first(part, "Content-ID").strip("<> ")[:255]


def _winmail(winmail: tnef.Winmail) -> Iterator[Attachment]:
    for number, file in enumerate(winmail.files, 1):
        name = safe_name(file.name) or f"part-{number}.bin"
        yield Attachment(
            name,
            mimetypes.guess_type(name)[0] or "application/octet-stream",
            file.content,
            safe_name(file.content_id),
            inline=bool(file.content_id),
        )


def _winmail_text(winmail: tnef.Winmail) -> str:
    if winmail.html:
        source = decoded(winmail.html)
        return text_of(source, cleaned(source).html)
    return decoded(winmail.text)
