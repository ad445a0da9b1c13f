"""How often a customer hears from us: the next word moves to their rhythm, and the desk is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from makegood.cases import actions as cases
from makegood.cases.models import Case, Commitment
from makegood.customers.models import Customer
from makegood.followups import actions as followups
from makegood.journal.models import Entry
from makegood.promises.models import Promise
from makegood.promises.rules import State
from tests.doors.customer_client import ByLink, dana, number
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast
from tests.rooms.casework import HOUR, Hand, cast, mara

__all__ = ["cast", "dana", "mara", "number"]
pytestmark = pytest.mark.django_db


def updates(state: str = State.OPEN) -> list[Promise]:
    ids = Commitment.objects.filter(purpose="update").values("promise_id")
    return list(Promise.objects.filter(pk__in=ids, state=state).order_by("id"))


def hours_from_now(promise: Promise) -> int:
    return round((promise.due_at - datetime.now(UTC)) / HOUR)


def test_a_rhythm_promises_the_next_word_and_less_often_moves_it(dana: ByLink, number: int) -> None:
    dana.post("wishes/", cadence="60", channel="email", language="en")
    assert [hours_from_now(one) for one in updates()] == [1]
    assert "I tell you how it stands" in text(dana.get())
    dana.post("wishes/", cadence="240", channel="email", language="en")
    assert [hours_from_now(one) for one in updates()] == [4]
    assert len(updates(State.REPLACED)) == 1
    dana.post("wishes/", cadence="240", channel="email", language="de")
    assert Entry.objects.filter(verb="case.wishes", case_id=number).count() == 2


def test_a_promise_of_ours_to_tell_them_moves_too(dana: ByLink, number: int, mara: Hand) -> None:
    now = datetime.now(UTC)
    cases.commit(number, title="Ring with the time of the van", due_at=now + 2 * HOUR, purpose="update", **mara.at(now))
    dana.post("wishes/", cadence="1440")
    assert [(one.title, hours_from_now(one)) for one in updates()] == [("Ring with the time of the van", 24)]


def test_only_when_there_is_something_to_tell(dana: ByLink, number: int) -> None:
    dana.post("wishes/", cadence="60")
    dana.post("wishes/", cadence="")
    assert updates() == []
    assert len(updates(State.WITHDRAWN)) == 1


def test_a_word_that_was_given_promises_the_next(dana: ByLink, number: int, mara: Hand) -> None:
    dana.post("wishes/", cadence="60")
    (promise,) = updates()
    later = datetime.now(UTC) + timedelta(minutes=30)
    cases.keep_commitment(number, promise_id=promise.pk, **mara.at(later))
    (following,) = updates()
    assert following.due_at == later + HOUR
    Customer.objects.update(cadence_minutes=None)
    cases.keep_commitment(number, promise_id=following.pk, **mara.at(later))
    assert updates() == []


def another(hand: Hand, *, kind: str = "delivery") -> int:
    """A second case of the same customer, of which they were told already."""
    at = datetime.now(UTC)
    customer = Customer.objects.get(merged_into=None)
    made = cases.report_failure(customer_id=customer.pk, kind=kind, what="Wrong colour", **hand.at(at)).number
    cases.record_step(made, step="listen", words="We see it", channel="phone", **hand.at(at))
    return made


def test_it_holds_in_their_other_open_cases_and_the_page_says_so(dana: ByLink, number: int, mara: Hand) -> None:
    at, other = datetime.now(UTC), another(mara)
    cases.commit(other, title="Ring about the dye", due_at=at + 2 * HOUR, purpose="update", **mara.at(at))
    third = another(mara, kind="refund")
    Case.objects.filter(pk=another(mara, kind="repair")).update(closed_at=at, outcome="satisfied")
    dana.post("wishes/", cadence="240")
    told = {row.case_id: (row.promise.title, hours_from_now(row.promise)) for row in ahead()}
    standing = "Tell the customer how it stands"
    # What somebody promised for a time of their own accord stands: they were told when.
    assert told == {number: (standing, 4), other: ("Ring about the dye", 2), third: (standing, 4)}
    dana.post("wishes/", cadence="60")
    assert {row.case_id: hours_from_now(row.promise) for row in ahead()} == {number: 1, other: 2, third: 1}
    assert Entry.objects.filter(verb="case.wishes", case_id=third).count() == 2
    dana.post("wishes/", cadence="")
    assert [row.case_id for row in ahead()] == [other]
    assert "This holds for everything we promise you, now and later." in text(dana.get())


def ahead() -> list[Commitment]:
    rows = Commitment.objects.filter(purpose="update", promise__state=State.OPEN).select_related("promise")
    return list(rows.order_by("case_id"))


def test_in_a_case_that_opens_later_it_begins_with_the_first_word(dana: ByLink, mara: Hand) -> None:
    dana.post("wishes/", cadence="1440")
    later = another(mara)
    (promised,) = [row.promise for row in ahead() if row.case_id == later]
    assert hours_from_now(promised) == 24
    assert Entry.objects.get(verb="case.committed", case_id=later).actor_kind == "system"


def test_it_rests_once_they_say_how_it_ended_and_goes_on_when_they_want_more(dana: ByLink, number: int) -> None:
    dana.post("wishes/", cadence="60")
    dana.post("answer/", answer="satisfied")
    assert (updates(), len(updates(State.WITHDRAWN))) == ([], 1)
    assert "I tell you how it stands" not in text(dana.get())
    dana.post("wishes/", cadence="240")
    assert updates() == []
    dana.post("answer/", answer="more", words="The lamp")
    assert [hours_from_now(one) for one in updates()] == [4]


def test_who_wants_to_hear_daily_and_says_yes_can_be_let_go(dana: ByLink, number: int, mara: Hand) -> None:
    at = datetime.now(UTC)
    cases.record_step(number, step="listen", words="We see it", channel="phone", **mara.at(at))
    dana.post("wishes/", cadence="1440")
    dana.post("answer/", answer="satisfied")
    cases.record_cause(number, cause="handoff-nobody-told", **mara.at(at))
    failed = Case.objects.get(pk=number).failures.get().promise
    assert failed is not None
    cases.keep_promise(failed.pk, **mara.at(at))
    followups.close(number, **mara.at(at))
    assert Case.objects.get(pk=number).outcome == "satisfied"


def test_an_answer_that_is_taken_back_brings_the_rhythm_back(dana: ByLink, number: int, mara: Hand) -> None:
    at = datetime.now(UTC)
    dana.post("wishes/", cadence="60")
    followups.ask(number, **mara.at(at))
    followups.answer(number, answer="satisfied", **mara.at(at))
    assert updates() == []
    followups.undo(number, entry=Entry.objects.get(verb="case.answered").pk, **mara.at(at))
    assert [hours_from_now(one) for one in updates()] == [1]


def test_what_staff_note_of_a_rhythm_holds_in_the_open_cases(dana: ByLink, number: int, cast: Cast) -> None:
    customer = Customer.objects.get()
    desk = AtDesk(cast.mara)
    desk.post(f"/customers/{customer.pk}/change/", name=customer.name, cadence_minutes="120")
    assert [hours_from_now(one) for one in updates()] == [2]
    desk.post(f"/customers/{customer.pk}/change/", name="Dana O. Okafor")
    assert [hours_from_now(one) for one in updates()] == [2]
    desk.post(f"/customers/{customer.pk}/change/", cadence_minutes="")
    assert updates() == []


def test_in_a_closed_case_nothing_is_promised(dana: ByLink, number: int) -> None:
    Case.objects.filter(pk=number).update(closed_at=datetime.now(UTC), outcome="satisfied")
    dana.post("wishes/", cadence="60")
    assert updates() == []
    assert Customer.objects.get().cadence_minutes == 60
