"""Whether all that a draft states stands in the facts that it was made of. Pure.

Whoever did not know the case may have made something up: amounts, numbers, times, names, what is done, what is given.
What is not found in the facts, as words or as the same time, is not backed. It is meant to be strict: a sentence that
is refused is written by a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from makegood.conversation.dated import promised, times_in
from makegood.kernel.when import When
from makegood.remedies.rules.backing_words import COMMON, DEEDS, GIFTS, NUMBERS, PRONOUNS, TITLES, VERBS

_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_MONEY = r"[£$€¥]|\b(?:eur|gbp|usd|chf|brl)\b|\beuros?\b|\bpounds?\b|\bdollars?\b|\blibras\b|\bfranken\b"
_SHARE = r"%|\bper ?cent\b|\bprozent\b|\bpor ciento\b|\bpor cento\b"
_AMOUNT = re.compile(
    rf"(?:(?P<before>{_MONEY})\s?(?P<first>\d[\d.,]*\d|\d))"
    rf"|(?:(?P<second>\d[\d.,]*\d|\d)\s?(?:(?P<share>{_SHARE})|(?P<after>{_MONEY})))",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_BEGINS = re.compile(r"(?:^|[.!?:…\n])[\s\"'“”„«»‘’()\[\]–—-]*$")
_SAME = timedelta(minutes=1)
_QUOTED = re.compile(r"^[ \t]*>.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a draft may say: the words of the facts, the instants (aware UTC) that they name, those of them that lie
    `ahead` and may be promised, and the names of `people` of the house, of whom only those in the facts may be named.
    """

    text: str
    instants: Sequence[datetime] = ()
    ahead: Sequence[datetime] = ()
    people: Sequence[str] = ()


@dataclass(frozen=True, slots=True, order=True)
class Unbacked:
    """Words of a draft, `text[start:end]`, that the facts do not back."""

    start: int
    end: int
    words: str


def unbacked(draft: str, grounds: Grounds, *, language: str, now: datetime, zone: ZoneInfo) -> tuple[Unbacked, ...]:
    """What a draft states that its facts do not, in its order, no words twice. `now` is aware UTC, `zone` that of the
    customer. Any text is read."""
    known = _Known(grounds, language, zone)
    told = times_in(draft, now=now, zone=zone, calendar=None, language=language)
    ours = promised(draft, now=now, zone=zone, calendar=None, language=language)
    wrong = [(start, end) for start, end, when in told if not known.time(draft[start:end], when)]
    wrong += [
        (one.start, one.end)
        for one in ours
        if one.when and not known.lies_ahead(one.when) and not known.says(one.words)
    ]
    rest = _without(draft, [(start, end) for start, end, _ in told])
    for find in (_quoted, _amounts, _numbers, _lexicon, _names):
        wrong += find(draft if find is _amounts else rest, known)
    return tuple(_told(draft, wrong))


class _Known:
    """The facts, ready to be asked."""

    def __init__(self, grounds: Grounds, language: str, zone: ZoneInfo) -> None:
        self.language, self._zone = language, zone
        self._plain = " ".join(grounds.text.casefold().split())
        self.words = {_stem(one[0]) for one in _WORD.finditer(grounds.text)}
        self.numbers = {one[0] for one in _NUMBER.finditer(grounds.text)}
        self.amounts = {_amount(one) for one in _AMOUNT.finditer(grounds.text)}
        self.people = {_stem(part[0]) for name in grounds.people for part in _WORD.finditer(name)} - self.words
        self._instants, self._ahead = grounds.instants, grounds.ahead

    def says(self, words: str) -> bool:
        """Whether these words stand in the facts, whole."""
        plain = " ".join(words.casefold().split())
        return re.search(rf"(?<!\w){re.escape(plain)}(?!\w)", self._plain) is not None

    def time(self, words: str, when: When | None) -> bool:
        """Whether the facts name this time, in these words or in others."""
        if self.says(words):
            return True
        return when is not None and self._among(when, self._instants)

    def lies_ahead(self, when: When) -> bool:
        """Whether this is a time that may be promised."""
        return self._among(when, self._ahead)

    def _among(self, when: When, instants: Sequence[datetime]) -> bool:
        if when.due_on is not None:
            return any(one.astimezone(self._zone).date() == when.due_on for one in instants)
        return any(abs(when.due_at - one) < _SAME for one in instants)


def _stem(word: str) -> str:
    """A word as it is compared: small, and without what makes it somebody's."""
    return re.sub(r"['’]s?$", "", word.casefold())


def _amount(found: re.Match[str]) -> tuple[str, str]:
    kind = "%" if found["share"] else "money"
    return re.sub(r"[.,]00$", "", found["first"] or found["second"]), kind


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text, as long as it was, with these spans blank."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _quoted(draft: str, _known: _Known) -> Iterator[tuple[int, int]]:
    """Quoted lines: what reads a text for faults passes them over, so a draft has none."""
    return (one.span() for one in _QUOTED.finditer(draft))


def _amounts(draft: str, known: _Known) -> Iterator[tuple[int, int]]:
    return (one.span() for one in _AMOUNT.finditer(draft) if _amount(one) not in known.amounts)


def _numbers(rest: str, known: _Known) -> Iterator[tuple[int, int]]:
    yield from (one.span() for one in _NUMBER.finditer(rest) if one[0] not in known.numbers)
    for one in _WORD.finditer(rest):
        if one[0].casefold() in NUMBERS[known.language] and _stem(one[0]) not in known.words:
            yield one.span()


def _lexicon(rest: str, known: _Known) -> Iterator[tuple[int, int]]:
    """What it says is done or given, of which the facts have no word."""
    for pattern in (DEEDS[known.language], GIFTS[known.language]):
        for one in pattern.finditer(rest):
            if not known.says(one[0]) and _stem(one["what"]) not in known.words:
                yield one.span()


def _names(rest: str, known: _Known) -> Iterator[tuple[int, int]]:
    before: re.Match[str] | None = None
    for one in _WORD.finditer(rest):
        stem = _stem(one[0])
        if one[0][0].isupper() and stem not in known.words and stem not in PRONOUNS[known.language]:
            beside = before if before and rest[before.end() : one.start()] in (" ", ". ") else None
            if stem in known.people or _is_name(rest, one, beside, known.language):
                yield one.span()
        before = one


def _is_name(rest: str, one: re.Match[str], before: re.Match[str] | None, language: str) -> bool:
    """Whether a word with a capital that is not in the facts names somebody or something, as far as that can be seen;
    `before` is the word beside it."""
    word, common = one[0], COMMON[language]
    if (word.isupper() and len(word) > 1) or (before is not None and before[0].casefold() in TITLES):
        return True
    begins = _begins(rest, one)
    if language == "de":
        # Every noun has a capital there: two of them side by side are a name.
        return before is not None and before[0][0].isupper() and not begins and before[0].casefold() not in common
    if begins:
        after = _WORD.search(rest, one.end())
        return after is not None and after[0].casefold() in VERBS[language] and word.casefold() not in common
    return True


def _begins(rest: str, one: re.Match[str]) -> bool:
    """Whether a sentence begins with it."""
    return _BEGINS.search(rest[max(one.start() - 40, 0) : one.start()]) is not None


def _told(draft: str, spans: Iterable[tuple[int, int]]) -> Iterator[Unbacked]:
    seen, told = set[str](), 0
    # Of two that begin alike the longer one is told: a number stands in its amount.
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        words = " ".join(draft[start:end].split())
        if words and words not in seen and end > told:
            seen.add(words)
            told = end
            yield Unbacked(start, end, words)
