"""The scenes that ship: they can be played to every end, and in whatever words the articles' dialogues are said."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from makegood.kernel.refusals import Refusal
from makegood.practice.rules.checking import check
from makegood.practice.rules.engine import Play, begin
from makegood.practice.rules.hearing import hear, perform
from makegood.practice.rules.moves import Say
from makegood.practice.rules.reactions import EFFECTS
from makegood.practice.rules.review import dialogues, review
from makegood.practice.rules.scene_file import FOLDER, KEYS, scene_of, shipped, shipped_text
from makegood.practice.rules.values import End, Scene
from tests.rules.practising import dialogue, paraphrases

GOOD = {End.CONTENT, End.DELIGHTED}
STORIES = {"A0", "A1", "A2", "A3", "A4"}


def test_there_are_the_five_stories_and_ten_trades_more() -> None:
    assert {one.story for one in shipped().values() if one.story} == STORIES
    assert len(shipped()) >= 15
    assert {one.id for one in shipped().values()} == {path.stem for path in FOLDER.glob("*.yaml")}


@pytest.mark.parametrize("scene", list(shipped().values()), ids=lambda scene: scene.id)
def test_every_mood_and_end_is_reached_and_both_dialogues_end_as_they_should(scene: Scene) -> None:
    assert check(scene).wrong == ()


@pytest.mark.parametrize(("scene", "kind", "text"), list(paraphrases()))
def test_in_other_words_it_ends_the_same(scene: str, kind: str, text: str) -> None:
    steps = perform(Play(shipped()[scene]), dialogue(text))
    end = steps[-1].after.end
    assert end in GOOD if kind == "with" else end is End.LOST


def test_there_are_ten_paraphrases_of_each() -> None:
    stories = {one.id for one in shipped().values() if one.story}
    assert Counter((scene, kind) for scene, kind, _text in paraphrases()) == {
        (scene, kind): 10 for scene in stories for kind in ("with", "without")
    }


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("fits: full", "fits: fully", r"line \d+: `options\[1\]\.fits`: 'fully' is not one of full, part, none"),
        ("answer_within: 45 minutes", "answer_within: soon", r"line \d+: `answer_within`: a time such as"),
        ("tells: It is for", "tels: It is for", r"line \d+: `tels`: there is no such key\. Did you mean `tells`"),
        ("give: larger", "give: lager", r"line \d+: .*Did you mean `larger`"),
        ("trust: 35", "trust: 350", r"a number from 0 to 100"),
        ("remarkable: true", "remarkable: false", r"one option must be remarkable"),
        ("option: next-branch", "option: larger", r"`larger` is there twice"),
    ],
)
def test_a_mistake_is_told_by_file_and_line(old: str, new: str, told: str) -> None:
    text = shipped_text("late-unit")
    assert old in text
    with pytest.raises(Refusal, match=f"ours.yaml, .*{told}"):
        scene_of(text.replace(old, new, 1), "ours.yaml")


def test_what_cannot_be_played_is_found() -> None:
    text = shipped_text("late-unit")
    calm = check(scene_of(text.replace("anger: 58", "anger: 0")))
    assert "As agent they are never furious." in {one.sentence for one in calm.wrong}
    (bad,) = check(scene_of(text.replace("    give: larger\n", ""))).wrong
    assert bad.sentence == "The dialogue `with` does not end well, but lost."


def test_a_review_marks_the_words_and_gives_better_ones() -> None:
    text = shipped_text("late-unit")
    both, scene = dialogues(text), scene_of(text)
    bare = review(Play(scene), both.bare, both.lines)
    first = bare.turns[0]
    assert "".join(piece.words for piece in first.pieces) == first.text
    assert ("Could you check", "fault", "hands-back") in first.pieces
    assert [one.code for one in first.faults] == ["blames-colleague", "hands-back"]
    assert first.better in {line.text for line in both.lines}
    good = review(Play(scene), both.good, both.lines)
    assert good.missing == ()
    assert all(turn.better == "" for turn in good.turns)


def test_nobody_is_told_better_words_because_it_failed_a_second_time() -> None:
    scene = shipped()["silent-alarm"]
    play = Play(scene, second=True)
    *before, last = scene.good
    mine = last._replace(say="It is me, as I promised. Our technician is with you by 20:00. Is that right for you?")
    told = review(play, perform(play, [*before, mine]), dialogues(shipped_text(scene.id)).lines)
    (struck,) = [turn for turn in told.turns if any(shift.cause == "second-failure" for shift in turn.shifts)]
    assert struck.better == ""


def test_words_are_needed_and_not_too_many() -> None:
    play = Play(shipped()["late-unit"])
    for words, code in (("  ", "practice.no_words"), ("x" * 2001, "practice.too_long")):
        with pytest.raises(Refusal) as refused:
            hear(play, begin(play), words)
        assert refused.value.code == code
    with pytest.raises(Refusal) as refused:
        hear(play, begin(play), "Hello.", give="castle")
    assert refused.value.code == "practice.no_option"
    assert isinstance(hear(play, begin(play), "Hello."), Say)


def test_the_docs_tell_every_effect_and_every_key() -> None:
    told = (Path(__file__).parents[2] / "docs" / "practice.md").read_text()
    for cause, one in EFFECTS.items():
        row = f"| `{cause}` | {one.trust:+d} | {one.anger:+d} | {one.effort:+d} | {one.why} | {one.source} |"
        assert row in told
    assert [key for key in KEYS if f"`{key}`" not in told] == []
