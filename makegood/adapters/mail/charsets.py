"""Bytes to text, by the character set that is said, else by the one that fits; and text that can be stored."""

from __future__ import annotations

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

# What senders call it, and what they mean: those below hold all of the narrower set they are named by.
_MEANT = {
    "us-ascii": "ascii", "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "iso8859-1": "cp1252",
    "iso-8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030", "hz-gb-2312": "hz", "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "euc-kr": "cp949", "ksc5601": "cp949", "shift_jis": "cp932",
    "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932", "iso-2022-jp": "iso2022_jp_ext",
    "big5": "big5hkscs", "x-big5": "big5hkscs", "iso-8859-8-i": "iso8859-8", "iso-8859-8-e": "iso8859-8",
    "utf8mb4": "utf-8", "unicode-1-1-utf-8": "utf-8", "unicode-1-1-utf-7": "utf-7", "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman", "windows-874": "cp874", "tis-620": "cp874", "cp-850": "cp850",
}  # fmt: skip
# Python knows these as text, but none is a character set; two of them take time with the square of the length.
_NO_CHARSET = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})
_LIKELY = [
    "cp1252", "cp1250", "cp1251", "koi8_r", "cp932", "euc_jp", "cp949", "gb18030", "big5", "cp1253", "cp1254", "cp1255",
]  # fmt: skip
_SAMPLE = 4096
_KEPT_CONTROLS = {"\n", "\t"}
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def decoded(raw: bytes, charset: str = "") -> str:
    """The bytes as text that can be stored. A character set that is wrong, unknown or missing is guessed."""
    return storable(_text(raw, charset))


def storable(text: str) -> str:
    """The text without NUL, other control characters and half characters; every line ends with "\\n" alone."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    return _UNSTORABLE.sub("", text.replace("\x0c", "\n"))


def one_line(text: str) -> str:
    """The text on one line, without characters that change the direction of writing: fit for a subject or a name."""
    return " ".join(_DIRECTIONS.sub("", storable(text)).split())


def is_shown(text: str) -> bool:
    """Whether anything of it can be seen."""
    return any(unicodedata.category(character)[0] not in "CZ" for character in text)


def _text(raw: bytes, charset: str) -> str:
    said = _codec(charset)
    # A declared single-byte set never fails, so what is plainly UTF-8 is taken for it, whatever is said.
    for codec in ("utf-8", said) if said not in _SHIFTED else (said, "utf-8"):
        text = _strictly(raw, codec)
        if text is not None:
            return text
    if said in _SEVERAL_BYTES:
        return raw.decode(said, "replace")
    return guessed(raw)


_SHIFTED = frozenset({"utf-7", "hz", "iso2022_jp_ext", "iso2022_kr", "utf-16", "utf-16-le", "utf-16-be", "utf-32"})
"""Seven-bit sets, which read as UTF-8 too, and the wide ones."""
_SEVERAL_BYTES = _SHIFTED | {"cp949", "cp932", "gb18030", "big5hkscs", "euc_jp", "utf-8"}


def guessed(raw: bytes) -> str:
    """Bytes that are not what they are said to be, as the text they most likely are."""
    best = from_bytes(raw[:_SAMPLE], cp_isolation=_LIKELY).best()
    text = _strictly(raw, best.encoding) if best else None
    return text if text is not None else raw.decode("cp1252", "replace")


def _codec(charset: str) -> str:
    """The name of a codec for what is said, "" when there is none."""
    name = charset.strip().strip("\"'").lower()[:64]
    name = _MEANT.get(name, name)
    if not name.isascii() or not name.isprintable() or name.replace("_", "-") in _NO_CHARSET:
        return ""
    try:
        known = codecs.lookup(name).name if name else ""
    except (LookupError, ValueError):
        return ""
    return known if known.replace("_", "-") not in _NO_CHARSET else ""


def _strictly(raw: bytes, codec: str) -> str | None:
    if not codec:
        return None
    try:
        return raw.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None
