"""The customer of a practice scene: bounds, ends, and what ends better than what."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makegood.conversation.coach import ELEMENTS, FAULTS
from makegood.practice.rules.checking import spoken
from makegood.practice.rules.engine import MOST_MOVES, Play, begin, run, step
from makegood.practice.rules.moves import Leave, Look, Move, Say, Wait, Word, read_moves, written
from makegood.practice.rules.reactions import EFFECTS
from makegood.practice.rules.scene_file import shipped
from makegood.practice.rules.standing import Step
from makegood.practice.rules.values import GRADES, End, Fit, Grade, Scene

SCENES = tuple(shipped().values())
WORST_FIRST = tuple(End)

plays = st.builds(Play, st.sampled_from(SCENES), st.sampled_from(GRADES), st.booleans())
scene_plays = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.id)


@st.composite
def moves(draw: st.DrawFn, scene: Scene) -> Move:
    kind = draw(st.sampled_from(("say", "say", "say", "look", "wait", "due", "leave")))
    if kind == "look":
        return Look(draw(st.sampled_from([one.id for one in scene.facts])))
    if kind in {"wait", "due"}:
        return Wait(minutes=draw(st.integers(0, 3000)), until_due=kind == "due")
    if kind == "leave":
        return Leave()
    codes = draw(st.lists(st.sampled_from((*ELEMENTS, *FAULTS)), max_size=6))
    option = draw(st.sampled_from(["", *(one.id for one in scene.options)]))
    said = spoken(*codes, give=option)
    words = draw(st.lists(st.builds(Word, minutes=st.integers(1, 20000), contact=st.booleans()), max_size=2))
    return Say(text=said.text, marks=said.marks, give=option, promises=tuple(words))


@st.composite
def games(draw: st.DrawFn) -> tuple[Play, list[Move]]:
    play = draw(plays)
    return play, draw(st.lists(moves(play.scene), max_size=MOST_MOVES + 4))


@settings(max_examples=300, deadline=None)
@given(games())
def test_feelings_stay_in_their_bounds_and_nothing_moves_without_a_reason(game: tuple[Play, list[Move]]) -> None:
    play, made = game
    steps = run(play, made)
    for one in steps:
        feeling = one.after.feeling
        assert all(0 <= value <= 100 for value in (feeling.trust, feeling.anger, feeling.effort))
        for name in ("trust", "anger", "effort"):
            moved = sum(getattr(shift, name) for shift in one.shifts)
            assert getattr(one.before.feeling, name) + moved == getattr(feeling, name)
        assert all(shift.why and shift.source and shift.cause in EFFECTS for shift in one.shifts)
        assert one.after.minute >= one.before.minute


@settings(max_examples=200, deadline=None)
@given(games())
def test_the_same_moves_give_the_same_answers_and_can_be_written_down(game: tuple[Play, list[Move]]) -> None:
    play, made = game
    assert run(play, made) == run(play, made) == run(play, read_moves(written(move) for move in made))


@settings(max_examples=200, deadline=None)
@given(plays, st.data())
def test_every_scene_ends(play: Play, data: st.DataObject) -> None:
    standing = begin(play)
    for _each in range(MOST_MOVES):
        if standing.end:
            break
        standing = step(play, standing, data.draw(moves(play.scene))).after
    assert standing.end
    assert step(play, standing, Leave()).after == standing


def perfect(play: Play, *, role_best: bool = True) -> tuple[Step, ...]:
    """Every step in the order of the guide, a word when it was promised, what fits, and the question at the end."""
    fitting = [one for one in play.scene.options if one.fit is Fit.FULL and play.may(one)]
    best = next((one for one in fitting if one.remarkable and role_best), fitting[0])
    other = next(one for one in play.scene.options if one.fit is Fit.FULL and one.id != best.id)
    return run(play, [
        spoken("own", "listen"),
        spoken("empathise", "apologise"),
        spoken("repair", "when", call_in=min(20, play.scene.answer_within)),
        Wait(until_due=True),
        spoken("own", "listen", "empathise", "apologise", "repair", "when", "ask", give=best.id),
        spoken("own", "listen", "empathise", "apologise", "repair", "ask", give=other.id),
        spoken("ask"),
        Leave(),
    ])  # fmt: skip


def worth(steps: tuple[Step, ...]) -> tuple[int, int]:
    last = steps[-1].after
    assert last.end
    return WORST_FIRST.index(last.end), last.feeling.trust - last.feeling.anger


@scene_plays
@pytest.mark.parametrize("role", GRADES)
@pytest.mark.parametrize("second", [False, True])
def test_a_perfect_recovery_ends_better_than_the_bare_apology_and_never_worse_than_silence(
    scene: Scene, role: Grade, second: bool
) -> None:
    play = Play(scene, role, second)
    good = worth(perfect(play))
    assert good > worth(run(play, [spoken("apologise"), Leave()]))
    assert good > worth(run(play, [spoken("apologise"), spoken("apologise"), spoken("apologise"), Leave()]))
    assert good >= worth(run(play, [Wait(minutes=2000), Leave()]))
    assert WORST_FIRST[good[0]] in {End.CONTENT, End.DELIGHTED}


@scene_plays
def test_silence_loses_them_and_a_second_sorry_does_more_harm_than_the_first(scene: Scene) -> None:
    play = Play(scene)
    assert run(play, [Wait(minutes=2000)])[-1].after.end is End.LOST
    once, twice = (run(play, [spoken("apologise")] * times)[-1].after.feeling for times in (1, 2))
    assert twice.trust < once.trust


@scene_plays
def test_the_order_of_the_steps_matters_as_the_scene_says(scene: Scene) -> None:
    for rule in scene.order:
        option = next(one.id for one in scene.options if one.fit is Fit.FULL)
        before = [spoken(give=option)] if rule.then == "ask" else []
        others = before + [
            spoken(one.first) for one in scene.order if one.then == rule.then and one.first != rule.first
        ]
        first, then = spoken(rule.first), spoken(give=option) if rule.then == "give" else spoken(rule.then)
        right = run(Play(scene), [*others, first, then])
        wrong = run(Play(scene), [*others, then, first])
        assert worth_of(right) > worth_of(wrong)
        assert wrong[len(others)].says == rule.says


def worth_of(steps: tuple[Step, ...]) -> int:
    feeling = steps[-1].after.feeling
    return feeling.trust - feeling.anger


def test_a_word_that_was_promised_must_come_in_time() -> None:
    play = Play(shipped()["silent-alarm"])
    said = spoken("own", "apologise", "repair", "when", call_in=20)
    kept = run(play, [said, Wait(until_due=True), spoken("repair")])
    late = run(play, [said, Wait(minutes=40), spoken("repair")])
    assert "promise-kept" in [shift.cause for shift in kept[-1].shifts]
    assert "promise-broken" in [shift.cause for shift in late[1].shifts]
    assert late[-1].after.feeling.trust < kept[-1].after.feeling.trust - 20


def test_what_is_above_ones_authority_takes_time() -> None:
    scene = shipped()["late-unit"]
    asked = run(Play(scene, Grade.AGENT), [spoken("own", "listen", give="driver")])[-1]
    alone = run(Play(scene, Grade.LEAD), [spoken("own", "listen", give="driver")])[-1]
    assert asked.after.minute == alone.after.minute + 10
    assert "waiting" in [shift.cause for shift in asked.shifts]


def test_a_deed_that_cannot_be_done_by_then_is_a_broken_promise_and_ends_in_doubt() -> None:
    play = Play(shipped()["late-unit"])
    said = spoken("own", "listen", "empathise", "apologise", "repair", "ask", give="next-branch")
    option = play.scene.option(said.give)
    assert option
    told = {}
    for name, word in {
        "late": Word(minutes=option.within - 5, contact=False),
        "done": Word(minutes=option.within, contact=False),
        "begun": Word(minutes=option.within - 5, contact=False, begins=True),
    }.items():
        words = Say(text=said.text, marks=said.marks, give=said.give, promises=(word,))
        told[name] = run(play, [words, Leave()])[-1]
    assert "deed-late" in [shift.cause for shift in told["late"].shifts]
    assert told["late"].after.end in {End.DOUBTFUL, End.LOST}
    for name in ("done", "begun"):
        assert "deed-late" not in [shift.cause for shift in told[name].shifts]
        assert told[name].after.feeling.trust > told["late"].after.feeling.trust + 20


def test_what_is_only_said_to_begin_is_broken_when_nothing_was_given() -> None:
    play = Play(shipped()["late-unit"])
    said = spoken("own", "listen", "apologise", "repair")
    words = Say(text=said.text, marks=said.marks, promises=(Word(minutes=20, contact=False, begins=True),))
    assert "deed-late" in [shift.cause for shift in run(play, [words, Leave()])[-1].shifts]


def test_the_second_failure_undoes_what_was_solved() -> None:
    play = Play(shipped()["late-unit"], second=True)
    steps = run(play, [spoken("own", "listen"), spoken("apologise", give="larger"), spoken("when"), spoken("ask")])
    assert [shift.cause for shift in steps[2].shifts][-1] == "second-failure"
    assert steps[2].says == play.scene.second.says if play.scene.second else False
    assert steps[1].after.solved
    assert not steps[2].after.solved


@settings(max_examples=150, deadline=None)
@given(plays, st.integers(1, 4000), st.integers(0, 6))
def test_however_long_the_silence_and_however_often_sorry_is_said_a_recovery_is_better(
    play: Play, minutes: int, sorry: int
) -> None:
    good = worth(perfect(play))
    assert good > worth(run(play, [*[spoken("apologise")] * sorry, Wait(minutes=minutes), Leave()]))
    assert good > worth(run(play, [Wait(minutes=minutes), *[spoken("apologise")] * sorry, Leave()]))


@scene_plays
def test_every_scene_says_what_comes_first(scene: Scene) -> None:
    assert scene.order


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SCENES), st.permutations(("own", "listen", "empathise", "apologise", "give")))
def test_no_order_of_the_steps_is_better_than_the_guides(scene: Scene, order: list[str]) -> None:
    option = next(one.id for one in scene.options if one.fit is Fit.FULL)

    def said(steps: list[str]) -> tuple[Step, ...]:
        return run(Play(scene), [spoken(give=option) if one == "give" else spoken(one) for one in steps])

    assert worth_of(said(["own", "listen", "empathise", "apologise", "give"])) >= worth_of(said(order))
