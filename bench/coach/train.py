"""Learns the coach's weights from labelled replies: `python -m bench.coach --train`.

Two steps, both logistic regression. A sentence model for each code: which sentence of a labelled reply says it is not
known, so the best-scoring one is taken, in turns (multiple-instance learning). Then a model of the whole text on the
best score of every code and on what the rules hit. Words that fewer than `COMPANIES` companies use are left out, and so
are names. Each reply is learned with and without its customer's words, since they are not always at hand.
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
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from bench.coach.labels import Example
from makegood.conversation.coach import ELEMENTS, FAULTS, Context
from makegood.conversation.coach.learned import FOLDER, Seen, Weights, probabilities, seen
from makegood.conversation.coach.reading import judged
from makegood.conversation.coach.rulebook import rulebook
from makegood.conversation.coach.sentences import sentences

# What only a case can tell is not in a text.
CODES = tuple(code for code in (*ELEMENTS, *FAULTS) if code not in {"repeat-apology", "unkept-fact"})
# How long reasons are is counted: the weights may doubt it, but a long letter is no long explanation.
NEVER_ADDED = "long-explanation"
# Who says that nothing can be done has said it, whatever else stands there.
NEVER_DROPPED = "dead-end"
LEAST, COMPANIES, TIMES = 10, 8, 5
TURNS, FOLDS, INNER = 2, 5, 3
# Each reply is there twice, so these are half of what one would take for each once.
STRENGTH_SENTENCE, STRENGTH_TEXT = 0.05, 0.05
# A reply of our own writing counts as a tenth of a real one: it shows words, not how often they come.
WRITTEN = 0.1
SMALLEST_WEIGHT = 0.05
Column = np.ndarray[Any, Any]
# Chances to try: from which on a code is added (at 2 never), below which a rule's hit falls.
HIGHS, LOWS = np.r_[2.0, np.arange(0.95, 0.49, -0.05)], np.arange(0.0, 0.56, 0.05)
_CAPITAL = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")
_WORD = re.compile(r"[a-z]+")


def views(examples: Sequence[Example], *, with_customer: bool) -> list[tuple[Seen, frozenset[str]]]:
    """The features of each reply, and the codes that the rules find."""
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


def known(examples: Sequence[Example], sights: Sequence[Seen]) -> frozenset[str]:
    """The features that enough companies use, without names."""
    leave, companies, times = names(one for one in examples if one.part != "written"), defaultdict(set), Counter[str]()
    for one, sight in zip(examples, sights, strict=True):
        if one.part == "written":
            continue
        for feature in {feature for features in sight.sentences for feature in features}:
            companies[feature].add(one.company)
            times[feature] += 1
    return frozenset(
        feature for feature in companies
        if ":" in feature or (
            len(companies[feature]) >= COMPANIES and times[feature] >= TIMES and not leave & set(feature.split())
        )
    )  # fmt: skip


class Bags:
    """Replies as rows of sentences: `of[i]` are the rows of reply i."""

    def __init__(self, sights: Sequence[Seen], features: frozenset[str], weight: Column) -> None:
        self.vectors = DictVectorizer()
        self.weight = weight
        rows: list[dict[str, int]] = []
        self.of: list[Column] = []
        for sight in sights:
            mine = [{key: 1 for key in one if key in features} for one in sight.sentences] or [{}]
            self.of.append(np.arange(len(rows), len(rows) + len(mine)))
            rows += mine
        self.rows = self.vectors.fit_transform(rows).tocsr()
        self.starts = np.array([mine[0] for mine in self.of])
        self.reply = np.repeat(np.arange(len(sights)), [len(mine) for mine in self.of])


def fit_sentences(bags: Bags, chosen: Column, there: Column, code: str) -> LogisticRegression:
    """Which sentences say a code, learned from which replies do."""
    without = np.flatnonzero(np.isin(bags.reply, chosen[~there]))
    having = [bags.of[index] for index in chosen[there]]
    column = bags.vectors.vocabulary_.get(f"C:{code}")
    score = bags.rows[:, column].toarray().ravel() if column is not None else np.zeros(bags.rows.shape[0])
    model = LogisticRegression(C=STRENGTH_SENTENCE, max_iter=300, solver="liblinear")
    picked = [rows[np.argmax(score[rows])] for rows in having if score[rows].max() > 0] or list(np.concatenate(having))
    for _turn in range(TURNS):
        rows = np.r_[picked, without]
        truth = np.r_[np.ones(len(picked)), np.zeros(len(without))]
        model.fit(bags.rows[rows], truth, sample_weight=bags.weight[bags.reply[rows]] * np.where(truth, 3.0, 1.0))
        score = model.decision_function(bags.rows)
        picked = [rows[np.argmax(score[rows])] for rows in having]
    return model


def best_scores(bags: Bags, model: LogisticRegression) -> Column:
    """For each reply the score of its best sentence."""
    return np.maximum.reduceat(model.decision_function(bags.rows), bags.starts)


def _logistic(strength: float, inputs: Any, there: Column, weight: Column) -> LogisticRegression:
    model = LogisticRegression(C=strength, max_iter=300, solver="liblinear")
    return model.fit(inputs, there, sample_weight=weight)


def fit(examples: Sequence[Example]) -> Weights:
    """Weights learned from all of the examples, and thresholds set on scores that did not see the reply's company."""
    both = [*views(examples, with_customer=True), *views(examples, with_customer=False)]
    doubled = [*examples, *examples]
    sights = [sight for sight, _codes in both]
    weight = np.array([WRITTEN if one.part == "written" else 1.0 for one in doubled])
    bags = Bags(sights, known(doubled, sights), weight)
    truth = {code: np.array([code in one.codes for one in doubled]) for code in CODES}
    codes = [code for code in CODES if truth[code].sum() >= 2 * LEAST]
    parts = list(GroupKFold(INNER).split(doubled, groups=[one.company for one in doubled]))
    # The text model must see scores as it will meet them: from models that did not learn from them.
    unseen = np.zeros((len(doubled), len(codes)))
    for learn, hold in parts:
        for column, code in enumerate(codes):
            sentence = fit_sentences(bags, learn, truth[code][learn], code)
            unseen[hold, column] = best_scores(bags, sentence)[hold]
    everyone = np.arange(len(doubled))
    of_text = DictVectorizer()
    whole = of_text.fit_transform([dict.fromkeys(sight.text, 1) for sight in sights])
    inputs = hstack([csr_matrix(unseen), whole]).tocsr()
    labels = [*(f"M:{code}" for code in codes), *of_text.get_feature_names_out()]
    sentences_of = {code: fit_sentences(bags, everyone, truth[code], code) for code in codes}
    texts = {code: _logistic(STRENGTH_TEXT, inputs, truth[code], weight) for code in codes}
    add, drop = thresholds(examples, [found for _sight, found in both], {
        code: _held_out(inputs, truth[code], weight, parts) for code in codes
    })  # fmt: skip
    names_of = bags.vectors.get_feature_names_out()
    return Weights(
        sentence=_by_feature(names_of, sentences_of), sentence_bias=_biases(sentences_of),
        text=_by_feature(labels, texts), text_bias=_biases(texts), add=add, drop=drop,
    )  # fmt: skip


def _held_out(inputs: Any, there: Column, weight: Column, parts: Iterable[tuple[Column, Column]]) -> Column:
    """How likely the code is in each reply, by text models that did not learn from its company."""
    likely = np.zeros(len(there))
    for learn, hold in parts:
        model = _logistic(STRENGTH_TEXT, inputs[learn], there[learn], weight[learn])
        likely[hold] = model.predict_proba(inputs[hold])[:, 1]
    return likely


def _biases(models: Mapping[str, LogisticRegression]) -> dict[str, float]:
    return {code: round(float(model.intercept_[0]), 3) for code, model in models.items()}


def _by_feature(features: Sequence[str], models: Mapping[str, LogisticRegression]) -> dict[str, dict[str, float]]:
    """The weights by feature, without those too small to matter."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for code, model in models.items():
        for feature, weight in zip(features, model.coef_[0], strict=True):
            if abs(weight) >= SMALLEST_WEIGHT:
                found[str(feature)][code] = round(float(weight), 2)
    return dict(found)


def chances(learned: Weights, sights: Sequence[Seen]) -> list[dict[str, float]]:
    """How likely each code is in each reply."""
    return [probabilities(learned, sight, _sentence_scores(learned, sight)) for sight in sights]


def _sentence_scores(learned: Weights, sight: Seen) -> list[dict[str, float]]:
    made = []
    for features in sight.sentences:
        totals = dict(learned.sentence_bias)
        for feature in features:
            for code, weight in learned.sentence.get(feature, {}).items():
                totals[code] += weight
        made.append(totals)
    return made


def cross_validated(examples: Sequence[Example], more: Sequence[Example]) -> list[frozenset[str]]:
    """The codes that weights find in each reply, with nothing learned or set on its company; `more` is learned too."""
    found = [frozenset[str]() for _one in examples]
    looks = views(examples, with_customer=True)
    for learn, hold in GroupKFold(FOLDS).split(examples, groups=[one.company for one in examples]):
        learned = fit([*(examples[index] for index in learn), *more])
        for index, chance in zip(hold, chances(learned, [looks[index][0] for index in hold]), strict=True):
            found[index] = decided(looks[index][1], chance, learned)
    return found


def decided(rules: frozenset[str], chance: Mapping[str, float], learned: Weights) -> frozenset[str]:
    """The codes of a reply: what a rule saw and is believed, and what only the weights saw."""
    kept = {code for code in rules if chance.get(code, 1.0) >= learned.drop.get(code, 0.0)}
    return frozenset(kept | {code for code in chance if code not in rules and chance[code] >= learned.add.get(code, 2)})


def thresholds(
    examples: Sequence[Example], rules: Sequence[frozenset[str]], likely: Mapping[str, Column]
) -> tuple[dict[str, float], dict[str, float]]:
    """From which chance on a code is added, and below which a rule's hit falls: where F1 of real replies is best.

    Each figure is the mean of it and its neighbours, so that a lucky threshold of a scarce code is not taken.
    """
    add, drop = {}, {}
    real = np.flatnonzero([one.part != "written" for one in examples])
    for code, chance in likely.items():
        truth = np.array([code in examples[index].codes for index in real])
        saw = np.array([code in rules[index] for index in real])
        highs = np.array([2.0]) if code == NEVER_ADDED else HIGHS
        lows = LOWS[:1] if code == NEVER_DROPPED else LOWS
        tried = np.array([[_f1(truth, (saw & (chance[real] >= low)) | (~saw & (chance[real] >= high)))
                           for low in lows] for high in highs])  # fmt: skip
        around = np.pad(tried, 1, mode="edge")
        smooth = sum(
            around[row : row + len(highs), column : column + len(lows)] for row in range(3) for column in range(3)
        )
        best = np.unravel_index(np.argmax(smooth), tried.shape)
        add[code], drop[code] = round(float(highs[best[0]]), 2), round(float(lows[best[1]]), 2)
    return dict(sorted(add.items())), dict(sorted(drop.items()))


def _f1(truth: Column, said: Column) -> float:
    return float(2 * (truth & said).sum() / max(1, truth.sum() + said.sum()))


def train(examples: Sequence[Example], more: Sequence[Example], *, language: str = "en") -> Path:
    """Learn from the examples and those of our own writing, and write the weights."""
    path = FOLDER / f"{language}.json"
    path.parent.mkdir(exist_ok=True)
    learned = asdict(fit([*examples, *more]))
    path.write_text(json.dumps(learned, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n")
    return path
