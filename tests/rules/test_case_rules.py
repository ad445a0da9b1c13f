"""Stage, outcome and what stands in the way are read off what happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.cases.rules import (
    AFTER_THE_CLOSE,
    UNDOABLE,
    Answer,
    Do,
    Outcome,
    Stage,
    Step,
    Story,
    allowed,
    names_in,
    obstacles_to_closing,
    outcome_of,
    stage_of,
    undo_obstacle,
    unreached,
    wants_case,
    was_mistaken,
)
from makegood.people.rules import Role, Scope
from makegood.promises.rules import Moved, State

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NEW = Story(
    taken_at=None, closed_at=None, reopened=False, steps=frozenset(), commitments_open=0, commitments_broken=0,
    promised=False, answers=(), has_cause=False, has_cause_finder=False, awaits_take_in_charge=False,
)  # fmt: skip
stories = st.builds(
    Story,
    taken_at=st.none() | st.just(NOW),
    closed_at=st.none(),
    reopened=st.booleans(),
    steps=st.frozensets(st.sampled_from(Step)),
    commitments_open=st.integers(0, 2),
    commitments_broken=st.integers(0, 2),
    promised=st.booleans(),
    answers=st.lists(st.sampled_from(Answer), max_size=4).flatmap(
        lambda given: st.sampled_from([tuple(given), (*given, None)])
    ),
    has_cause=st.booleans(),
    has_cause_finder=st.booleans(),
    awaits_take_in_charge=st.booleans(),
)


@given(stories)
def test_a_case_closes_exactly_when_everything_is_done(story: Story) -> None:
    done = (
        outcome_of(story) is not None
        and not story.commitments_open
        and not story.commitments_broken
        and (story.has_cause or story.has_cause_finder)
    )
    assert (obstacles_to_closing(story) == ()) == done


@given(stories)
def test_every_obstacle_has_its_own_code_and_a_whole_sentence(story: Story) -> None:
    found = obstacles_to_closing(story)
    assert len({one.code for one in found}) == len(found)
    assert all(not one.sentence[0].islower() and one.sentence.endswith(".") for one in found)
    assert "case.closed" in {one.code for one in obstacles_to_closing(replace(story, closed_at=NOW))}


@given(stories)
def test_the_last_word_decides_the_outcome(story: Story) -> None:
    given_answers = [answer for answer in story.answers if answer]
    outcome = outcome_of(story)
    if not given_answers:
        assert outcome is None
    elif given_answers[-1] is Answer.SATISFIED:
        more = story.reopened or Answer.MORE in given_answers
        assert outcome is (Outcome.SATISFIED_AFTER_MORE if more else Outcome.SATISFIED)
    elif given_answers[-1] is Answer.MORE or given_answers[-1] is Answer.NOT_REACHED:
        assert outcome is None
    elif given_answers[-1] is Answer.UNREACHABLE:
        assert outcome is Outcome.UNREACHABLE


@given(st.lists(st.sampled_from([*Answer, None])))
def test_tries_are_counted_from_the_last_word(answers: list[Answer | None]) -> None:
    given_answers = [answer for answer in answers if answer]
    many = unreached(answers)
    assert given_answers[len(given_answers) - many :] == [Answer.NOT_REACHED] * many
    assert given_answers[: len(given_answers) - many][-1:] != [Answer.NOT_REACHED]


@pytest.mark.parametrize(
    ("story", "stage"),
    [
        (NEW, Stage.NEW),
        (replace(NEW, taken_at=NOW), Stage.CONTACT),
        (replace(NEW, steps=frozenset({Step.LISTEN})), Stage.CONTACT),
        (replace(NEW, promised=True), Stage.PUTTING_RIGHT),
        (replace(NEW, answers=(None,)), Stage.CONFIRMING),
        (replace(NEW, promised=True, answers=(Answer.MORE,)), Stage.PUTTING_RIGHT),
        (replace(NEW, answers=(Answer.SATISFIED,)), Stage.LEARNING),
        (replace(NEW, answers=(Answer.SATISFIED,), closed_at=NOW), Stage.CLOSED),
    ],
)
def test_the_stage_is_read_off(story: Story, stage: Stage) -> None:
    assert stage_of(story) is stage


@given(stories, st.sampled_from(Role), st.booleans())
def test_nobody_is_offered_what_is_not_there(story: Story, role: Role, mine: bool) -> None:
    scope = Scope(role, 1, None)
    offered = allowed(story, scope=scope, owner_id=1 if mine else 2, offered_to_id=None, drawn_in=False)
    assert (offered == ()) == (role in {Role.ANALYST, Role.PROCESS_OWNER})
    assert Do.ACCEPT not in offered
    assert Do.CLOSE not in offered  # the room of follow-ups says so, once it has asked every room


moves = st.builds(
    Moved,
    promise_id=st.just(1), customer_id=st.just(1), kind_id=st.just(1), title=st.just("Six pieces"),
    owner_id=st.none(), due_at=st.just(NOW), breaks_at=st.just(NOW),
    forecast_at=st.none() | st.sampled_from([NOW - timedelta(hours=1), NOW + timedelta(hours=1)]),
    kept_at=st.none(), before=st.none() | st.sampled_from(State), after=st.sampled_from(State),
    opens_case=st.booleans(), inside_case=st.booleans(), severity=st.just(2), team_id=st.none(),
    role=st.just("agent"),
)  # fmt: skip


@given(moves)
def test_no_move_both_wants_a_case_and_takes_one_back(move: Moved) -> None:
    assert not (wants_case(move) and was_mistaken(move) and move.before is not State.AT_RISK)


@given(moves)
def test_a_case_is_wanted_for_what_failed_or_is_foretold_to(move: Moved) -> None:
    if wants_case(move):
        assert move.opens_case
        assert not move.inside_case
        assert move.after in {State.BROKEN, State.KEPT_LATE} or move.forecast_is_late


@pytest.mark.parametrize(
    ("before", "after", "mistaken"),
    [
        (State.BROKEN, State.KEPT, True),
        (State.KEPT_LATE, State.KEPT, True),
        (State.BROKEN, State.WITHDRAWN, True),
        (State.AT_RISK, State.KEPT, True),
        (State.AT_RISK, State.OPEN, True),
        (State.BROKEN, State.KEPT_LATE, False),
        (State.BROKEN, State.RELEASED, False),
        (State.AT_RISK, State.WITHDRAWN, False),
        (State.OPEN, State.AT_RISK, False),
        (State.KEPT, State.KEPT_LATE, False),
        (None, State.BROKEN, False),
    ],
)
def test_what_was_a_mistake(before: State | None, after: State, mistaken: bool) -> None:
    move = Moved(
        promise_id=1, customer_id=1, kind_id=1, title="Six pieces", owner_id=None, due_at=NOW, breaks_at=NOW,
        forecast_at=None, kept_at=None, before=before, after=after, opens_case=True, inside_case=False, severity=2,
        team_id=None, role="agent",
    )  # fmt: skip
    assert was_mistaken(move) == mistaken


def test_a_closed_case_is_answered_explained_or_opened_again() -> None:
    closed = replace(NEW, closed_at=NOW, answers=(Answer.SATISFIED,), has_cause_finder=True)
    assert allowed(closed, scope=Scope(Role.AGENT, 1, None), owner_id=1, offered_to_id=None, drawn_in=False) == (
        Do.ANSWER,
        Do.CAUSE,
        Do.REOPEN,
    )


def test_a_persons_name_is_found_in_a_note() -> None:
    names = ["Marcus Bell", "Ana Lima", "Rose"]
    assert names_in("It was marcus  BELL again", names) == "Marcus Bell"
    assert names_in("The bell at Marcus Street rose", names) == ""


verbs = st.sampled_from([*UNDOABLE, "case.accepted", "case.taken_in_charge", "promise.kept", "case.opened"])


@given(verbs, st.frozensets(verbs), st.booleans(), st.booleans())
def test_what_stands_on_a_move_or_ended_with_it_keeps_it(
    verb: str, since: frozenset[str], closed: bool, told: bool
) -> None:
    data = {"before": {}, "row": 1, "text": "", "words": "", "channel": "", "promise": 7, "message": 5} if told else {}
    obstacle = undo_obstacle(verb, data, since, closed=closed, live={7})
    stands = told and verb in UNDOABLE and (not closed or verb in AFTER_THE_CLOSE) and not UNDOABLE[verb] & since
    assert (obstacle is None) == stands
    assert undo_obstacle(verb, data, since, closed=closed, live=set()) is not None


def test_no_move_of_a_promise_is_ever_taken_back() -> None:
    assert not [verb for verb in UNDOABLE if verb.startswith("promise.")]
