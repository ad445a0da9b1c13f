"""File names from outside, made safe to store, to offer for download and to show."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from email.message import Message

from makegood.adapters.mail.charsets import one_line
from makegood.adapters.mail.headers import decode_words
from makegood.adapters.mail.structure import content_type, parameter

_LONGEST = 120
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]+')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_ENDINGS = {"text/calendar": ".ics", "message/rfc822": ".eml", "text/plain": ".txt", "image/jpeg": ".jpg"}


def name_of(part: Message) -> str:
    """The file name a part gives itself, safe; "" when it gives none."""
    said = parameter(part, "filename", "content-disposition") or parameter(part, "name")
    return safe_name(decode_words(said)) if said else ""


def name_for(part: Message, number: int) -> str:
    """The file name of a part, one made up where it has none."""
    return name_of(part) or safe_name(f"part-{number}{ending_of(content_type(part))}")


def ending_of(kind: str) -> str:
    """The usual end of a file name for this content type, ".bin" when there is none."""
    return _ENDINGS.get(kind) or mimetypes.guess_extension(kind) or ".bin"


def safe_name(name: str) -> str:
    """A file name without folders, control characters and what no file system takes; "" when nothing is left."""
    last = re.split(r"[\\/]", one_line(unicodedata.normalize("NFC", name)))[-1]
    kept = _FORBIDDEN.sub("_", last).strip(". ")
    if _DEVICES.match(kept):
        kept = f"_{kept}"
    if len(kept) <= _LONGEST:
        return kept
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[: _LONGEST - 1 - len(ending)]}.{ending}" if dot and len(ending) <= 10 else kept[:_LONGEST]
