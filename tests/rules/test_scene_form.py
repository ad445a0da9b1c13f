"""A scene as a form: what is sent back as it was shown is the same scene, and what is missing is all named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.practice.rules import scene_form as form
from makegood.practice.rules.scene_file import is_name, scene_of, shipped, shipped_text

TYPED = st.dictionaries(
    st.sampled_from([*form.WORDS, *form.NUMBERS, *form.LINES, "options.0.label", "with.0.say", "facts.7.takes", "odd"]),
    st.text(max_size=40),
)


def shown(text: str) -> dict[str, str]:
    """Everything that the form shows of a scene, as a browser sends it."""
    tree = form.tree_of(text) or {}
    typed = {path: form.value(tree, path) for path in (*form.WORDS, *form.NUMBERS)}
    typed |= {path: form.lines(tree, path) for path in form.LINES}
    for key in form.ROWS:
        for place, row in enumerate(form.rows(tree, key)):
            typed |= {f"{key}.{place}.{one}": words for one, words in row.items()}
    return typed


@pytest.mark.parametrize("name", list(shipped()))
def test_what_is_sent_back_as_shown_is_the_same_scene(name: str) -> None:
    text = shipped_text(name)
    assert scene_of(form.filled(text, shown(text))) == scene_of(text)


def test_what_the_form_does_not_show_stays() -> None:
    text = shipped_text("blue-trousers")
    scene = scene_of(form.filled(text, {"happened": "They are green."}))
    assert scene.happened == "They are green."
    assert (scene.order, scene.second, scene.answers) == (
        scene_of(text).order, scene_of(text).second, scene_of(text).answers
    )  # fmt: skip


def test_a_row_more_gets_a_short_name_and_an_empty_one_is_gone() -> None:
    text = shipped_text("blue-trousers")
    typed = shown(text) | {"facts.2.label": "Ask the shop!", "facts.2.tells": "Shut.", "options.3.label": ""}
    scene = scene_of(form.filled(text, typed))
    assert scene.facts[2].id == "ask-the-shop"
    assert scene.option("voucher") is None


def test_of_an_empty_scene_everything_is_missing() -> None:
    missing = {one.path for one in form.faults(form.BLANK) if one.missing}
    assert set(form.WORDS) <= missing


@pytest.mark.parametrize(("path", "words", "place"), [
    ("options.1.within", "soon", "options.1.within"), ("options.1.who", "", "options.1"), ("level", "basc", "level"),
    ("customer.who", "", "customer.who"), ("with.0.look", "attic", "with.0"),
])  # fmt: skip
def test_a_fault_names_the_field_of_the_form(path: str, words: str, place: str) -> None:
    text = shipped_text("blue-trousers")
    first = form.faults(form.filled(text, shown(text) | {path: words}))[0]
    assert first.path == place
    assert first.missing or (first.line and first.why in first.sentence)


@given(TYPED)
def test_whatever_is_typed_can_be_read_again(typed: dict[str, str]) -> None:
    text = form.filled(form.BLANK, typed)
    tree = form.tree_of(text)
    assert tree is not None
    for path in form.WORDS:
        assert form.value(tree, path) == " ".join(typed.get(path, "").split())
    assert form.filled(text, typed) == text


@given(st.text(max_size=80))
def test_a_short_name_is_none_or_one(words: str) -> None:
    name = form.short_name(words)
    assert len(name) < 2 or is_name(name)
