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
from dataclasses import asdict, replace
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
LEAST, COMPANIES, TIMES = 10, 4, 5
TURNS, FOLDS, INNER = 3, 5, 3
STRENGTH_SENTENCE, STRENGTH_TEXT = 0.3, 0.3
SMALLEST_WEIGHT = 0.15
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
    leave, companies, times = names(examples), defaultdict(set), Counter[str]()
    for one, sight in zip(examples, sights, strict=True):
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

    def __init__(self, sights: Sequence[Seen], features: frozenset[str]) -> None:
        self.vectors = DictVectorizer()
        rows: list[dict[str, int]] = []
        self.of: list[np.ndarray[Any, Any]] = []
        for sight in sights:
            mine = [{key: 1 for key in one if key in features} for one in sight.sentences] or [{}]
            self.of.append(np.arange(len(rows), len(rows) + len(mine)))
            rows += mine
        self.rows = self.vectors.fit_transform(rows).tocsr()


def fit_sentences(bags: Bags, chosen: Sequence[int], there: np.ndarray[Any, Any], code: str) -> LogisticRegression:
    """Which sentences say a code, learned from which replies do."""
    mine = [bags.of[index] for index in chosen]
    others = np.concatenate([rows for rows, yes in zip(mine, there, strict=True) if not yes])
    having = [rows for rows, yes in zip(mine, there, strict=True) if yes]
    column = bags.vectors.vocabulary_.get(f"C:{code}")
    score = bags.rows[:, column].toarray().ravel() if column is not None else np.zeros(bags.rows.shape[0])
    model = LogisticRegression(C=STRENGTH_SENTENCE, max_iter=300, solver="liblinear")
    picked = [rows[np.argmax(score[rows])] for rows in having if score[rows].max() > 0] or list(np.concatenate(having))
    for _turn in range(TURNS):
        rows = np.concatenate([np.array(picked), others])
        truth = np.r_[np.ones(len(picked)), np.zeros(len(others))]
        model.fit(bags.rows[rows], truth, sample_weight=np.r_[np.full(len(picked), 3.0), np.ones(len(others))])
        score = model.decision_function(bags.rows)
        picked = [rows[np.argmax(score[rows])] for rows in having]
    return model


def best_scores(bags: Bags, model: LogisticRegression) -> np.ndarray[Any, Any]:
    """For each reply the score of its best sentence."""
    score = model.decision_function(bags.rows)
    return np.array([score[rows].max() for rows in bags.of])


def fit(examples: Sequence[Example]) -> Weights:
    """Weights learned from all of the examples; the thresholds are set by `thresholds`."""
    both = [*views(examples, with_customer=True), *views(examples, with_customer=False)]
    doubled = [*examples, *examples]
    sights = [sight for sight, _codes in both]
    features = known(doubled, sights)
    bags = Bags(sights, features)
    truth = {code: np.array([code in one.codes for one in doubled], int) for code in CODES}
    codes = [code for code in CODES if truth[code].sum() >= 2 * LEAST]
    companies = np.array([one.company for one in doubled])
    # The text model must see scores of sentences as it will meet them: from models that did not learn from them.
    unseen = np.zeros((len(doubled), len(codes)))
    for learn, hold in GroupKFold(INNER).split(doubled, groups=companies):
        for column, code in enumerate(codes):
            if truth[code][learn].sum():
                unseen[hold, column] = best_scores(bags, fit_sentences(bags, learn, truth[code][learn], code))[hold]
    everyone = range(len(doubled))
    models = {code: fit_sentences(bags, everyone, truth[code], code) for code in codes}
    names_of = bags.vectors.get_feature_names_out()
    of_text = DictVectorizer()
    whole = of_text.fit_transform([dict.fromkeys(sight.text, 1) for sight in sights])
    inputs = hstack([csr_matrix(unseen), whole]).tocsr()
    labels = [*(f"M:{code}" for code in codes), *of_text.get_feature_names_out()]
    texts = {
        code: LogisticRegression(C=STRENGTH_TEXT, max_iter=300, solver="liblinear").fit(inputs, truth[code])
        for code in codes
    }
    return Weights(
        sentence=_by_feature(names_of, models), sentence_bias=_biases(models),
        text=_by_feature(labels, texts), text_bias=_biases(texts), add={}, drop={},
    )  # fmt: skip


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


def cross_validated(examples: Sequence[Example]) -> list[dict[str, float]]:
    """How likely each code is in each reply, by weights that never saw its company."""
    found: list[dict[str, float]] = [{} for _one in examples]
    sights = [sight for sight, _codes in views(examples, with_customer=True)]
    companies = [one.company for one in examples]
    for learn, hold in GroupKFold(FOLDS).split(examples, groups=companies):
        learned = fit([examples[index] for index in learn])
        for index, chance in zip(hold, chances(learned, [sights[index] for index in hold]), strict=True):
            found[index] = chance
    return found


def decided(rules: frozenset[str], chance: Mapping[str, float], learned: Weights) -> frozenset[str]:
    """The codes of a reply: what a rule saw and is believed, and what only the weights saw."""
    kept = {code for code in rules if chance.get(code, 1.0) >= learned.drop.get(code, 0.0)}
    return frozenset(kept | {code for code in chance if code not in rules and chance[code] >= learned.add.get(code, 2)})


def thresholds(
    examples: Sequence[Example], rules: Sequence[frozenset[str]], chance: Sequence[Mapping[str, float]]
) -> tuple[dict[str, float], dict[str, float]]:
    """From which chance on a code is added, and below which a rule's hit falls: where F1 is best."""
    add, drop = {}, {}
    for code in {code for one in chance for code in one}:
        truth = np.array([code in one.codes for one in examples])
        saw = np.array([code in one for one in rules])
        likely = np.array([one.get(code, 0.0) for one in chance])
        highs = (2.0,) if code == NEVER_ADDED else np.arange(0.2, 0.96, 0.05)
        tried = [
            (_f1(truth, (saw & (likely >= low)) | (~saw & (likely >= high))), high, low)
            for high in highs for low in np.arange(0.0, 0.56, 0.05) if low <= high
        ]  # fmt: skip
        _best, add[code], drop[code] = (round(float(number), 2) for number in max(tried))
    return dict(sorted(add.items())), dict(sorted(drop.items()))


def _f1(truth: np.ndarray[Any, Any], said: np.ndarray[Any, Any]) -> float:
    return float(2 * (truth & said).sum() / max(1, truth.sum() + said.sum()))


def train(
    examples: Sequence[Example], *, keep: bool, language: str = "en"
) -> tuple[Path, Weights, list[dict[str, float]]]:
    """Learn from the examples, write the weights if they are to be kept, and give what cross-validation found."""
    chance = cross_validated(examples)
    rules = [codes for _sight, codes in views(examples, with_customer=True)]
    add, drop = thresholds(examples, rules, chance)
    path = FOLDER / f"{language}.json"
    if not keep:
        return path, Weights(sentence={}, sentence_bias={}, text={}, text_bias={}, add=add, drop=drop), chance
    learned = replace(fit(examples), add=add, drop=drop)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(asdict(learned), ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n")
    return path, learned, chance
