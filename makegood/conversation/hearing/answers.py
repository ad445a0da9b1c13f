"""Whether a customer's answer says that they are satisfied, want something more, or are not satisfied.

A suggestion for the person who reads the message, with the words that led to it; None whenever it is not plain. It
records no outcome, and ends no promise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from makegood.conversation.hearing.tongues import Tongue, tongues

_LONGEST = 120
"""Words; who writes more says more than one thing."""
_SHORT = 8
_BARE = 4
_BEFORE = 28
"""Characters before a word in which a "not" belongs to it."""
_SAME = {ord(one): plain for one, plain in zip("’‘´`\u00a0—–", "'''' --", strict=True)}
_PICTURES = {"👍": " ok ", "✅": " ok ", "👎": " not ok ", ":+1:": " ok "}
_SENTENCE = re.compile(r"[^.!?;\n…]+(?:[.!?;…]+(?=\s|$)|[.;]|\n|$)?")
_WORD = re.compile(r"[^\W\d_]+")


class Verdict(StrEnum):
    """What was heard."""

    SATISFIED = "satisfied"
    MORE = "more"
    NOT_SATISFIED = "not_satisfied"


class Heard(NamedTuple):
    """What was heard, and the words that said it, as they were written but in small letters."""

    verdict: Verdict
    words: str


def hear_answer(text: str, *, asked: bool, language: str = "") -> Heard | None:
    """What the answer says, or None when that is not plain.

    `text` is what is new in a message. `asked` says that it answers the question whether they are satisfied: "yes",
    "no" and "OK" mean nothing without one. `language` is the customer's, where it is known; the text may be in another.
    """
    low = _plain(text)
    words = _WORD.findall(low)
    if not words or len(words) > _LONGEST:
        return None
    read = (_heard(low, len(words), tongue, asked=asked) for tongue in _likely(words, language))
    heard = [one for one in read if one]
    # Where it may be in several languages, those that hear something must hear the same.
    return heard[0] if len({one.verdict for one in heard}) == 1 else None


def _plain(text: str) -> str:
    low = text.translate(_SAME).lower()
    for picture, word in _PICTURES.items():
        low = low.replace(picture, word)
    return low


def _likely(words: list[str], language: str) -> list[Tongue]:
    """The languages it may be in: those most of whose common words it has; of several the customer's own."""
    known = tongues()
    found = {code: sum(word in tongue.common for word in words) for code, tongue in known.items()}
    most = max(found.values())
    likely = [known[code] for code, count in found.items() if count == most]
    own = known.get(language[:2])
    return [own] if own in likely else likely


@dataclass(slots=True)
class _Signs:
    """What was found in an answer, each with the place and the words of its first sign."""

    found: dict[str, tuple[int, str]] = field(default_factory=dict)

    def note(self, kind: str, at: int, words: str) -> None:
        self.found.setdefault(kind, (at, words))

    def has(self, *kinds: str) -> bool:
        return any(kind in self.found for kind in kinds)

    def at(self, *kinds: str) -> int:
        """Where the first of them stands."""
        return min(self.found[kind][0] for kind in kinds if kind in self.found)

    def heard(self, verdict: Verdict, *kinds: str) -> Heard:
        """The verdict with the words of the signs that led to it."""
        return Heard(verdict, " … ".join(dict.fromkeys(self.found[kind][1] for kind in kinds if kind in self.found)))


def _heard(low: str, length: int, tongue: Tongue, *, asked: bool) -> Heard | None:
    signs = _Signs()
    _note_beginning(low, length, tongue, signs)
    for at, clause, is_question in _clauses(low, tongue):
        _note_clause(at, clause, tongue, signs, is_question=is_question)
    if signs.has("doubt") and not signs.has("bad"):
        return None
    if signs.has("bad"):
        return _with_bad(signs)
    if signs.has("more"):
        return signs.heard(Verdict.MORE, "good", "yes", "more") if asked or signs.has("good") else None
    return _without(signs, length, asked=asked)


def _with_bad(signs: _Signs) -> Heard | None:
    if signs.has("good", "yes", "more") and not signs.has("no"):
        # "Yes, but …" wants more. "Still broken, but I am happy" says both: a person reads it.
        first = signs.at("good", "yes", "more") < signs.at("bad")
        return signs.heard(Verdict.MORE, "yes", "good", "more", "bad") if first else None
    return signs.heard(Verdict.NOT_SATISFIED, "no", "bad")


def _without(signs: _Signs, length: int, *, asked: bool) -> Heard | None:
    """The verdict where nothing bad was said and nothing more asked for."""
    if signs.has("good"):
        return signs.heard(Verdict.SATISFIED, "good")
    if not asked:
        return None
    if signs.has("done"):
        return signs.heard(Verdict.SATISFIED, "done")
    if signs.has("no"):
        return signs.heard(Verdict.NOT_SATISFIED, "no") if not signs.has("mild") else None
    if signs.has("yes") and (signs.has("mild") or length <= _BARE):
        return signs.heard(Verdict.SATISFIED, "yes", "mild")
    return signs.heard(Verdict.SATISFIED, "mild") if signs.has("mild") and length <= _SHORT else None


def _note_beginning(low: str, length: int, tongue: Tongue, signs: _Signs) -> None:
    """Note a yes or a no that the answer begins with, behind a greeting or thanks."""
    start = 0
    while (polite := re.match(r"[\W_]*", low[start:])) is not None:
        start += polite.end()
        courtesy = tongue.courtesy.match(low, start)
        if not courtesy:
            break
        start = courtesy.end()
    if tongue.neither.match(low, start):
        return
    for kind, pattern in (("no", tongue.says_no), ("yes", tongue.says_yes)):
        if said := pattern.match(low, start):
            signs.note(kind, start, said[0])
            return


def _clauses(low: str, tongue: Tongue) -> Iterator[tuple[int, str, bool]]:
    """The pieces of the text between full stops and words of contrast: where each begins, and whether it asks."""
    for sentence in _SENTENCE.finditer(low):
        is_question = sentence[0].rstrip().endswith("?")
        start = 0
        for cut in tongue.contrast.finditer(sentence[0]):
            yield sentence.start() + start, sentence[0][start : cut.start()], is_question
            start = cut.end()
        yield sentence.start() + start, sentence[0][start:], is_question


def _note_clause(at: int, clause: str, tongue: Tongue, signs: _Signs, *, is_question: bool) -> None:
    if wanted := tongue.more.search(clause):
        signs.note("more", at + wanted.start(), wanted[0])
    if is_question or tongue.condition.search(clause):
        return
    if unsure := tongue.doubt.search(clause):
        signs.note("doubt", at + unsure.start(), unsure[0])
        return
    if done := tongue.done.search(clause):
        signs.note("done", at + done.start(), done[0])
    bad = tongue.bad.search(clause)
    if bad:
        # The "no" that answers the question takes back nothing: "no it's still leaking".
        after = max(0, signs.at("no") + len(signs.found["no"][1]) - at) if signs.has("no") else 0
        negated = _is_negated(clause[after:], bad.start() - after, tongue) if bad.start() >= after else False
        signs.note("doubt" if negated else "bad", at + bad.start(), bad[0])
        return
    for kind, pattern in (("good", tongue.good), ("mild", tongue.mild)):
        if said := pattern.search(clause):
            negated = _is_negated(clause, said.start(), tongue)
            words = clause[max(0, said.start() - _BEFORE) : said.end()].strip() if negated else said[0]
            signs.note("bad" if negated else kind, at + said.start(), words)
            return


def _is_negated(clause: str, before: int, tongue: Tongue) -> bool:
    """Whether a "not" stands shortly before this place, in the same breath: a comma ends it ("no, all good")."""
    said = clause[max(0, before - _BEFORE) : before].rpartition(",")[2]
    return tongue.negation.search(said) is not None
