"""Words to customers whom a cause failed: what is said, and that the coach has nothing against what is prepared."""

from __future__ import annotations

import pytest

from makegood.learning.rules.telling import (
    BRIEF,
    LANGUAGES,
    Facts,
    Left,
    Plight,
    brief_of,
    compose,
    faults,
    heard,
    left_out,
)

FACTS = Facts("Ruth", "Black trousers, size 40", "May 2026", "3 June 2026", True)
FINE = Plight(False, False, False, False, True, True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("held", [True, False])
def test_what_is_prepared_is_clean_and_says_what_is_so(language: str, held: bool) -> None:
    said = compose("Two colours never share a place", language, FACTS._replace(held=held))
    assert heard(language, said) == ()
    assert "Two colours never share a place. " in said
    for known in ("Ruth", FACTS.title, FACTS.when, FACTS.live):
        assert known in said
    assert "{" not in said
    assert compose("", language, FACTS) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_message_is_short(language: str) -> None:
    said = brief_of(language, FACTS._replace(title="Trousers " * 100))
    assert len(said) <= BRIEF
    assert heard(language, said) == ()
    assert FACTS.title in brief_of(language, FACTS)


def test_the_first_reason_stands() -> None:
    assert left_out(FINE) is None
    assert left_out(FINE._replace(reachable=False, unforgiving=True)) is Left.WILL_NOT_FORGIVE
    assert left_out(FINE._replace(case_open=True, unforgiving=True)) is Left.CASE_OPEN
    assert left_out(FINE._replace(in_peace=True, has_words=False)) is Left.IN_PEACE
    assert left_out(FINE._replace(told_already=True)) is Left.TOLD_ALREADY
    assert left_out(FINE._replace(reachable=False)) is Left.NO_WAY_TO_REACH
    assert left_out(FINE._replace(has_words=False)) is Left.NO_WORDS


def test_words_that_blame_are_no_words_to_customers() -> None:
    assert [one.code for one in faults("en", "You gave us the wrong size, and we ask again now")] == ["telling.blames"]
    assert [one.code for one in faults("xx", "So")] == ["telling.unknown_language"]
    assert [one.code for one in faults("en", "x" * 601)] == ["telling.too_long"]
    assert not list(faults("pt", "Duas cores nunca ficam juntas"))
