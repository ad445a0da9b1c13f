"""Taking back: what was recorded stays, counts for nothing, and what stands on it keeps it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from makegood.cases import actions as cases
from makegood.cases.models import Case, StepDone
from makegood.cases.queries import case_for, cases_list, timeline, undoable
from makegood.cases.queries.listing import CaseFilter
from makegood.cases.rules import Stage
from makegood.followups import actions as followups
from makegood.followups.queries import obstacles
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.promises.models import Promise
from makegood.promises.rules import State
from tests.factories import NOW, Cast, make_absence, make_customer
from tests.rooms.casework import MINUTE, Hand, callback, cast, mara, watch

__all__ = ["cast", "mara"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(mara: Hand) -> int:
    """Mara reported it and owns it; nobody has spoken to the customer yet."""
    return cases.report_failure(
        customer_id=make_customer("Dana Okafor").pk, kind="callback", what="Nobody rang", **mara.at(NOW)
    ).number


def last(verb: str) -> int:
    return Entry.objects.filter(verb=verb).latest("id").pk


def undo(hand: Hand, case: int, verb: str, *, minute: float = 5, **more: Any) -> None:
    followups.undo(case, entry=last(verb), **hand.at(NOW + minute * MINUTE), **more)


def refused(code: str, act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refusal:
        act()
    assert refusal.value.code == code
    return refusal.value.message


def test_an_undone_step_no_longer_counts_and_nothing_is_erased(mara: Hand, case: int) -> None:
    cases.record_step(case, step="refocus", words="A van at six", harm="No bed tonight", **mara.at(NOW + MINUTE))
    before = case_for(mara.scope, case)
    assert (before.stage, before.harm, before.taken_at is None) == (Stage.PUTTING_RIGHT, "No bed tonight", False)
    entries = Entry.objects.count()
    undo(mara, case, "case.step")
    after = case_for(mara.scope, case)
    assert (after.stage, after.steps, after.harm, after.taken_at) == (Stage.NEW, (), "", None)
    assert not any(cases_list(mara.scope, CaseFilter()).rows[0].pips)
    assert StepDone.objects.get().undone_at == NOW + 5 * MINUTE
    told = Entry.objects.get(verb="case.undone")
    assert (told.data["verb"], told.actor_name) == ("case.step", mara.by.name)
    assert Entry.objects.count() == entries + 2  # that it was taken back, and that speaking is promised anew


def test_words_that_were_taken_back_find_nothing(mara: Hand, case: int) -> None:
    cases.record_step(case, step="listen", words="zanzibar", **mara.at(NOW + MINUTE))
    assert cases_list(mara.scope, CaseFilter(q="zanzibar")).rows
    undo(mara, case, "case.step")
    assert not cases_list(mara.scope, CaseFilter(q="zanzibar")).rows


def test_who_was_not_spoken_to_is_promised_a_word_anew(mara: Hand, case: int) -> None:
    (first,) = case_for(mara.scope, case).commitments
    cases.record_step(case, step="listen", words="Hello", **mara.at(NOW + MINUTE))
    undo(mara, case, "case.step")
    kept, anew = case_for(mara.scope, case).commitments
    assert (kept.promise.state, anew.promise.state) == (State.KEPT, State.OPEN)
    assert (anew.promise.due_at, anew.promise.title) == (first.promise.due_at, first.promise.title)


def test_a_word_is_promised_anew_by_the_clock_once_its_time_has_passed(mara: Hand, case: int) -> None:
    cases.record_step(case, step="listen", words="Hello", **mara.at(NOW + MINUTE))
    undo(mara, case, "case.step", minute=60)
    assert case_for(mara.scope, case).commitments[-1].promise.due_at == NOW + 75 * MINUTE


def test_who_was_spoken_to_since_is_promised_nothing(mara: Hand, case: int) -> None:
    cases.record_step(case, step="listen", words="Hello", **mara.at(NOW + MINUTE))
    mistaken = last("case.step")
    cases.record_step(case, step="apologise", words="Sorry", **mara.at(NOW + 2 * MINUTE))
    followups.undo(case, entry=mistaken, **mara.at(NOW + 3 * MINUTE))
    assert [one.promise.state for one in case_for(mara.scope, case).commitments] == [State.KEPT]


def test_a_call_is_taken_back_whole(mara: Hand, case: int) -> None:
    for step in ("own", "listen", "apologise"):
        cases.record_step(case, step=step, channel="phone", **mara.at(NOW + MINUTE))
    undo(mara, case, "case.step", whole=True)
    facts = case_for(mara.scope, case)
    assert facts.steps == ()
    assert [one.promise.state for one in facts.commitments] == [State.KEPT, State.OPEN]


def test_taking_is_taken_back_with_its_promises(cast: Cast, case: int) -> None:
    lena = Hand(cast.lena)
    cases.take(case, **lena.at(NOW + MINUTE))
    assert set(Promise.objects.filter(kind__inside_case=True).values_list("owner_id", flat=True)) == {lena.id}
    undo(lena, case, "case.taken")
    facts = case_for(lena.scope, case)
    assert (facts.owner_id, facts.taken_at) == (cast.mara.pk, None)
    assert facts.commitments[0].promise.owner_id == cast.mara.pk


def test_a_taken_case_that_was_worked_stays_taken(cast: Cast, case: int) -> None:
    lena = Hand(cast.lena)
    cases.take(case, **lena.at(NOW + MINUTE))
    cases.record_step(case, step="own", **lena.at(NOW + 2 * MINUTE))
    said = refused("case.undo_depends", lambda: undo(lena, case, "case.taken"))
    assert "Take that back first" in said
    undo(lena, case, "case.step")
    undo(lena, case, "case.taken", minute=6)
    assert case_for(lena.scope, case).owner_id == cast.mara.pk


def test_a_case_is_not_given_back_to_somebody_who_left(cast: Cast, case: int) -> None:
    lena = Hand(cast.lena)
    cases.assign(case, to=cast.greta.pk, **lena.at(NOW + MINUTE))
    make_absence(cast.mara)
    refused("case.cannot_own", lambda: undo(lena, case, "case.assigned"))
    assert case_for(lena.scope, case).owner_id == cast.greta.pk


def test_an_offer_is_taken_back_until_it_is_answered(cast: Cast, mara: Hand, case: int) -> None:
    lena = Hand(cast.lena)
    cases.offer(case, to=lena.id, note="She knows her", **mara.at(NOW + MINUTE))
    undo(mara, case, "case.offered")
    assert case_for(mara.scope, case).offered_to_id is None
    cases.offer(case, to=lena.id, **mara.at(NOW + 6 * MINUTE))
    cases.decline(case, **lena.at(NOW + 7 * MINUTE))
    refused("case.undo_depends", lambda: undo(mara, case, "case.offered"))
    undo(lena, case, "case.declined", minute=8)
    assert case_for(mara.scope, case).offered_to_id == lena.id
    cases.accept(case, **lena.at(NOW + 9 * MINUTE))
    assert "counts once" in refused("case.not_undoable", lambda: undo(lena, case, "case.accepted", minute=10))


def test_a_promise_made_by_mistake_is_withdrawn_and_no_longer_agreed(mara: Hand, case: int) -> None:
    number = cases.commit(case, title="Ring", due_at=NOW + 60 * MINUTE, **mara.at(NOW + MINUTE))
    assert case_for(mara.scope, case).stage is Stage.PUTTING_RIGHT
    undo(mara, case, "case.committed")
    assert Promise.objects.get(pk=number).state == State.WITHDRAWN
    facts = case_for(mara.scope, case)
    assert (facts.stage, [one.promise.title for one in facts.commitments]) == (Stage.NEW, ["Speak to Dana Okafor"])


@pytest.mark.parametrize("end", ["keep", "break"])
def test_a_promise_that_ended_or_broke_stays(mara: Hand, case: int, end: str) -> None:
    number = cases.commit(case, title="Ring", due_at=NOW + 60 * MINUTE, **mara.at(NOW + MINUTE))
    if end == "keep":
        cases.keep_commitment(case, promise_id=number, **mara.at(NOW + 2 * MINUTE))
        assert "stays kept" in refused("case.not_undoable", lambda: undo(mara, case, "promise.kept"))
    else:
        watch(NOW + 3 * 60 * MINUTE)
    refused("case.undo_depends", lambda: undo(mara, case, "case.committed", minute=240))


def test_an_answer_is_awaited_again_and_then_never_was_asked(mara: Hand, case: int) -> None:
    followups.ask(case, channel="phone", **mara.at(NOW + MINUTE))
    followups.answer(case, answer="satisfied", words="Thank you", **mara.at(NOW + 2 * MINUTE))
    assert case_for(mara.scope, case).stage is Stage.LEARNING
    refused("case.undo_depends", lambda: undo(mara, case, "case.asked"))
    undo(mara, case, "case.answered")
    facts = case_for(mara.scope, case)
    assert (facts.stage, [(one.answer, one.channel) for one in facts.checks]) == (Stage.CONFIRMING, [("", "phone")])
    followups.answer(case, answer="not_satisfied", **mara.at(NOW + 6 * MINUTE))
    undo(mara, case, "case.answered", minute=7)
    undo(mara, case, "case.asked", minute=8)
    assert case_for(mara.scope, case).checks == ()
    followups.ask(case, **mara.at(NOW + 9 * MINUTE))


def test_a_cause_is_what_it_was_before(mara: Hand, case: int) -> None:
    cases.record_cause(case, cause="wrong-item", note="The list was cut off", **mara.at(NOW + MINUTE))
    cases.record_cause(case, cause="forgotten", **mara.at(NOW + 2 * MINUTE))
    undo(mara, case, "case.cause")
    facts = case_for(mara.scope, case)
    assert (facts.cause, facts.cause_note) == ("wrong-item", "The list was cut off")


def test_who_finds_the_cause_is_taken_back_until_it_is_found(cast: Cast, mara: Hand, case: int) -> None:
    due = NOW + timedelta(days=1)
    cases.name_cause_finder(case, staff_id=cast.lena.pk, due_at=due, **mara.at(NOW + MINUTE))
    undo(mara, case, "case.cause_sought")
    assert case_for(mara.scope, case).cause_finder_id is None
    cases.name_cause_finder(case, staff_id=cast.lena.pk, due_at=due, **mara.at(NOW + 6 * MINUTE))
    cases.record_cause(case, cause="forgotten", **mara.at(NOW + 7 * MINUTE))
    assert "it is kept" in refused("case.not_undoable", lambda: undo(mara, case, "case.cause", minute=8))


def closed(mara: Hand, case: int) -> None:
    cases.record_step(case, step="listen", words="Hello", **mara.at(NOW + MINUTE))
    followups.ask(case, **mara.at(NOW + MINUTE))
    followups.answer(case, answer="satisfied", **mara.at(NOW + 2 * MINUTE))
    cases.record_cause(case, cause="forgotten", **mara.at(NOW + 2 * MINUTE))
    followups.close(case, **mara.at(NOW + 3 * MINUTE))


def test_closing_and_opening_again_are_taken_back(mara: Hand, case: int) -> None:
    closed(mara, case)
    refused("case.closed", lambda: undo(mara, case, "case.step"))
    undo(mara, case, "case.closed")
    facts = case_for(mara.scope, case)
    assert (facts.stage, facts.outcome, obstacles(facts, ())) == (Stage.LEARNING, "", ())
    followups.close(case, **mara.at(NOW + 6 * MINUTE))
    followups.reopen(case, reason="She rang", **mara.at(NOW + 7 * MINUTE))
    undo(mara, case, "case.reopened", minute=8)
    row = Case.objects.get(pk=case)
    assert (row.closed_at, row.outcome, row.reopened_at) == (NOW + 6 * MINUTE, "satisfied", None)


def test_an_answer_that_opened_the_case_again_stands(mara: Hand, case: int) -> None:
    closed(mara, case)
    followups.answer(case, answer="more", words="It rattles", **mara.at(NOW + 4 * MINUTE))
    assert "opened the case again" in refused("case.not_undoable", lambda: undo(mara, case, "case.answered"))
    refused("case.undo_depends", lambda: undo(mara, case, "case.reopened"))


def test_who_may_and_only_once(cast: Cast, mara: Hand, case: int) -> None:
    cases.note(case, text="A word", **mara.at(NOW + MINUTE))
    greta, stranger = Hand(cast.greta), Hand(cast.stranger)
    cases.offer(case, to=greta.id, **mara.at(NOW + 2 * MINUTE))
    tomas = Hand(cast.tomas)
    refused("case.undo_not_yours", lambda: undo(tomas, case, "case.noted"))
    refused("case.unknown", lambda: undo(stranger, case, "case.noted"))
    undo(Hand(cast.lena), case, "case.noted")
    refused("case.undone", lambda: undo(mara, case, "case.noted"))
    refused("case.undo_unknown", lambda: followups.undo(case, entry=10**9, **mara.at(NOW + 9 * MINUTE)))
    refused("case.not_undoable", lambda: undo(mara, case, "case.opened"))


def test_the_page_offers_what_the_action_allows(cast: Cast, mara: Hand, case: int) -> None:
    cases.take(case, **mara.at(NOW))
    cases.record_step(case, step="listen", words="Hello", **mara.at(NOW + MINUTE))
    cases.note(case, text="A word", **mara.at(NOW + 2 * MINUTE))

    def offered(hand: Hand) -> set[str]:
        facts = case_for(hand.scope, case)
        entries = timeline(facts)
        found = undoable(facts, entries, hand.scope)
        return {entry.verb for entry in entries if entry.id in found}

    assert offered(mara) == offered(Hand(cast.lena)) == {"case.step", "case.noted"}
    assert offered(Hand(cast.tomas)) == offered(Hand(cast.anil)) == set()
    undo(mara, case, "case.step")
    assert offered(mara) == {"case.taken", "case.noted"}


def test_a_promise_of_a_case_is_no_less_watched(mara: Hand) -> None:
    callback(mara)
    watch(NOW + 31 * MINUTE)
    (line,) = cases_list(mara.scope, CaseFilter()).rows
    cases.record_step(line.number, step="listen", words="Hello", **mara.at(NOW + 32 * MINUTE))
    undo(mara, line.number, "case.step", minute=33)
    watch(NOW + 120 * MINUTE)
    assert case_for(mara.scope, line.number).escalations
