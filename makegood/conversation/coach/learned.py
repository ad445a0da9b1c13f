"""A second opinion beside the rules: small linear weights, learned from labelled sentences, read by plain Python.

Every sentence gets a score for every code, from its words (one or two in a row), its length and place, the rules that
hit it, and in which of their ways, how many of the customer's words it has, and the codes before and after it. The
best sentence counts. Above a threshold a code is found that no rule saw, and its words are those that weighed most;
below another, what a rule saw does not stand. How the weights were learned: bench/coach/train.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from makegood.conversation.coach.matching import Hit
from makegood.conversation.coach.rulebook import Rule, Rulebook
from makegood.conversation.coach.sentences import Sentence, stems
from makegood.conversation.coach.values import Context

FOLDER = Path(__file__).parent / "weights"
_TOKEN = re.compile(r"https?://\S+|[\w.+-]+@[\w-]+\.\w[\w.]*|\d+|[^\W\d_]+(?:'[^\W\d_]+)*|[?!]")
_OVERLAPS, _SENTENCE_WORDS = (1, 2, 3), (6, 12, 20, 30)
# From this sentence on, one is as far down as the next.
_LAST_PLACE = 4
# So many runs of words are shown as those that decided.
_DECIDING = 3
# What only the weights see is not so where a rule hit this in the same sentence.
_AGAINST = {"undated-promise": "when", "formula": "own"}

Scores = Mapping[str, Mapping[str, float]]
"""For each feature, the weight that it has for each code."""


Features = Mapping[str, tuple[int, int]]
"""What a sentence has, with where it stands in the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """`add` and `drop` are scores: from which on a code is found, and below which a rule's hit falls.

    A code that is not in them is never found by the weights alone, and its hits stand.
    """

    sentence: Scores
    bias: Mapping[str, float]
    add: Mapping[str, float]
    drop: Mapping[str, float]


@lru_cache(maxsize=8)
def weights(language: str) -> Weights | None:
    """The weights of a language; None when none were learned for it."""
    path = FOLDER / f"{language}.json"
    return Weights(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def seen(book: Rulebook, cut: Sequence[Sentence], hits: Sequence[Hit], customer_words: str) -> tuple[Features, ...]:
    """The features of the sentences of a text, given what the rules hit."""
    theirs = book.frame.own_words(customer_words)
    by_sentence: dict[int, list[Hit]] = {}
    for hit in hits:
        by_sentence.setdefault(hit.sentence, []).append(hit)
    return tuple(dict(_of_sentence(one, index, len(cut), by_sentence, theirs)) for index, one in enumerate(cut))


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
    echoed = [least for least in _OVERLAPS if shared >= least]
    yield from ((f"O:{least}", whole) for least in echoed)
    for code in {hit.code for hit in hits.get(index, ())}:
        yield from ((f"X:{code}:{least}", whole) for least in echoed)
        if one.asks:
            yield f"X:{code}:asks", whole
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


def reconsidered(book: Rulebook, cut: Sequence[Sentence], hits: Sequence[Hit], context: Context) -> list[Hit]:
    """The hits of the rules, less what the weights do not believe, and what only the weights see."""
    learned = weights(book.language)
    if learned is None or not cut:
        return list(hits)
    view = seen(book, cut, hits, context.customer_words)
    scores = [scored(one, learned) for one in view]
    best = {code: max(range(len(cut)), key=lambda index, code=code: scores[index][code]) for code in learned.bias}  # type: ignore[misc]
    high = {code: scores[index][code] for code, index in best.items()}
    # What listens is told by the customer's words: without them the rules are all there is.
    standing = set(book.advice) - set(learned.drop) | (set() if context.customer_words else {"listen"})
    believed = [
        hit for hit in hits if hit.rule.plain or hit.code in standing or high[hit.code] >= learned.drop[hit.code]
    ]
    settled = {hit.code for hit in hits} | ({"empty-promise"} if context.improved else set())
    # What a sentence says that owns it, or that gives a time, is no formula, and no promise without one.
    said = {(against, hit.sentence) for hit in hits for against, code in _AGAINST.items() if hit.code == code}
    return believed + [
        Hit(_unwritten(book, code), best[code], *_weightiest(view[best[code]], learned, code))
        for code, least in learned.add.items()
        if code not in settled and high[code] >= least and (code, best[code]) not in said
    ]


def scored(features: Iterable[str], learned: Weights) -> dict[str, float]:
    """How much speaks for each code in a sentence."""
    totals = dict(learned.bias)
    for feature in features:
        for code, weight in learned.sentence.get(feature, {}).items():
            totals[code] += weight
    return totals


def _weightiest(features: Features, learned: Weights, code: str) -> tuple[int, int]:
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
        asks=None, negated=False, echoes=0, fact="", plain=False, customer="", why=advice.why, better=advice.better,
        yes=(), no=(),
    )  # fmt: skip
