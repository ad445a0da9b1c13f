"""Cuts a text into our own sentences and their clauses, so that a time is judged beside the words it belongs to."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from makegood.conversation.coach.sentences import plain
from makegood.conversation.dated.language import Language

_QUOTED = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_END = re.compile(r"[.!?…]+(?=[\"')\]]*(?:\s|$))|\n(?=[ \t]*(?:\n|[-*•]|\d{1,2}[.)]\s))|\n")
_WRAPS_FROM = 50
"""A line of ours this long goes on in the next; a shorter one ends what it says. In characters."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: where it stands, whether it asks, and the beginnings of its clauses, the first its own."""

    start: int
    end: int
    asks: bool
    cuts: tuple[int, ...]

    def clause_at(self, place: int) -> int:
        """The index of the clause at a place of the text."""
        return max(bisect_right(self.cuts, place) - 1, 0)

    def bounds(self, index: int) -> tuple[int, int]:
        """Where a clause begins and ends."""
        last = index + 1 == len(self.cuts)
        return self.cuts[index], self.end if last else self.cuts[index + 1]


def ours(text: str) -> str:
    """The text in small letters, with plain quotes and without quoted lines, as long as it was."""
    return _QUOTED.sub(lambda found: " " * len(found[0]), plain(text))


def whole_dates(low: str, language: Language) -> str:
    """A plain text, as long as it was, whose dates no point cuts in two: "wed. 25 nov" reads as "wed  25 nov"."""
    return language.patterns["short"].sub(lambda found: found[0].replace(".", " "), low)


def sentences(low: str, language: Language) -> Iterator[Sentence]:
    """The sentences of a plain text in their order."""
    start = 0
    for end in _END.finditer(low):
        if not _goes_on(low, start, end, language):
            yield _sentence(low, start, end.end(), language)
            start = end.end()
    yield _sentence(low, start, len(low), language)


def _goes_on(low: str, start: int, end: re.Match[str], language: Language) -> bool:
    if end[0] == "\n":
        line = low.rfind("\n", 0, end.start()) + 1
        following = low[end.end() : end.end() + 1]
        return end.start() - line >= _WRAPS_FROM and following.isalnum()
    return end[0] == "." and language.patterns["goes_on"].search(low, max(start, end.end() - 12), end.end()) is not None


def _sentence(low: str, start: int, end: int, language: Language) -> Sentence:
    cuts = (found.end() for found in language.patterns["clauses"].finditer(low, start, end))
    inner = dict.fromkeys(cut for cut in cuts if start < cut < end)
    return Sentence(start, end, "?" in low[max(start, end - 3) : end], (start, *inner))
