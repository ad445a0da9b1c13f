"""Silence ends light cases by the rules of follow-ups, and never one that still wants something of us."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases.models import Case
from makegood.followups.actions import answer_oneself, set_patience
from makegood.incidents import actions
from makegood.incidents.rules.giving import Gift
from makegood.incidents.rules.judging import Line
from makegood.journal.actors import Actor, ActorKind
from makegood.journal.models import Entry
from makegood.platform.models import Installation
from makegood.promises import actions as promises
from makegood.remedies.models import Grant
from makegood.remedies.rules.fit import RemedyKind
from tests.factories import NOW, Cast, actor
from tests.rooms.casework import Hand, cast  # noqa: F401 - a fixture
from tests.rooms.entitling import FLIGHTS, bind
from tests.rooms.incidents import cancelled, passengers, release_all, storm
from tests.rooms.test_incidents_owed import OURS

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)
A_GIFT = Gift(remedy=RemedyKind.GESTURE, titles={"en": "A call"}, amount=Decimal(0), currency="USD", within=3)


@pytest.fixture
def lena(cast: Cast) -> Hand:  # noqa: F811
    Installation.objects.create(name="Snowline", time_zone="America/New_York", currency="USD")
    return Hand(cast.lena)


def told(lena: Hand, many: int = 1, gift: Gift | None = None, **attributes: object) -> list[Case]:
    for one in passengers(many):
        cancelled(one, **attributes)
    number = storm(lena)
    if gift is not None:
        actions.set_gift(number, gift, **lena.at(NOW))
    actions.set_bar(number, Line(owed=False), **lena.at(NOW))
    release_all(number, lena)
    return list(Case.objects.order_by("pk"))


def outcome(case: Case) -> tuple[str, bool]:
    case.refresh_from_db()
    return case.outcome, case.light


def test_a_week_of_silence_ends_a_light_case_as_unreachable(lena: Hand) -> None:
    (case,) = told(lena)
    assert actions.close_silent(now=NOW + WEEK - timedelta(minutes=1)) == 0
    assert actions.close_silent(now=NOW + WEEK + timedelta(minutes=1)) == 1
    assert outcome(case) == ("unreachable", True)
    assert case.checks.get().answer == "unreachable"
    entry = Entry.objects.get(verb="case.closed")
    assert (entry.case_id, entry.data["silent"]) == (case.pk, True)
    assert actions.close_silent(now=NOW + 2 * WEEK) == 0


def test_a_word_after_all_opens_it_again_on_the_desk(lena: Hand) -> None:
    (case,) = told(lena)
    actions.close_silent(now=NOW + WEEK + timedelta(minutes=1))
    customer = Actor(ActorKind.CUSTOMER, case.customer_id, "Dana")
    answer_oneself(case.pk, answer="more", words="I was away.", by=customer, now=NOW + 2 * WEEK)
    assert outcome(case) == ("", False)


def test_the_settings_say_how_long_silence_lasts(lena: Hand, cast: Cast) -> None:  # noqa: F811
    (case,) = told(lena)
    set_patience(tries=1, wait=timedelta(hours=4), by=actor(cast.ada), now=NOW)
    assert actions.close_silent(now=NOW + timedelta(hours=5)) == 1
    assert outcome(case)[0] == "unreachable"


def test_nothing_ends_before_what_they_were_given_is_handed_over_and_they_could_answer(lena: Hand) -> None:
    (case,) = told(lena, gift=A_GIFT)
    assert actions.close_silent(now=NOW + 2 * WEEK) == 0
    promise = Grant.objects.get().promise_id
    assert promise is not None
    promises.keep(promise, by=lena.by, now=NOW + timedelta(days=2))
    assert actions.close_silent(now=NOW + WEEK + timedelta(days=1)) == 0
    assert actions.close_silent(now=NOW + WEEK + timedelta(days=3)) == 1
    assert outcome(case)[0] == "unreachable"


def test_what_is_owed_brings_a_silent_case_to_the_desk(lena: Hand, cast: Cast) -> None:  # noqa: F811
    bind(FLIGHTS, by=cast.greta, text=OURS)
    (case,) = told(lena, distance_km=5800)
    assert case.light
    assert actions.close_silent(now=NOW + WEEK + timedelta(minutes=1)) == 0
    assert outcome(case) == ("", False)


def test_many_end_with_as_many_questions_as_few(lena: Hand) -> None:
    asked = []
    for many in (2, 12):
        told(lena, many)
        with CaptureQueriesContext(connection) as seen:
            actions.close_silent(now=NOW + WEEK + timedelta(minutes=1))
        asked.append(len(seen))
        assert not Case.objects.filter(closed_at=None).exists()
    assert asked[0] == asked[1]
