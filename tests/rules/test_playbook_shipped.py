"""The playbook that ships: the failures of the five stories find their options, in four languages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from makegood.remedies.rules.fit import FailureKind, RemedyKind, failure_kind
from makegood.remedies.rules.playbooks import Words, fill
from makegood.remedies.rules.playbooks_cost import Loss
from makegood.remedies.rules.playbooks_dump import dump
from makegood.remedies.rules.playbooks_file import (
    _ANSWER,
    _ASK,
    _COST,
    _LATE,
    _OPTION,
    _RULE,
    _STEP,
    _TOP,
    _WHEN,
    playbook_from,
    shipped,
)
from makegood.remedies.rules.playbooks_match import Situation, match

(BOOK,) = shipped()
OPTIONS = [(rule, option) for rule in BOOK.rules for option in rule.options]
LANGUAGES = {"en", "de", "es", "pt"}
KINDS = {"delivery", "callback", "appointment", "update", "refund", "repair"}


def said(promise: str, words: str, *, second: bool = False, worth: int = 300) -> Situation:
    return Situation(
        failure=failure_kind(promise=promise, words=words, second=second),
        promise=promise,
        double_deviation=second,
        repeat=2 if second else 1,
        words=words,
        loss=Loss(value=Decimal(worth), currency="GBP", late=timedelta(hours=3)),
    )


@pytest.mark.parametrize(
    ("situation", "rule", "options"),
    [
        (said("delivery", "Black trousers came, the wrong colour", worth=60), "wrong-goods", {"swap", "goes-with-it"}),
        (
            said("appointment", "The keys are locked in the car"),
            "stranded",
            {"driver", "right-by-tomorrow", "at-our-table"},
        ),
        (said("callback", "Nobody called about the alarm"), "silence", {"call-now", "come-today"}),
        (said("callback", "Nobody called again", second=True), "second-failure", {"in-person", "right-today"}),
        (said("delivery", "I need it at my job site"), "needed-today", {"answer-in-30", "fetch-it"}),
        (said("delivery", "Two pieces are on back-order"), "part-missing", {"bring-the-rest", "lend"}),
    ],
    ids=["blue trousers", "locked keys", "silent alarm", "silent alarm again", "late unit", "half the furniture"],
)
def test_each_story_finds_its_options(situation: Situation, rule: str, options: set[str]) -> None:
    found = match([BOOK], situation)
    assert found.rules[0].rule.rule == rule
    first = [offer for offer in found.offers if offer.rule == rule]
    assert options <= {offer.option.option for offer in first}
    assert first[0].matches
    assert first[0].follow_up


def test_a_frontline_person_may_do_all_that_the_locked_keys_need() -> None:
    found = match([BOOK], said("appointment", "The keys are locked in the car"))
    assert {offer.option.who.role for offer in found.offers if offer.rule == "stranded"} == {"agent"}


def test_whatever_happens_there_is_something_to_offer() -> None:
    for kind in FailureKind:
        found = match([BOOK], Situation(failure=kind))
        assert found.offers
        assert any(offer.option.remedy is RemedyKind.PERSONAL_CONTACT for offer in found.offers)


def every_text() -> list[Words]:
    texts = [text for _rule, option in OPTIONS for text in (option.title, option.words)]
    asks = [ask for rule in BOOK.rules for ask in rule.asks]
    return [*texts, *(ask.question for ask in asks), *(answer.says for ask in asks for answer in ask.answers)]


def test_every_word_for_a_customer_is_in_four_languages_and_leaves_the_same_open() -> None:
    for text in every_text():
        assert text.texts.keys() == LANGUAGES, text
        assert len({tuple(sorted(re.findall(r"{\w+}", said))) for said in text.texts.values()}) == 1, text
        assert "{" not in fill(text.in_("pt"), amount="5", by="9", customer="D")


def test_a_dated_word_has_its_promise() -> None:
    for rule, option in OPTIONS:
        assert option.commits is not None or "{by}" not in str(option.words), (rule.rule, option.option)
        assert option.commits is None or option.commits.promise in KINDS


def test_it_hedges_nothing_and_blames_nobody() -> None:
    for text in every_text():
        assert not re.search(r"\b(inconvenience|unfortunately|policy|try to|hope|supplier|forgive)\b", str(text)), text


def test_it_is_the_same_when_written_and_read_again() -> None:
    assert playbook_from(dump(BOOK)) == BOOK


def test_the_example_of_the_docs_does_what_they_say() -> None:
    page = (Path(__file__).parents[2] / "docs" / "playbooks.md").read_text()
    example, *_ = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    book, bought = playbook_from(example), said("delivery", "The trousers are the wrong colour", worth=60)
    found = match([book], bought)
    assert [ask.ask for ask in found.asks] == ["used", "in-stock"]
    assert [(offer.option.option, offer.cost, offer.share) for offer in found.offers] == [
        ("swap", 12, Decimal("0.2")), ("top", 6, Decimal("0.1")),
    ]  # fmt: skip
    none = match([book], replace(bought, answers={"in-stock": "no"}))
    assert [(offer.option.option, offer.source) for offer in none.offers] == [("top", "Mix & Match 2020")]
    assert none.left_out[0].why == "“Is the right one in stock?” was answered “no”."


def test_every_key_stands_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "playbooks.md").read_text()
    keys = {*_TOP, *_RULE, *_WHEN, *_ASK, *_ANSWER, *_STEP, *_OPTION, *_COST, *_LATE}
    words = {*FailureKind, *RemedyKind}
    assert [key for key in sorted(keys | words) if f"`{key}`" not in page and f"`{key}: " not in page] == []


def test_some_failures_are_answered_with_two_things_at_once_in_every_language() -> None:
    bundles = [(rule.rule, option) for rule, option in OPTIONS if option.also]
    assert {name for name, _ in bundles} >= {"part-missing", "late"}
    for _, option in bundles:
        assert [one.remedy for one in option.gives] == [RemedyKind.RE_PERFORMANCE, RemedyKind.GESTURE]
        for one in option.gives:
            assert one.title.texts.keys() == one.words.texts.keys() == LANGUAGES
