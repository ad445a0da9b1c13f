"""The content of a part as it was before it was made fit for the way: base64, quoted-printable, uuencode."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Callable, Mapping

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(sorted(set(range(256)) - set(_BASE64)))
_PIECE = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_MOSTLY = 0.9
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} [^\r\n]{0,255}\r?\n", re.MULTILINE)


def back_from(encoding: str, raw: bytes) -> bytes:
    """The bytes as they were before they were encoded; what is not encoded as it says stays as it is."""
    name = encoding.strip().strip(" ;\"'").lower()
    decode = _DECODERS.get(name)
    return decode(raw) if decode else raw


def from_base64(raw: bytes) -> bytes:
    """Base64, also with line noise in it, without its padding, or several pieces of it in a row."""
    kept = raw.translate(None, _NOT_BASE64)
    if len(kept) < _MOSTLY * len(b"".join(raw.split())):
        return raw
    body = kept.rstrip(b"=")
    if b"=" in body:
        return b"".join(_piece(piece) for piece in _PIECE.findall(kept))
    return _piece(body)


def _piece(text: bytes) -> bytes:
    body = text.rstrip(b"=")
    if len(body) % 4 == 1:
        body = body[:-1]
    try:
        return binascii.a2b_base64(body + b"=" * (-len(body) % 4))
    except binascii.Error:
        return text


def _from_uu(raw: bytes) -> bytes:
    begun = _UU_BEGIN.search(raw)
    if not begun:
        return raw
    read: list[bytes] = []
    for line in raw[begun.end() :].splitlines():
        if line.strip() in {b"end", b"`"} or not line:
            break
        read.append(_uu_line(line))
    return b"".join(read)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some write too much behind the last byte.
        length = (((line[0] - 32) & 63) * 4 + 5) // 3
        try:
            return binascii.a2b_uu(line[:length])
        except binascii.Error:
            return b""


_DECODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "base64": from_base64,
    "quoted-printable": quopri.decodestring,
    "x-uuencode": _from_uu,
    "uuencode": _from_uu,
    "uue": _from_uu,
    "x-uue": _from_uu,
}
