"""The coach's rules: each finds the lines that it should and leaves the lines that it should not."""

from __future__ import annotations

from pathlib import Path

import pytest

from makegood.conversation.coach import ELEMENTS, FAULTS, Context, languages, rulebook
from makegood.conversation.coach.reading import judged
from makegood.conversation.coach.rulebook import Rule, load
from makegood.conversation.coach.sentences import sentences
from makegood.kernel.refusals import Refusal

RULES = [(language, rule) for language in languages() for rule in rulebook(language).rules]
ADVICE = '{source: paper, why: "Because.", better: "Better."}'
CODES = "".join(f"  {code}: {ADVICE}\n" for code in (*ELEMENTS, *FAULTS))
SMALLEST = """
language: en
sources: {paper: "A paper"}
frame:
  greeting: ["hi,"]
  sign_off: ["bye"]
  quotation: ["on .* wrote:"]
  abbreviations: [mr]
  commonplace: [have]
  praise: ["glad"]
  negation: ["not"]
lists: {we: ["we", "i"]}
codes:
CODES
rules:
  - rule: ours
    code: own
    any: ["{we} failed"]
    yes: ["We failed.", "I failed.", "We failed you.", "So we failed.", "We failed here."]
    no: ["You failed.", "We won.", "It works.", "They failed.", "Done."]
""".replace("CODES\n", CODES)


def found(language: str, line: str, customer: str) -> set[str]:
    """The rules that hit a line, of a case that shows nothing as done and one apology before."""
    book = rulebook(language)
    context = Context(apologies=1, done=frozenset(), customer_words=customer)
    return {hit.rule.id for hit in judged(book, sentences(line, book.frame), context)}


@pytest.mark.parametrize(("language", "rule"), RULES, ids=[f"{language}-{rule.id}" for language, rule in RULES])
def test_a_rule_finds_what_it_should_and_nothing_else(language: str, rule: Rule) -> None:
    missed = [line for line in rule.yes if rule.id not in found(language, line, rule.customer)]
    wrong = [line for line in rule.no if rule.id in found(language, line, rule.customer)]
    assert (missed, wrong) == ([], [])
    assert len(rule.yes) >= 5
    assert len(rule.no) >= 5


@pytest.mark.parametrize("language", languages())
def test_every_code_has_a_rule_and_says_why(language: str) -> None:
    book = rulebook(language)
    assert {rule.code for rule in book.rules} == {*ELEMENTS, *FAULTS}
    for rule in book.rules:
        assert rule.why.endswith(").")
        assert rule.better
    assert set(book.advice) == {*ELEMENTS, *FAULTS}


def written(folder: Path, text: str) -> Path:
    path = folder / "en.yaml"
    path.write_text(text)
    return path


def test_the_smallest_file_is_a_rulebook(tmp_path: Path) -> None:
    book = load(written(tmp_path, SMALLEST))
    assert [rule.id for rule in book.rules] == ["ours"]
    assert book.rules[0].why == "Because (A paper)."


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ('any: ["{we} failed"]', 'any: ["{they} failed"]', "there is no list `they` above it"),
        ('any: ["{we} failed"]', 'any: ["(we"]', "this is not a pattern"),
        ('any: ["{we} failed"]', "check: no-step\n    any: [a]", "write either `any`, the patterns, or `check`"),
        ("code: own", "code: owns", "'owns' is not one of own, listen"),
        ('"Done."]', "]", "`no` needs at least 5 lines, there are 4"),
        ("source: paper", "source: rumour", "'rumour' is not one of paper"),
        ("code: own", "codes: own", "there is no such key. Did you mean `code`?"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_line(tmp_path: Path, was: str, becomes: str, says: str) -> None:
    with pytest.raises(Refusal, match="line") as refused:
        load(written(tmp_path, SMALLEST.replace(was, becomes, 1)))
    assert refused.value.code == "coach_rules.invalid"
    assert says in refused.value.message


def test_two_rules_of_one_name_are_refused(tmp_path: Path) -> None:
    head, rules = SMALLEST.split("rules:\n")
    with pytest.raises(Refusal, match="two rules are called `ours`"):
        load(written(tmp_path, f"{head}rules:\n{rules}{rules}"))


def test_a_region_reads_as_its_language_and_an_unknown_one_is_refused() -> None:
    assert rulebook("en-GB") is rulebook("en_US") is rulebook("EN")
    with pytest.raises(Refusal, match="It reads: ") as refused:
        rulebook("tlh")
    assert refused.value.code == "coach.language"
