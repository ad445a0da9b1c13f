"""winmail.dat: what Outlook packs its attachments into when it takes the other side for another Outlook.

The library believes every count that it reads. It is therefore given only the objects that carry attachments, and bytes
that can be cut a bounded number of times: a hostile file ends with what was read until then.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple, SupportsIndex

from tnefparse import TNEF
from tnefparse.mapi import IMESSAGE_SIG

CONTENT_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})

# It reports every broken property as an error of ours.
logging.getLogger("tnefparse").setLevel(logging.CRITICAL)

_OBJECT = struct.Struct("<BHHI")
_HEAD, _CHECKSUM = 6, 2
_ATTACHMENT_LEVEL = 2
_BODY, _PROPERTIES, _CODEPAGE, _ATTACHED = 0x800C, 0x9003, 0x9007, 0x9005
_WESTERN = _OBJECT.pack(1, _CODEPAGE, 6, 8) + struct.pack("<IIH", 1252, 0, 1252)
_OBJECTS = 1_000
_PROPERTY_COUNT = 2_000
_CUTS = 100_000
_COPIED = 2 * 1024**3
_ATTACH_CONTENT_ID = 0x3712


class Unpacked(NamedTuple):
    """A file that was inside."""

    name: str
    content_id: str
    content: bytes


class Winmail(NamedTuple):
    """The files that were inside, the body as bytes ("" when none), and whether that is all there is."""

    files: tuple[Unpacked, ...]
    text: bytes
    html: bytes
    is_all: bool


class _Bounded(bytes):
    """Bytes that raise IndexError when cut behind their end, or more often than `_CUTS` in all."""

    left: list[int]

    def __getitem__(self, key: SupportsIndex | slice) -> Any:
        if not isinstance(key, slice):
            return super().__getitem__(key)
        self.left[0] -= 1
        if self.left[0] < 0 or (key.start or 0) > len(self):
            raise IndexError(key)
        return _bounded(super().__getitem__(key), self.left)


def _bounded(raw: bytes, left: list[int]) -> _Bounded:
    bounded = _Bounded(raw)
    bounded.left = left
    return bounded


def unpack(raw: bytes) -> Winmail | None:
    """What is inside, or None when it cannot be read. Raises nothing."""
    kept, is_all = _wanted(raw)
    if kept is None:
        return None
    try:
        read = TNEF(_bounded(kept, [_CUTS]), do_checksum=False)
        files = tuple(_file(one) for one in read.attachments)
    except Exception:
        # The library raises whatever broken bytes lead to.
        return None
    return Winmail(tuple(file for file in files if file.content), _raw(read.body), _raw(read.htmlbody), is_all)


def _wanted(raw: bytes) -> tuple[bytes | None, bool]:
    """The file with only the objects that matter, and whether none that does had to be left out."""
    if len(raw) < _HEAD or int.from_bytes(raw[:4], "little") != TNEF.TNEF_SIGNATURE:
        return None, False
    head, chosen, is_all = raw[:_HEAD], [_WESTERN], True
    for level, name, whole, data in _objects(raw):
        if level == _ATTACHMENT_LEVEL or name in {_BODY, _PROPERTIES, _CODEPAGE}:
            if name in {_PROPERTIES, _ATTACHED} and not _is_sane(data):
                is_all = False
                continue
            chosen.append(whole)
    kept = head + b"".join(chosen)
    return (kept, is_all) if len(chosen) <= _OBJECTS and len(chosen) * len(kept) <= _COPIED else (None, False)


def _objects(raw: bytes) -> Iterator[tuple[int, int, bytes, bytes]]:
    at = _HEAD
    while at + _OBJECT.size < len(raw):
        level, name, _kind, length = _OBJECT.unpack_from(raw, at)
        begins, ends = at + _OBJECT.size, at + _OBJECT.size + length
        if ends + _CHECKSUM > len(raw):
            return
        yield level, name, raw[at : ends + _CHECKSUM], raw[begins:ends]
        at = ends + _CHECKSUM


def _is_sane(properties: bytes) -> bool:
    """Whether these are properties in a number that can be, and no message inside the message."""
    return (
        len(properties) >= 4
        and int.from_bytes(properties[:4], "little") <= _PROPERTY_COUNT
        and (IMESSAGE_SIG not in properties)
    )


def _file(attachment: Any) -> Unpacked:
    named = [one.data for one in attachment.mapi_attrs if one.name == _ATTACH_CONTENT_ID]
    return Unpacked(_words(attachment.long_filename()), _words(named[0] if named else ""), _raw(attachment.data))


def _words(value: object) -> str:
    return value if isinstance(value, str) else _raw(value).decode("utf-8", "replace").strip("\0")


def _raw(value: object) -> bytes:
    """What the library gives back, in whichever of its ways, as bytes."""
    if isinstance(value, list):
        return b"".join(_raw(one) for one in value)
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    return bytes(value) if isinstance(value, bytes) else b""
