"""Puts the patterns of a rulebook on sentences, and weighs what they hit against each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from makegood.conversation.coach.rulebook import Rule, Rulebook
from makegood.conversation.coach.sentences import Sentence, stems


@dataclass(frozen=True, slots=True)
class Hit:
    """Words that a rule found: in which sentence (by its index), where in the text, and in which of the rule's ways."""

    rule: Rule
    sentence: int
    start: int
    end: int
    way: int = 0

    @property
    def code(self) -> str:
        return self.rule.code


def matches(book: Rulebook, cut: Sequence[Sentence], theirs: set[str]) -> list[Hit]:
    """What the patterns hit, each rule at most once in a sentence, less what the rest of the text speaks against.

    `theirs` are the stems of the words that the customer wrote.
    """
    hits = [hit for index, one in enumerate(cut) for hit in _in_sentence(book, index, one, theirs)]
    # Twice, so that what is itself spoken against speaks against nothing.
    return _standing(hits, _standing(hits, hits))


def _standing(hits: Sequence[Hit], among: Sequence[Hit]) -> list[Hit]:
    """The hits that none of those `among` them speaks against."""
    everywhere = {hit.code for hit in among}
    beside: dict[int, set[str]] = {}
    for hit in among:
        beside.setdefault(hit.sentence, set()).add(hit.code)
    return [
        hit for hit in hits
        if not hit.rule.without & beside.get(hit.sentence, set()) and not hit.rule.alone & everywhere
    ]  # fmt: skip


def _in_sentence(book: Rulebook, index: int, one: Sentence, theirs: set[str]) -> Iterator[Hit]:
    """The hits in one sentence; the words of a question are the whole question."""
    echoed = len(theirs & stems(one.low)) if theirs else 0
    for rule in book.rules:
        # Most rules find nothing in most sentences: what costs is asked only of the others.
        if rule.pattern is None or (found := rule.pattern.search(one.low)) is None:
            continue
        if rule.echoes > echoed or (rule.asks is not None and rule.asks != one.asks):
            continue
        said = found if rule.negated else _said(rule.pattern, found, one.low, book.negation)
        if said and not (rule.unless and rule.unless.search(one.low)):
            start, end = (0, len(one.low)) if rule.asks else said.span()
            yield Hit(rule, index, one.start + start, one.start + end, said.lastindex or 0)


def _said(
    pattern: re.Pattern[str], found: re.Match[str] | None, low: str, negation: re.Pattern[str]
) -> re.Match[str] | None:  # fmt: skip
    """The first match, from this one on, that no negation stands before."""
    while found and negation.search(low, max(0, found.start() - 24), found.start()):
        found = pattern.search(low, found.end())
    return found
