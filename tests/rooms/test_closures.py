"""The three closures: the customer's ends the case at the desk; the process and those who carried it come after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from makegood.cases import actions as cases
from makegood.cases.models import Case, Commitment, Escalation
from makegood.cases.rules import Answer, Purpose, Step
from makegood.followups import actions, queries
from makegood.followups.actions.closures import name_owners
from makegood.followups.models import Closure
from makegood.journal.actors import SYSTEM
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.learning.queries.own import own_standing
from makegood.notices.models import Notice
from makegood.promises.models import Kind
from makegood.promises.rules import State
from tests.factories import NOW, Cast, actor
from tests.rooms.casework import HOUR, Hand, cast, mara, watch
from tests.rooms.test_ending import reported, satisfied

__all__ = ["cast", "mara"]

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def number(mara: Hand) -> int:
    """A case that its customer said is right, closed."""
    number = reported(mara)
    cases.record_step(number, step=Step.APOLOGISE, words="I am sorry", **mara.at(NOW))
    satisfied(mara, number, NOW)
    actions.close(number, **mara.at(NOW))
    return number


def left(hand: Hand) -> list[int]:
    return [one.number for one in queries.closures(hand.scope)]


def code(deed: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        deed()
    return refused.value.code


def test_a_closed_case_waits_for_its_process_and_for_whoever_carried_it(cast: Cast, mara: Hand, number: int) -> None:
    lena = Hand(cast.lena)
    one = queries.closure_for(lena.scope, number)
    assert (one.made, one.owner, [each.staff for each in one.hearings]) == (1, "Lena Brandt", ["Mara Silva"])
    assert left(lena) == left(mara) == [number]
    assert own_standing(lena.scope, "GBP", until=NOW, at_most=9).closures == 1
    told = Notice.objects.filter(topic__startswith="closure.").order_by("topic").values_list("topic", "staff_id")
    assert list(told) == [("closure.hear", lena.id), ("closure.process", lena.id)]

    actions.close_process(number, words="Pieces are counted at the gate now", **lena.at(NOW + HOUR))
    actions.say_how_it_was(number, cost="A bad evening", helped="A second pair of hands", **mara.at(NOW + HOUR))
    actions.hear_carrier(number, staff_id=mara.id, word="You did this well", is_well=True, **lena.at(NOW + 2 * HOUR))
    assert queries.closure_for(lena.scope, number).made == 3
    assert left(lena) == left(mara) == []
    counts = queries.closure_counts(None)
    assert (counts.one, counts.two, counts.three, counts.oldest) == (0, 0, 1, None)


def test_whoever_is_named_for_the_cause_answers_for_the_process(cast: Cast, mara: Hand) -> None:
    by = actor(cast.ada)
    actions.set_process_owner(kind="delivery", staff_id=cast.greta.pk, by=by, now=NOW)
    actions.set_process_owner(cause="forgotten", staff_id=cast.stranger.pk, by=by, now=NOW)
    number = reported(mara)
    actions.ask(number, **mara.at(NOW))
    actions.answer(number, answer=Answer.SATISFIED, **mara.at(NOW))
    cases.name_cause_finder(number, staff_id=mara.id, due_at=NOW + DAY, **mara.at(NOW))
    actions.close(number, **mara.at(NOW))
    assert Closure.objects.get().owner_id == cast.greta.pk  # of the kind, while nobody knows why
    greta, sam = Hand(cast.greta), Hand(cast.stranger)
    assert code(lambda: actions.close_process(number, words="x", **greta.at(NOW))) == "closure.no_cause"
    cases.record_cause(number, cause="forgotten", **mara.at(NOW + HOUR))
    name_owners([number], by=SYSTEM, now=NOW + HOUR)
    assert left(sam) == [number]
    shown = queries.closure_for(sam.scope, number)
    assert (shown.may_close, shown.may_open, shown.cause_name) == (True, False, shown.cause_name)
    actions.close_process(number, words="The list is checked twice", **sam.at(NOW + 2 * HOUR))
    assert Closure.objects.get().process_by_id == sam.id


def test_a_change_to_come_is_a_promise_that_climbs_when_it_breaks(cast: Cast, mara: Hand, number: int) -> None:
    lena, greta = Hand(cast.lena), Hand(cast.greta)
    actions.close_process(
        number, words="Count the pieces at the gate", who=cast.mara.pk, due_at=NOW + 3 * DAY, **lena.at(NOW + HOUR)
    )
    promise = Commitment.objects.get(purpose=Purpose.CHANGE).promise
    assert (promise.kind.slug, promise.owner_id) == ("process-change", cast.mara.pk)
    assert left(mara) == [number]
    watch(NOW + 4 * DAY)
    drawn = Escalation.objects.filter(commitment__purpose=Purpose.CHANGE)
    assert drawn.get().person_id in (lena.id, greta.id)
    actions.keep_change(number, **mara.at(NOW + 4 * DAY))
    promise.refresh_from_db()
    assert promise.state == State.KEPT_LATE


def test_what_was_said_to_the_lead_is_between_the_two(cast: Cast, mara: Hand, number: int) -> None:
    lena, greta = Hand(cast.lena), Hand(cast.greta)
    actions.say_how_it_was(number, cost="He shouted at me", helped="", **mara.at(NOW))
    actions.hear_carrier(number, staff_id=mara.id, word="That was not yours", is_well=False, **lena.at(NOW + HOUR))

    def shown(hand: Hand) -> tuple[str, str, bool | None]:
        (one,) = queries.closure_for(hand.scope, number).hearings
        return one.cost, one.word, one.is_well

    assert shown(mara) == shown(lena) == ("He shouted at me", "That was not yours", False)
    assert shown(greta) == shown(Hand(cast.ada)) == ("", "", None)
    for entry in Entry.objects.filter(case_id=number):
        assert "shouted" not in str(entry.data)
        assert "not yours" not in str(entry.data)


def test_nobody_hears_themselves_and_no_colleague_does(cast: Cast, mara: Hand, number: int) -> None:
    hear = {"staff_id": mara.id, "word": "Well done", "is_well": True}
    tomas, lena = Hand(cast.tomas), Hand(cast.lena)
    assert code(lambda: actions.hear_carrier(number, **hear, **mara.at(NOW))) == "closure.not_yours"
    assert code(lambda: actions.hear_carrier(number, **hear, **tomas.at(NOW))) == "closure.not_yours"
    actions.hear_carrier(number, **hear, **lena.at(NOW))
    assert code(lambda: actions.hear_carrier(number, **hear, **lena.at(NOW))) == "closure.heard"


def test_those_who_were_blamed_are_heard_too(cast: Cast, mara: Hand, number: int) -> None:
    lena, greta = Hand(cast.lena), Hand(cast.greta)
    actions.name_carrier(number, staff_id=cast.lena.pk, **mara.at(NOW))
    assert code(lambda: actions.name_carrier(number, staff_id=cast.lena.pk, **mara.at(NOW))) == "closure.named"
    actions.hear_carrier(number, staff_id=mara.id, word="Well done", is_well=True, **lena.at(NOW))
    assert Closure.objects.get().employee_at is None
    actions.hear_carrier(number, staff_id=lena.id, word="Thank you", is_well=True, **greta.at(NOW + HOUR))
    assert Closure.objects.get().employee_at == NOW + HOUR


def test_both_can_be_taken_back(cast: Cast, mara: Hand, number: int) -> None:
    lena = Hand(cast.lena)
    actions.close_process(number, words="We count now", due_at=NOW + DAY, **lena.at(NOW))
    actions.hear_carrier(number, staff_id=mara.id, word="Well done", is_well=True, **lena.at(NOW))
    for verb in ("case.process_closed", "case.heard"):
        actions.undo(number, entry=Entry.objects.get(verb=verb).pk, **lena.at(NOW + HOUR))
    closure = Closure.objects.get()
    assert (closure.process_at, closure.words, closure.promise, closure.employee_at) == (None, "", None, None)
    assert left(lena) == [number]


def test_a_case_that_is_opened_again_leaves_the_list_until_it_closes(cast: Cast, mara: Hand, number: int) -> None:
    lena = Hand(cast.lena)
    actions.reopen(number, reason="It rattles", **mara.at(NOW + HOUR))
    assert (left(lena), own_standing(lena.scope, "GBP", until=NOW, at_most=9).closures) == ([], 0)
    assert code(lambda: actions.close_process(number, words="x", **lena.at(NOW + HOUR))) == "closure.none"
    actions.ask(number, **mara.at(NOW + HOUR))
    actions.answer(number, answer=Answer.SATISFIED, **mara.at(NOW + HOUR))
    actions.close(number, **mara.at(NOW + HOUR))
    assert left(lena) == [number]


def test_a_stranger_sees_and_does_nothing(cast: Cast, mara: Hand, number: int) -> None:
    sam, anil = Hand(cast.stranger), Hand(cast.anil)
    assert (left(sam), queries.closures(sam.scope, every=True)) == ([], ())
    for deed in (
        lambda: queries.closure_for(sam.scope, number),
        lambda: actions.close_process(number, words="x", **sam.at(NOW)),
        lambda: actions.keep_change(number, **sam.at(NOW)),
        lambda: actions.say_how_it_was(number, cost="x", helped="", **sam.at(NOW)),
        lambda: actions.hear_carrier(number, staff_id=mara.id, word="x", is_well=True, **sam.at(NOW)),
    ):
        assert code(deed) in ("closure.none", "closure.not_yours")
    assert code(lambda: actions.name_carrier(number, staff_id=mara.id, **sam.at(NOW))) == "case.unknown"
    assert code(lambda: actions.close_process(number, words="x", **anil.at(NOW))) == "closure.not_yours"
    assert code(lambda: actions.set_process_owner(kind="delivery", staff_id=sam.id, by=sam.by, now=NOW)) == (
        "people.not_allowed"
    )
    assert code(lambda: actions.set_patience(tries=2, wait=DAY, by=sam.by, now=NOW)) == "people.not_allowed"
    assert len(queries.closures(Hand(cast.greta).scope, every=True)) == 1
    assert Kind.objects.filter(slug="process-change").exists()
    assert Case.objects.get(pk=number).closed_at == NOW
