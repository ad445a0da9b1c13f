"""What there is to heed about words that were spoken already."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makegood.cases.rules import CONVERSATION
from makegood.remedies.rules.spoken import of_call, of_step
from tests.factories import NOW


@pytest.mark.parametrize(
    ("step", "words", "code"),
    [
        ("apologise", "I am sorry if you were upset.", "coach.conditional_apology"),
        ("own", "The driver forgot your parcel.", "coach.blames_colleague"),
        ("refocus", "I will get back to you as soon as possible.", "coach.undated_promise"),
        ("refocus", "What would you like me to do?", "coach.asks_customer_to_solve"),
    ],
)
def test_what_can_still_be_set_right_is_named(step: str, words: str, code: str) -> None:
    assert code in [one.code for one in of_step(step, words, language="en")]


def test_what_is_well_said_heard_or_not_read_passes() -> None:
    assert of_step("refocus", "I bring it myself by 5 pm today.", language="en") == ()
    assert of_step("listen", "The driver forgot your parcel.", language="en") == ()
    assert of_step("agree", "The driver forgot your parcel.", language="en") == ()
    assert of_step("own", "The driver forgot your parcel.", language="pt") == ()


@given(st.text(max_size=200), st.sampled_from(list(CONVERSATION)), st.sampled_from(["en", "de", "es", "pt"]))
@settings(deadline=None)
def test_any_words_are_read(words: str, step: str, language: str) -> None:
    codes = [one.code for one in of_step(step, words, language=language)]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("words", "steps", "promised", "told"),
    [
        ("A new one goes out.", ["refocus"], False, True),
        ("A new one goes out.", ["refocus"], True, False),
        ("A new one goes out.", ["own"], False, False),
        ("A new one goes out on Friday.", ["refocus"], False, False),
        ("Ein neues geht am Freitag raus.", ["refocus"], False, False),
    ],
)
def test_a_call_about_what_comes_next_names_a_time(words: str, steps: list[str], promised: bool, told: bool) -> None:
    found = of_call(words, steps, promised=promised, language="de", zone=ZoneInfo("UTC"), now=NOW)
    assert bool(found) == told
