"""Text from outside, made fit to be stored and compared. Pure."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

_FOLDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
# Control characters cannot be stored or shown; a lone half of a surrogate pair is no character at all.
_NO_TEXT = frozenset({"Cc", "Cs"})


def one_line(text: str) -> str:
    """The text with every run of white space, line breaks too, made one space, and none at its ends."""
    return " ".join(text.split())


def first_name(name: str) -> str:
    """How somebody is addressed where first names are usual; of "Okafor, Dana" what stands before the comma."""
    word = name.split()[0]
    return word.rstrip(",;:") or word


def is_text(text: str) -> bool:
    """Whether every character can be stored and shown."""
    return text.isprintable() or not any(unicodedata.category(character) in _NO_TEXT for character in text)


def fold(text: str) -> str:
    """The text without case and accents, as it is compared: "Tomás Łuk" and "TOMAS LUK" are the same."""
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in bare if unicodedata.category(character) != "Mn").translate(_FOLDED)


def nearest(name: str, among: Iterable[str]) -> str | None:
    """The known name that is written most like `name`, if any is."""
    known = {one_line(other).casefold(): other.strip() for other in among if other.strip()}
    close = difflib.get_close_matches(one_line(name).casefold(), known, n=1, cutoff=0.5)
    return known[close[0]] if close else None
