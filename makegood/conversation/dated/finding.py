"""Finds the words of a text that name a time to come, and reads each with the desk's own grammar."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from makegood.conversation.dated.language import TOKEN, Language
from makegood.kernel.calendars import MONTH_NAMES
from makegood.kernel.phrases import is_bare, read_span
from makegood.kernel.refusals import Refusal
from makegood.kernel.tidying import Tidied, tidy
from makegood.kernel.when import When, stands_alone

_LONGEST = 10
"""Of how many words a time is said at most."""
_TRIES = 40
"""How often a run of such words is read at most, so that a text of nothing else is still read in no time."""
BEFORE = 30
"""How far before a time the words that change its meaning may begin, in characters."""
_NOT_FIRST = frozenset({"and", "of", "or", "to", "-", "–", "s", "'", "time", "coming", "past"})
_NOT_LAST = frozenset({"and", "of", "or", "to", "-", "–", "the", "a", "an", "next", "this", "past"})
_NO_HOUR = frozenset({"in", "within", "for", "on", "from", "about"})
_BEGINNING = frozenset({"joins", "verbs"})
_NAMING = frozenset({"times", "weak", "digits", "numbers"})
_DAY_MONTH = re.compile(r"(\d{1,2})\.(\d{1,2})\.")
_NEXT_WORD = re.compile(r"[\s\"')]*([^\W\d_]+(?:'[a-z]+)?)?")
Read = Callable[[Tidied], When | None]


class Word(NamedTuple):
    """A word of a run: where it stands, of which sort it is, and how the desk writes it."""

    start: int
    end: int
    sort: str
    says: str


class Found(NamedTuple):
    """Words that name a time. `says` is how the desk writes them; `when` None for a span of unknown beginning."""

    start: int
    end: int
    says: str
    tidied: Tidied
    when: When | None

    @property
    def is_span(self) -> bool:
        return read_span(self.tidied.words) is not None


def times(low: str, start: int, end: int, language: Language, read: Read, *, spans: bool = True) -> Iterator[Found]:
    """The times between two places of a text in small letters, in their order. `read` tells what words mean, or
    refuses. Without `spans` a span is found and not read: it began at a moment that is not known."""
    for run in _runs(low, start, end, language):
        yield from _of_run(low, run, language, read, spans)


def _runs(low: str, start: int, end: int, language: Language) -> Iterator[list[Word]]:
    """Words of the lexicon that follow each other, with at least one that can name a time."""
    tokens = list(TOKEN.finditer(low, start, end))
    run: list[Word] = []
    index = 0
    while index < len(tokens):
        word, taken = _word(tokens, index, language)
        if word:
            run.append(word)
        elif run:
            yield from _worth(run)
            run = []
        index += taken
    yield from _worth(run)


def _worth(run: list[Word]) -> Iterator[list[Word]]:
    if any(word.sort in _NAMING for word in run):
        yield run


def _word(tokens: list[re.Match[str]], index: int, language: Language) -> tuple[Word | None, int]:
    """The word of the lexicon, or the number, that begins at a token; and of how many tokens it is."""
    first = tokens[index]
    for parts, lexeme in language.lexicon.get(first[0], ()):
        last = index + len(parts)
        if len(parts) == 1 or parts == tuple(token[0] for token in tokens[index:last]):
            return Word(first.start(), tokens[last - 1].end(), lexeme.sort, lexeme.says), len(parts)
    if first["digits"]:
        return Word(first.start(), first.end(), "digits", _number(first[0], language)), 1
    return None, 1


def _number(digits: str, language: Language) -> str:
    """A date such as "24.12." with its month as a word, where a point is no more than a point otherwise."""
    dotted = _DAY_MONTH.fullmatch(digits) if language.code != "en" else None
    if dotted and 1 <= int(dotted[2]) <= len(MONTH_NAMES):
        return f"{dotted[1]} {MONTH_NAMES[int(dotted[2]) - 1]}"
    return digits


def _of_run(low: str, run: list[Word], language: Language, read: Read, spans: bool) -> Iterator[Found]:
    """The times of one run, each as long as it can be."""
    first, tries = 0, _TRIES
    while first < len(run) and tries > 0:
        found = None
        for last in range(min(len(run), first + _LONGEST), first, -1):
            if not _may_be(run[first:last]):
                continue
            tries -= 1
            if found := _read(low, run[first:last], language, read, spans):
                break
        told = found and (found.when or (found.is_span and not spans))
        if found and told and not _means_other(low, found, language):
            yield found
        first = last if found else first + 1


def _may_be(words: list[Word]) -> bool:
    """Whether these words could name a time, before anything is read."""
    if words[-1].sort in _BEGINNING or words[-1].says in _NOT_LAST or words[0].says in _NOT_FIRST:
        return False
    if any(word.sort == "times" for word in words):
        return True
    if words[0].sort in _BEGINNING:
        return any(word.sort in _NAMING for word in words)
    return any(word.sort == "digits" and not word.says.isdecimal() for word in words)


def _read(low: str, words: list[Word], language: Language, read: Read, spans: bool) -> Found | None:
    says = " ".join(word.says for word in words)
    for pattern, replacement in language.rewrites:
        says = pattern.sub(replacement, says)
    tidied = tidy(says)
    if not stands_alone(tidied, says, leading=True) or not _hour_ends(low, words, tidied, language):
        return None
    first = words[0] if words[0].sort != "verbs" else words[1]
    found = Found(first.start, words[-1].end, says, tidied, None)
    if not spans and found.is_span:
        return found
    try:
        when = read(tidied)
    except Refusal:  # It has passed, or 3/4 is the third of April to some and the fourth of March to others.
        return found
    return found._replace(when=when) if when else None


def _hour_ends(low: str, words: list[Word], tidied: Tidied, language: Language) -> bool:
    """Whether a bare number is an hour: "by five." and "by 5 today", not "by 5 people" or "in 5"."""
    if not is_bare(tidied.words) or words[-1].sort not in {"digits", "numbers"}:
        return True
    if tidied.words.isdecimal() and words[0].says in _NO_HOUR:
        return False
    following = _NEXT_WORD.match(low, words[-1].end)
    return following is None or not following[1] or following[1] in language.after_hour


def _means_other(low: str, found: Found, language: Language) -> bool:
    """Whether the words around it make it no time to come: "since Monday", "3 days ago", "every Friday"."""
    if found.is_span and found.says.startswith("by "):  # "Delayed by an hour" says how much.
        return True
    before = language.patterns["not_after"].search(low, max(0, found.start - BEFORE), found.start)
    return before is not None or language.patterns["not_before"].match(low, found.end) is not None
