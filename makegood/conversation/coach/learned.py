"""A second opinion beside the rules: small linear weights, learned from labelled replies, read by plain Python.

Every sentence gets a score for every code, from its words (one or two in a row), its length and place, the rules that
hit it, and in which of their ways, and the codes before and after it. The text gets one from the best sentence of each
code and from the rules that hit it at all. Above a threshold a code is found that no rule
saw, and its words are those that weighed most; below another, what a rule saw does not stand. How the weights were
learned: bench/coach/train.py.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from makegood.conversation.coach.matching import Hit
from makegood.conversation.coach.rulebook import Rule, Rulebook
from makegood.conversation.coach.sentences import Sentence, stems
from makegood.conversation.coach.structure import ADDRESS, STEPS
from makegood.conversation.coach.values import Context

FOLDER = Path(__file__).parent / "weights"
_TOKEN = re.compile(r"https?://\S+|[\w.+-]+@[\w-]+\.\w[\w.]*|\d+|[^\W\d_]+(?:'[^\W\d_]+)*|[?!]")
_OVERLAPS, _SENTENCE_WORDS, _TEXT_WORDS, _SENTENCES = (
    (1, 2, 3),
    (6, 12, 20, 30),
    (10, 20, 30, 45, 60, 90, 130),
    (1, 2, 3, 5, 8),
)
# From this sentence on, one is as far down as the next.
_LAST_PLACE = 4
# So many runs of words are shown as those that decided.
_DECIDING = 3
# Without a sign that a rule or the words gave, a sentence says nothing of a code.
_NOTHING = -6.0

Scores = Mapping[str, Mapping[str, float]]
"""For each feature, the weight that it has for each code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """`add` and `drop` are probabilities: from which on a code is found, and below which a rule's hit falls."""

    sentence: Scores
    sentence_bias: Mapping[str, float]
    text: Scores
    text_bias: Mapping[str, float]
    add: Mapping[str, float]
    drop: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Seen:
    """A text as the weights see it: the features of its sentences, with where each stands, and its own."""

    sentences: tuple[Mapping[str, tuple[int, int]], ...]
    text: frozenset[str]


@lru_cache(maxsize=8)
def weights(language: str) -> Weights | None:
    """The weights of a language; None when none were learned for it."""
    path = FOLDER / f"{language}.json"
    return Weights(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def seen(book: Rulebook, cut: Sequence[Sentence], hits: Sequence[Hit], customer_words: str) -> Seen:
    """The features of a text and its sentences, given what the rules hit."""
    theirs = stems(customer_words.lower()) - book.frame.commonplace
    by_sentence: dict[int, list[Hit]] = {}
    for hit in hits:
        by_sentence.setdefault(hit.sentence, []).append(hit)
    return Seen(
        tuple(
            dict(_of_sentence(one, index, len(cut), by_sentence, theirs)) for index, one in enumerate(cut)
        ),
        frozenset(_of_text(book, cut, hits)),
    )  # fmt: skip


def _of_sentence(
    one: Sentence, index: int, total: int, hits: Mapping[int, Sequence[Hit]], theirs: set[str]
) -> Iterator[tuple[str, tuple[int, int]]]:
    whole = (one.start, one.end)
    yield from ((run, (one.start + start, one.start + end)) for run, start, end in _runs(one.low))
    for hit in hits.get(index, ()):
        yield f"R:{hit.rule.id}", (hit.start, hit.end)
        yield f"C:{hit.code}", (hit.start, hit.end)
        yield f"L:{hit.rule.id}:{hit.way}", (hit.start, hit.end)
    shared = len(theirs & stems(one.low))
    yield from ((f"O:{least}", whole) for least in _OVERLAPS if shared >= least)
    yield from ((f"W:{least}", whole) for least in _SENTENCE_WORDS if one.words > least)
    if one.asks:
        yield "P:asks", whole
    if index == 0:
        yield "P:first", whole
    if index == total - 1:
        yield "P:last", whole
    yield f"P:{min(index, _LAST_PLACE)}", whole
    yield from ((f"B:{hit.code}", whole) for hit in hits.get(index - 1, ()))
    yield from ((f"A:{hit.code}", whole) for hit in hits.get(index + 1, ()))


def _runs(low: str) -> Iterator[tuple[str, int, int]]:
    """One word or two in a row, with where they stand; addresses and numbers are all the same."""
    words = [("^", 0, 0), *((_token(one[0]), *one.span()) for one in _TOKEN.finditer(low)), ("$", len(low), len(low))]
    yield from words
    for (first, start, _), (second, _, end) in pairwise(words):
        yield f"{first} {second}", start, end


def _token(word: str) -> str:
    if word.startswith("http"):
        return "_url"
    return "_mail" if "@" in word else "_num" if word[0].isdigit() else word


def _of_text(book: Rulebook, cut: Sequence[Sentence], hits: Sequence[Hit]) -> Iterator[str]:
    for hit in hits:
        yield f"R:{hit.rule.id}"
        yield f"C:{hit.code}"
    if not STEPS & {hit.code for hit in hits}:
        yield "T:no-step"
    if any(one.asks for one in cut):
        yield "T:asks"
    if any(ADDRESS.search(one.low) for one in cut):
        yield "T:address"
    if any(book.frame.praise.search(one.low) for one in cut):
        yield "T:praise"
    words = sum(one.words for one in cut)
    yield from (f"W:{least}" for least in _TEXT_WORDS if words > least)
    yield from (f"S:{least}" for least in _SENTENCES if len(cut) > least)


def reconsidered(book: Rulebook, cut: Sequence[Sentence], hits: Sequence[Hit], context: Context) -> list[Hit]:
    """The hits of the rules, less what the weights do not believe, and what only the weights see."""
    learned = weights(book.language)
    if learned is None or not cut:
        return list(hits)
    view = seen(book, cut, hits, context.customer_words)
    scores = [_scores(one, learned.sentence, learned.sentence_bias) for one in view.sentences]
    chances = probabilities(learned, view, scores)
    believed = [hit for hit in hits if chances.get(hit.code, 1.0) >= learned.drop.get(hit.code, 0.0)]
    there = {hit.code for hit in hits}
    settled = there | _lifted(there, context)
    for code, chance in chances.items():
        if code not in settled and chance >= learned.add[code]:
            best = max(range(len(cut)), key=lambda index, code=code: scores[index][code])  # type: ignore[misc]
            believed.append(Hit(_unwritten(book, code), best, *_weightiest(view.sentences[best], learned, code)))
    return believed


def _lifted(there: set[str], context: Context) -> set[str]:
    """What is not to be found, whatever the words: a dead end where there is a step, an empty promise that is not."""
    return ({"dead-end"} if there & STEPS else set()) | ({"empty-promise"} if context.improved else set())


def probabilities(learned: Weights, view: Seen, scores: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """How likely each code is in the text, given the scores of its sentences."""
    best = {code: max((one[code] for one in scores), default=_NOTHING) for code in learned.sentence_bias}
    totals = dict(learned.text_bias)
    for feature in view.text:
        for code, weight in learned.text.get(feature, {}).items():
            totals[code] += weight
    for other, score in best.items():
        for code, weight in learned.text.get(f"M:{other}", {}).items():
            totals[code] += weight * score
    return {code: 1 / (1 + math.exp(-max(-30.0, min(30.0, total)))) for code, total in totals.items()}


def _scores(features: Mapping[str, object], by_feature: Scores, bias: Mapping[str, float]) -> dict[str, float]:
    totals = dict(bias)
    for feature in features:
        for code, weight in by_feature.get(feature, {}).items():
            totals[code] += weight
    return totals


def _weightiest(features: Mapping[str, tuple[int, int]], learned: Weights, code: str) -> tuple[int, int]:
    """Where the words stand that spoke most for a code: the weightiest few, and what is between them."""
    speaking = sorted(
        ((learned.sentence.get(feature, {}).get(code, 0.0), span) for feature, span in features.items()
         if ":" not in feature and span[0] < span[1]),
        reverse=True,
    )[:_DECIDING]  # fmt: skip
    spans = [span for weight, span in speaking if weight > 0] or [speaking[0][1]]
    return min(start for start, _end in spans), max(end for _start, end in spans)


def _unwritten(book: Rulebook, code: str) -> Rule:
    """What stands for a rule where only the weights saw something."""
    advice = book.advice[code]
    return Rule(
        id=f"learned-{code}", code=code, pattern=None, check="", unless=None, without=frozenset(), alone=frozenset(),
        asks=None, negated=False, fact="", customer="", why=advice.why, better=advice.better, yes=(), no=(),
    )  # fmt: skip
