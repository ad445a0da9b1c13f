"""Scenes that a lead assigns: who may, how far each is, who reads what was played, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.notices.models import Notice
from makegood.people.models import Staff
from makegood.people.rules import Role, Scope
from makegood.practice import actions, queries
from makegood.practice.models import Assignment
from makegood.practice.rules.passing import Stage
from makegood.practice.rules.values import Grade
from tests.factories import NOW, Cast, make_cast
from tests.rooms.casework import Hand

pytestmark = pytest.mark.django_db
POOR = "Could you check back in an hour?"
FIRST = "I am sorry, Dana. We failed you. I will see this through myself. What do you need it for today?"
LAST = (
    "I understand how frustrating this is. I will load it with you by 10:30. Is that right for you, or is there "
    "something more?"
)
DUE = date(2026, 11, 27)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def scope(one: Staff) -> Scope:
    return Scope(Role(one.role), one.pk, one.team_id)


def assign(lead: Staff, *people: Staff, scenes: tuple[str, ...] = ("late-unit",), **fields: Any) -> tuple[int, ...]:
    asked: dict[str, Any] = {
        "role": Grade.AGENT,
        "second": False,
        "due_on": DUE,
        "why": "Late units are our week.",
    } | fields
    return actions.assign(people=[one.pk for one in people], scenes=scenes, **asked, **Hand(lead).at(NOW))


def play(one: Staff, number: int, *, well: bool) -> int:
    """A try at what was assigned, played to its end."""
    hand = Hand(one).at(NOW)
    run = actions.start_assigned(number, **hand)
    if well:
        actions.say(run, FIRST, **hand)
        actions.say(run, LAST, give="larger", **hand)
    else:
        actions.say(run, POOR, **hand)
        actions.leave(run, **hand)
    return run


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as no:
        act()
    return no.value.code


def test_a_lead_assigns_and_the_person_is_told(cast: Cast) -> None:
    assign(cast.lena, cast.mara, cast.tomas, scenes=("late-unit", "parcel"))
    mine = queries.my_assignments(scope(cast.mara), NOW)
    assert [(one.scene, one.due_on, one.stage) for one in mine] == [
        ("late-unit", DUE, Stage.NOT_BEGUN), ("parcel", DUE, Stage.NOT_BEGUN)
    ]  # fmt: skip
    told = Notice.objects.filter(staff=cast.mara, topic="practice.assigned")
    assert told.count() == 2
    assert "27 November 2026: Late units are our week." in told[0].words
    assert Entry.objects.filter(verb="practice.assigned").count() == 4


def test_asking_again_leaves_the_day_as_it_was(cast: Cast) -> None:
    assert len(assign(cast.lena, cast.mara)) == 1
    assert assign(cast.lena, cast.mara, due_on=date(2026, 12, 24)) == ()
    assert [one.due_on for one in queries.my_assignments(scope(cast.mara), NOW)] == [DUE]


def test_only_those_one_leads_and_only_what_makes_sense(cast: Cast) -> None:
    assert refused(lambda: assign(cast.mara, cast.tomas)) == "people.not_allowed"
    assert refused(lambda: assign(cast.anil, cast.tomas)) == "people.not_allowed"
    assert refused(lambda: assign(cast.lena, cast.stranger)) == "practice.not_led"
    assert refused(lambda: assign(cast.greta, cast.anil)) == "practice.not_led"
    assert refused(lambda: assign(cast.lena)) == "practice.nobody"
    assert refused(lambda: assign(cast.lena, cast.mara, scenes=())) == "practice.nothing"
    assert refused(lambda: assign(cast.lena, cast.mara, scenes=("castle",))) == "practice.no_scene"
    assert refused(lambda: assign(cast.lena, cast.mara, due_on=date(2026, 11, 22))) == "practice.bad_day"
    assert refused(lambda: assign(cast.lena, cast.mara, why=" ")) == "practice.no_reason"
    assert assign(cast.greta, cast.stranger)
    assert Assignment.objects.count() == 1


def test_how_far_each_is_by_name(cast: Cast) -> None:
    hers, his = assign(cast.lena, cast.tomas, cast.mara)
    play(cast.tomas, hers, well=False)
    play(cast.mara, his, well=True)
    seen = {one.name: [each.stage for each in one.assigned] for one in queries.team(scope(cast.lena), NOW)}
    assert list(seen) == ["Lena Brandt", "Mara Silva", "Tomás Reyes"]
    assert seen["Mara Silva"] == [Stage.PASSED]
    assert seen["Tomás Reyes"] == [Stage.PLAYED]
    assert queries.my_assignments(scope(cast.mara), NOW) == ()
    assert len(queries.team(scope(cast.greta), NOW)) == 6
    for other in (cast.mara, cast.anil):
        assert refused(lambda other=other: queries.team(scope(other), NOW)) == "people.not_allowed"
    play(cast.mara, his, well=False)
    assert queries.team(scope(cast.lena), NOW)[1].assigned[0].stage is Stage.PASSED


def test_what_is_taken_back_is_told_with_its_reason(cast: Cast) -> None:
    (number,) = assign(cast.lena, cast.mara)
    hand = Hand(cast.otto).at(NOW)
    assert refused(lambda: actions.take_back(number, reason="No", **hand)) == "practice.no_assignment"
    hand = Hand(cast.lena).at(NOW)
    assert refused(lambda: actions.take_back(number, reason="", **hand)) == "practice.no_reason"
    actions.take_back(number, reason="You are on leave.", **hand)
    assert queries.my_assignments(scope(cast.mara), NOW) == ()
    assert Notice.objects.get(topic="practice.taken_back").words.endswith("You are on leave.")
    assert Entry.objects.get(verb="practice.taken_back").data["reason"] == "You are on leave."
    mine = Hand(cast.mara).at(NOW)
    assert refused(lambda: actions.start_assigned(number, **mine)) == "practice.no_assignment"
    assert assign(cast.lena, cast.mara, due_on=date(2026, 12, 24))


def test_a_lead_reads_what_was_assigned_and_nothing_else(cast: Cast) -> None:
    (number,) = assign(cast.lena, cast.mara)
    hand = Hand(cast.mara).at(NOW)
    own = actions.start("late-unit", **hand)
    actions.leave(own, **hand)
    under_way = actions.start_assigned(number, **hand)
    ended = play(cast.mara, number, well=False)
    for lead in (cast.lena, cast.greta, cast.ada):
        assert queries.reviewed(scope(lead), ended).played.before is None
        for hidden in (own, under_way):
            assert refused(lambda lead=lead, hidden=hidden: queries.reviewed(scope(lead), hidden)) == "practice.no_run"
    for other in (cast.tomas, cast.otto, cast.anil, cast.stranger):
        assert refused(lambda other=other: queries.reviewed(scope(other), ended)) == "practice.no_run"
    assert queries.reviewed(scope(cast.mara), ended).played.before is not None


def test_a_line_is_commented_on_and_answered(cast: Cast) -> None:
    (number,) = assign(cast.lena, cast.mara)
    run = play(cast.mara, number, well=False)
    lead = Hand(cast.lena).at(NOW)
    mine = Hand(cast.mara).at(NOW)
    assert refused(lambda: actions.comment(run, 1, "But why?", **mine)) == "practice.no_line"
    assert refused(lambda: actions.comment(run, 9, "Where?", **lead)) == "practice.no_line"
    assert refused(lambda: actions.comment(run, 1, " ", **lead)) == "practice.no_words"
    actions.comment(run, 1, "Who calls whom back?", **lead)
    actions.comment(run, 1, "I do. I see it.", **mine)
    found = queries.reviewed(scope(cast.mara), run)
    assert [(one.by_name, one.theirs, one.text) for one in found.said_of(1)] == [
        ("Lena Brandt", False, "Who calls whom back?"), ("Mara Silva", True, "I do. I see it.")
    ]  # fmt: skip
    assert Notice.objects.get(staff=cast.mara, topic="practice.commented").link == f"/practice/runs/{run}/#line-1"
    assert Notice.objects.filter(staff=cast.lena, topic="practice.commented").count() == 1
    own = actions.start("late-unit", **mine)
    actions.leave(own, **mine)
    assert refused(lambda: actions.comment(own, 1, "Mine.", **mine)) == "practice.not_assigned"
