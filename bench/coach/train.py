"""Learns the coach's weights from labelled sentences: `python -m bench.coach --train`.

One logistic regression for each code says which sentences have it; a reply has what its best sentence has. Words that
fewer than `COMPANIES` companies use are left out, and so are names. Each reply is learned with and without its
customer's words, since they are not always at hand. From which score on a code is added, and below which a rule is not
believed, is set on companies from which the scores had not learned.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from bench.coach.labels import Example
from makegood.conversation.coach import ELEMENTS, FAULTS, Context
from makegood.conversation.coach.learned import FOLDER, Features, Weights, scored, seen
from makegood.conversation.coach.reading import judged
from makegood.conversation.coach.rulebook import rulebook
from makegood.conversation.coach.sentences import sentences

# A code that fewer replies have is left to its rules, and so is what only a whole text shows.
LEAST = 40
WHOLE_TEXT = frozenset({"dead-end", "long-explanation"})
COMPANIES, TIMES, FOLDS = 4, 4, 5
# Each reply is there twice, so this is half of what one would take for each once.
STRENGTH = 0.08
# What a sentence of our own writing counts beside a real one.
WRITTEN = 0.1
UNKNOWN = -1
SMALLEST_WEIGHT = 0.05
# In doubt a rule is believed.
DOUBT = 0.25
# No score is as high or as low.
NEVER = 99.0
Column = np.ndarray[Any, Any]
Sight = tuple[Features, ...]
_CAPITAL = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")
_WORD = re.compile(r"[a-z]+")


def views(examples: Sequence[Example], *, with_customer: bool) -> list[tuple[Sight, frozenset[str]]]:
    """The features of each reply's sentences, and the codes that the rules find."""
    book, made = rulebook("en"), []
    for one in examples:
        cut = sentences(one.reply, book.frame)
        context = Context(customer_words=one.customer if with_customer else "")
        hits = judged(book, cut, context)
        made.append((seen(book, cut, hits, context.customer_words), frozenset(hit.code for hit in hits)))
    return made


def names(examples: Iterable[Example]) -> frozenset[str]:
    """Words that are mostly written with a capital inside a sentence: names of people, places and firms."""
    capital, small = Counter[str](), Counter[str]()
    for one in examples:
        capital.update(word.lower() for word in _CAPITAL.findall(one.reply))
        small.update(_WORD.findall(one.reply))
    return frozenset(word for word, times in capital.items() if times > small[word])


def known(examples: Sequence[Example], sights: Sequence[Sight]) -> frozenset[str]:
    """The features that enough companies use, without names."""
    real = [(one, sight) for one, sight in zip(examples, sights, strict=True) if one.spans is not None]
    leave, companies, times = names(one for one, _sight in real), defaultdict(set), Counter[str]()
    for one, sight in real:
        for feature in {feature for features in sight for feature in features}:
            companies[feature].add(one.company)
            times[feature] += 1
    return frozenset(
        feature for feature in companies
        if ":" in feature or (
            len(companies[feature]) >= COMPANIES and times[feature] >= TIMES and not leave & set(feature.split())
        )
    )  # fmt: skip


class Bags:
    """Replies as rows of sentences: `reply` is of which reply each row is, `says[code]` which rows say the code."""

    def __init__(self, examples: Sequence[Example], sights: Sequence[Sight], features: frozenset[str]) -> None:
        self.vectors = DictVectorizer()
        rows = [{key: 1 for key in one if key in features} for sight in sights for one in sight]
        self.rows = self.vectors.fit_transform(rows).tocsr()
        self.reply = np.repeat(np.arange(len(sights)), [len(sight) for sight in sights])
        self.weight = np.array([WRITTEN if one.spans is None else 1.0 for one in examples])[self.reply]
        labelled = Counter(code for one in examples[: len(examples) // 2] if one.spans for code in one.codes)
        self.says = {
            code: np.concatenate([_said(one, code, len(sight)) for one, sight in zip(examples, sights, strict=True)])
            for code in (*ELEMENTS, *FAULTS)
            if labelled[code] >= LEAST and code not in WHOLE_TEXT
        }

    def fit(self, code: str, chosen: Column) -> LogisticRegression:
        """Which sentences say a code, learned from those of the chosen replies."""
        says = self.says[code]
        rows = np.isin(self.reply, chosen) & (says != UNKNOWN)
        return LogisticRegression(C=STRENGTH, max_iter=300, solver="liblinear").fit(
            self.rows[rows], says[rows], sample_weight=self.weight[rows]
        )

    def best(self, model: LogisticRegression, replies: int) -> Column:
        """For each reply the score of its best sentence."""
        found = np.full(replies, -NEVER)
        np.maximum.at(found, self.reply, model.decision_function(self.rows))
        return found


def _said(one: Example, code: str, many: int) -> Column:
    """Which sentences of a reply say a code; of a reply that was labelled as a whole only whether none does."""
    if one.spans is None:
        return np.full(many, UNKNOWN if code in one.codes else 0)
    return np.array([int(code in one.spans.get(place, ())) for place in range(1, many + 1)], dtype=int)


def fit(known_replies: Sequence[Example], more: Sequence[Example]) -> Weights:
    """Weights learned from all of the examples, and thresholds set on scores that did not see the reply's company.

    `more` are of our own writing and labelled as a whole: they show what a good letter is not to be blamed for.
    """
    examples = [*known_replies, *more]
    both = [*views(examples, with_customer=True), *views(examples, with_customer=False)]
    doubled = [*examples, *examples]
    sights = [sight for sight, _codes in both]
    bags = Bags(doubled, sights, known(doubled, sights))
    unseen = {code: np.zeros(len(doubled)) for code in bags.says}
    for learn, hold in GroupKFold(FOLDS).split(doubled, groups=[one.company for one in doubled]):
        for code, scores in unseen.items():
            scores[hold] = bags.best(bags.fit(code, learn), len(doubled))[hold]
    models = {code: bags.fit(code, np.arange(len(doubled))) for code in bags.says}
    add, drop = thresholds(known_replies, [found for _sight, found in both[: len(known_replies)]], unseen)
    return Weights(
        sentence=_by_feature(bags.vectors.get_feature_names_out(), models),
        bias={code: round(float(model.intercept_[0]), 3) for code, model in models.items()},
        add=add, drop=drop,
    )  # fmt: skip


def _by_feature(features: Sequence[str], models: Mapping[str, LogisticRegression]) -> dict[str, dict[str, float]]:
    """The weights by feature, without those too small to matter."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for code, model in models.items():
        for feature, weight in zip(features, model.coef_[0], strict=True):
            if abs(weight) >= SMALLEST_WEIGHT:
                found[str(feature)][code] = round(float(weight), 2)
    return dict(found)


def cross_validated(examples: Sequence[Example], more: Sequence[Example]) -> list[frozenset[str]]:
    """The codes that weights find in each reply, with nothing learned or set on its company."""
    found = [frozenset[str]() for _one in examples]
    looks = views(examples, with_customer=True)
    for learn, hold in GroupKFold(FOLDS).split(examples, groups=[one.company for one in examples]):
        learned = fit([examples[index] for index in learn], more)
        for index in hold:
            found[index] = decided(*looks[index], learned)
    return found


def decided(sight: Sight, rules: frozenset[str], learned: Weights) -> frozenset[str]:
    """The codes of a reply: what a rule saw and is believed, and what only the weights saw."""
    scores = [scored(one, learned) for one in sight]
    best = {code: max((one[code] for one in scores), default=-NEVER) for code in learned.bias}
    kept = {code for code in rules if code not in learned.drop or best[code] >= learned.drop[code]}
    return frozenset(kept | {code for code, least in learned.add.items() if code not in rules and best[code] >= least})


def thresholds(
    examples: Sequence[Example], rules: Sequence[frozenset[str]], best: Mapping[str, Column]
) -> tuple[dict[str, float], dict[str, float]]:
    """From which score on a code is added, and below which a rule's hit falls: where F1 is best.

    Each figure is the mean of it and its neighbours, so that a lucky threshold of a scarce code is not taken.
    """
    add, drop = {}, {}
    for code, scores in best.items():
        score = scores[: len(examples)]
        truth = np.array([code in one.codes for one in examples])
        saw = np.array([code in found for found in rules])
        steps = np.unique(np.quantile(score, np.r_[np.linspace(0, 0.9, 46), np.linspace(0.9, 1, 31)]))
        highs, lows = np.r_[steps, NEVER], np.r_[-NEVER, steps]
        (kept, all_kept), (added, all_added) = (
            _counts(truth & saw, saw, score, lows),
            _counts(truth & ~saw, ~saw, score, highs),
        )
        figures = 2 * (kept[None] + added[:, None]) / (truth.sum() + all_kept[None] + all_added[:, None])
        around = np.pad(figures, 2, mode="edge")
        smooth = sum(around[r : r + len(highs), c : c + len(lows)] for r in range(5) for c in range(5))
        high, low = np.unravel_index(np.argmax(smooth), figures.shape)
        if highs[high] < NEVER:
            add[code] = round(float(highs[high]), 2)
        if lows[low] > -NEVER:
            drop[code] = round(float(lows[low]) - DOUBT, 2)
    return dict(sorted(add.items())), dict(sorted(drop.items()))


def _counts(right: Column, there: Column, score: Column, steps: Column) -> tuple[Column, Column]:
    """From each step on, how many are right, and how many there are."""
    return (
        np.array([(right & (score >= step)).sum() for step in steps]),
        np.array([(there & (score >= step)).sum() for step in steps]),
    )


def train(examples: Sequence[Example], more: Sequence[Example], *, language: str = "en") -> Path:
    """Learn from the examples and write the weights."""
    path = FOLDER / f"{language}.json"
    path.parent.mkdir(exist_ok=True)
    learned = asdict(fit(examples, more))
    path.write_text(json.dumps(learned, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n")
    return path
