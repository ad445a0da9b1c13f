"""What the coach reads out of a whole text, and that no text makes it stumble."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.conversation.coach import ELEMENTS, Context, read, rulebook

# Words that the rules listen for, so that random texts say something.
PARTS = [line for rule in rulebook("en").rules for line in (*rule.yes, *rule.no)]
TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=8).map(" ".join),
    st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=40)), max_size=8).map("\n".join),
)
# What somebody says who means it, in words that companies seldom write: the element, and one sentence that has it.
PLAIN = [
    line.split("\t") for line in Path(__file__).with_name("coach_plain.tsv").read_text(encoding="utf-8").splitlines()
]
CUSTOMER = "You never rang me. There is nothing we can do, they said. Please mail us! Sorry for any inconvenience."

# The five steps of article 3, said in our own words: with a recovery system, and without one.
WITH = (
    "Let me look into this right away. I am going to work on finding your unit, so that you have it today.",
    "What do you need it for today?",
    "You have every right to be upset. This holds up your whole crew. I would be upset, too.",
    "I take full responsibility. This is not acceptable, and I am sincerely sorry.",
    "This is what I am going to do: I will drive a unit from our second depot to your site by two.",
)
WITHOUT = (
    "I'm sorry. The carrier has not come yet.",
    "Could you check back in an hour? It should be here by then.",
    "Please check back in an hour.",
    "I'm sorry. I wish there was something I could do.",
)


def test_the_dialogue_with_a_system_has_all_steps_and_no_fault() -> None:
    for turn in (*WITH, " ".join(WITH)):
        assert [one.words for one in read(turn).faults] == []
    assert read(" ".join(WITH)).codes >= {"own", "listen", "empathise", "apologise", "repair", "when"}


@pytest.mark.parametrize(("element", "sentence"), PLAIN)
def test_plain_words_are_heard(element: str, sentence: str) -> None:
    assert element in read(sentence).codes


@pytest.mark.parametrize(
    "turn",
    [
        "This is not acceptable, and I sincerely apologize.",
        "This is not acceptable, and I sincerely apologise. Now, this is what I am going to do to resolve it.",
        "I take full responsibility. Now, this is what I am going to do to resolve this issue.",
    ],
)
def test_words_that_own_it_or_announce_the_step_are_no_formula(turn: str) -> None:
    assert read(f"{turn} We bring you a unit from our second depot by two today.").faults == ()


def test_the_dialogue_without_one_is_named_for_what_it_is() -> None:
    assert read(" ".join(WITHOUT)).codes >= {"blames-colleague", "hands-back", "dead-end"}
    assert {one.code for one in read(WITHOUT[0]).faults} >= {"blames-colleague"}
    assert {one.code for one in read(WITHOUT[1]).faults} == {"hands-back"}
    assert {one.code for one in read(WITHOUT[3]).faults} == {"dead-end"}


def test_a_finding_says_where_and_why_and_what_instead() -> None:
    text = "Dear Ms Okafor,\n\nsorry for any inconvenience.\n"
    one = next(one for one in read(text).faults if one.code == "conditional-apology")
    assert (one.line, one.column, one.words) == (3, 1, "sorry for any")
    assert text[one.start : one.end] == one.words
    assert one.rule == "sorry-if"
    assert "Lewicki" in one.why
    assert one.better


def test_quoted_words_greeting_and_signature_are_not_ours() -> None:
    ours = "Hello Ben,\n\nI have sent a new lamp today.\n\nBest regards\nHere to help you\n"
    assert read(f"{ours}\nOn Tuesday, Ben Hill wrote:\n{CUSTOMER}\n").clean
    assert read(f"> {CUSTOMER}\n{ours}").clean
    assert read(f"{ours}\n-----Original Message-----\n{CUSTOMER}\n").clean


def test_what_the_case_knows_lifts_or_adds_findings() -> None:
    assert "empty-promise" in read("We will do better.").codes
    assert "empty-promise" not in read("We will do better.", context=Context(improved=True)).codes
    assert "repeat-apology" not in read("I am sorry.").codes
    assert "repeat-apology" in read("I am sorry.", context=Context(apologies=1)).codes
    told = "We have refunded you."
    assert "unkept-fact" not in read(told).codes
    assert "unkept-fact" in read(told, context=Context(done=frozenset())).codes
    assert "unkept-fact" not in read(told, context=Context(done=frozenset({"refund"}))).codes


def test_a_time_makes_a_promise_a_dated_one() -> None:
    assert "undated-promise" in read("We will get back to you.").codes
    assert "undated-promise" not in read("We will get back to you by 5 pm.").codes


def test_a_denied_word_is_not_said() -> None:
    assert "own" in read("It was our mistake.").codes
    assert "own" not in read("It was not our mistake.").codes


def test_nothing_to_say_is_nothing_to_find() -> None:
    for empty in ("", " \n", "> only theirs\n", "…!?"):
        assert read(empty).findings == ()
        assert read(empty).missing == ()
    assert [gap.code for gap in read("The door is blue.").missing] == list(ELEMENTS)


@given(TEXTS, st.sampled_from([Context(), Context(apologies=2, done=frozenset(), customer_words=CUSTOMER)]))
def test_every_finding_lies_in_the_text_and_shows_its_words(text: str, context: Context) -> None:
    reading = read(text, context=context)
    for one in reading.findings:
        assert 0 <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == one.words
        assert text.count("\n", 0, one.start) == one.line - 1
        assert one.column == one.start - (text.rfind("\n", 0, one.start) + 1) + 1
    assert {gap.code for gap in reading.missing} & reading.codes == set()


@given(TEXTS)
def test_white_space_at_the_end_changes_nothing(text: str) -> None:
    assert read(text + " \n\n").findings == read(text).findings


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map(" ".join), st.sampled_from(PARTS))
def test_quoting_lines_adds_no_findings(text: str, theirs: str) -> None:
    quoted = "\n".join(f"> {line}" for line in theirs.splitlines())
    assert read(f"{text}\n\n{quoted}\n").findings == read(text).findings
