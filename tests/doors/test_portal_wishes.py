"""How often a customer hears from us: the next word moves to their rhythm, and the desk is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from makegood.cases import actions as cases
from makegood.cases.models import Case, Commitment
from makegood.customers.models import Customer
from makegood.journal.models import Entry
from makegood.promises.models import Promise
from makegood.promises.rules import State
from tests.doors.customer_client import ByLink, dana, number
from tests.doors.desk_client import text
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


def test_in_a_closed_case_nothing_is_promised(dana: ByLink, number: int) -> None:
    Case.objects.filter(pk=number).update(closed_at=datetime.now(UTC), outcome="satisfied")
    dana.post("wishes/", cadence="60")
    assert updates() == []
    assert Customer.objects.get().cadence_minutes == 60
