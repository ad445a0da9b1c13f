"""Cuts a text into the sentences that are ours: no quoted words of the customer, no greeting, no signature."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

# Same length as what they stand for: every position in the cleaned text is a position in the text.
_SAME = {ord(a): b for a, b in zip("’‘ʼ´`“”„«»–—\u00a0\u202f\t", "'''''\"\"\"\"\"--   ", strict=True)}
_QUOTED_LINE = re.compile(r"^[ \t]*(?:>|\|\s).*$", re.MULTILINE)
_DASHES = re.compile(r"^-- ?$", re.MULTILINE)
# The initials of whoever wrote it, at the end: "^LB", "- AD.", "*TMS".
_INITIALS = re.compile(r"\s[-~*^∞]+ ?[a-z]{1,12}\.?[^\w.!?]*$")
# A sentence ends with its mark and a space, at an empty line, before a list item, or where a short line ends.
_END = re.compile(
    r"[.!?…]+[\"')\]]*(?=\s|$)|(?<=[a-z]{2})[.!?](?=[A-Z])|\n[ \t]*\n|\n(?=[ \t]*(?:[-*•]|\d{1,2}[.)])\s)|\n",
)
_SHORT_LINE = 60
_WORD = re.compile(r"[^\W\d_]+")
# Shorter words say nothing; the first letters stand for all forms of a word.
_SHORTEST_WORD, _STEM = 4, 6


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of ours: `low` is its text in small letters, `start` and `end` where it stands."""

    start: int
    end: int
    low: str
    asks: bool

    @property
    def words(self) -> int:
        return len(self.low.split())


@dataclass(frozen=True, slots=True)
class Frame:
    """What in a language begins a greeting, a sign-off and a quotation, what praise is answered with, and which points
    end no sentence.

    `commonplace` words are those that any customer writes, by their first six letters.
    """

    greeting: re.Pattern[str]
    sign_off: re.Pattern[str]
    quotation: re.Pattern[str]
    praise: re.Pattern[str]
    abbreviations: frozenset[str]
    commonplace: frozenset[str]

    def own_words(self, customer_words: str) -> set[str]:
        """The stems of what a customer wrote that not any customer writes."""
        return stems(customer_words.lower()) - self.commonplace


def plain(text: str) -> str:
    """The text in small letters and with plain quotes, as long as it was."""
    same = text.translate(_SAME)
    low = same.lower()
    return low if len(low) == len(text) else "".join(_small(one) for one in same)


def _small(letter: str) -> str:
    low = letter.lower()
    return low if len(low) == 1 else letter


def stems(low: str) -> set[str]:
    """The words of a text in small letters by their first letters, without the short ones."""
    return {word[:_STEM] for word in _WORD.findall(low) if len(word) >= _SHORTEST_WORD}


def sentences(text: str, frame: Frame) -> tuple[Sentence, ...]:
    """The sentences of ours in their order."""
    low = _without_frame(plain(text), frame)
    return tuple(_cut(low, text, frame))


def _without_frame(low: str, frame: Frame) -> str:
    """Blanks out what is not ours to judge; every other position stays where it is."""
    low = _QUOTED_LINE.sub(_blank, low)
    for cut in (_DASHES, frame.quotation):
        if found := cut.search(low):
            low = low[: found.start()] + " " * (len(low) - found.start())
    if found := _INITIALS.search(low):
        low = low[: found.start()] + " " * (len(low) - found.start())
    if found := frame.greeting.match(low):
        low = _blank(found) + low[found.end() :]
    if found := frame.sign_off.search(low):
        low = low[: found.start()] + " " * (len(low) - found.start())
    return low


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _cut(low: str, text: str, frame: Frame) -> Iterator[Sentence]:
    begin = 0
    for end in _END.finditer(low if low.isupper() else _cased(low, text)):
        if _goes_on(low, begin, end, frame):
            continue
        yield from _sentence(low, begin, end.end())
        begin = end.end()
    yield from _sentence(low, begin, len(low))


def _cased(low: str, text: str) -> str:
    """The capitals are needed to see an end without a space after it ("solved.Please")."""
    return "".join(
        a if a == b or a.isspace() else b if b.lower() == a else a for a, b in zip(low, text, strict=True)
    )  # fmt: skip


def _goes_on(low: str, begin: int, end: re.Match[str], frame: Frame) -> bool:
    """Whether this is no end: a point after an abbreviation, or a long line that only wraps."""
    if end[0] == "\n":
        line = low[low.rfind("\n", 0, end.start()) + 1 : end.start()].strip()
        return len(line) > _SHORT_LINE
    last = low[begin : end.start()].rsplit(None, 1)
    return end[0] == "." and bool(last) and last[-1].lstrip("('\"") in frame.abbreviations


def _sentence(low: str, begin: int, end: int) -> Iterator[Sentence]:
    inside = low[begin:end]
    stripped = inside.strip()
    if not any(one.isalnum() for one in stripped):
        return
    start = begin + len(inside) - len(inside.lstrip())
    yield Sentence(start, start + len(stripped), stripped, asks="?" in stripped[-4:])


class Lines:
    """Where a position stands, as people count: line and column from 1."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer(r"\n", text))]

    def at(self, position: int) -> tuple[int, int]:
        line = bisect_right(self._starts, position)
        return line, position - self._starts[line - 1] + 1
