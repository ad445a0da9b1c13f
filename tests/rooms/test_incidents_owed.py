"""What rules owe to the customers of an incident: added up, beside the gift, and never lost in a light case."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases.models import Case
from makegood.followups.actions import answer_oneself
from makegood.incidents import actions
from makegood.incidents.models import Incident, Member
from makegood.incidents.queries import dry_run, incident_for, tally
from makegood.incidents.rules.giving import Gift
from makegood.incidents.rules.judging import Line
from makegood.journal.actors import Actor, ActorKind
from makegood.platform.models import Installation
from makegood.promises.models import Promise
from makegood.remedies import actions as remedies
from makegood.remedies.models import Grant
from makegood.remedies.rules.authority import Limit
from makegood.remedies.rules.fit import RemedyKind
from tests.factories import NOW, Cast, actor
from tests.rooms.casework import Hand, cast  # noqa: F401 - a fixture
from tests.rooms.entitling import FLIGHTS, bind, owed
from tests.rooms.incidents import H, cancelled, passengers, release_all, storm

pytestmark = pytest.mark.django_db
# Five hours late over 5,800 km: 600 euros. Whoever's distance is not known is asked.
OURS = """
binding: eu-flights
policy: eu-261
promise: [delivery]
facts:
  event: {always: delay}
  distance: {attribute: distance_km, ask: "How many kilometres is it to the last destination?"}
  intra_eu: {always: "no"}
  scheduled_arrival: {clock: due}
  arrived_at: {clock: expected}
  passenger: {customer: key}
  flight: {promise: reference}
"""


@pytest.fixture
def lena(cast: Cast) -> Hand:  # noqa: F811
    Installation.objects.create(name="Snowline", time_zone="America/New_York", currency="EUR")
    bind(FLIGHTS, by=cast.greta, text=OURS)
    return Hand(cast.lena)


def three(lena: Hand) -> int:
    """One is owed 600 euros, one nothing, and of one it is not known."""
    one, two, three = passengers(3)
    cancelled(one, distance_km=5800)
    Promise.objects.filter(pk=cancelled(two, distance_km=5800).pk).update(forecast_at=NOW + 4 * H)
    cancelled(three)
    return storm(lena)


def says_yes(case: Case) -> None:
    customer = Actor(ActorKind.CUSTOMER, case.customer_id, "Dana")
    answer_oneself(case.pk, answer="satisfied", words="", by=customer, now=NOW)


def test_what_is_owed_is_added_up_beside_the_gift(lena: Hand, cast: Cast) -> None:  # noqa: F811
    remedies.set_limit(Limit(grade=2, currency="EUR"), by=actor(cast.greta), now=NOW)
    number = three(lena)
    gift = Gift(remedy=RemedyKind.CREDIT, titles={"en": "A meal"}, amount=Decimal(15), currency="EUR")
    actions.set_gift(number, gift, **lena.at(NOW))
    found = tally(lena.scope, number, now=NOW)
    (due,) = found.owed
    assert (due.policy, due.many, due.amount, due.open, due.unknown) == (FLIGHTS, 1, 600, 600, 1)
    assert found.total == 45
    assert found.weights == {"full": 1, "light": 2}
    lines = dry_run(lena.scope, number, now=NOW).rows
    assert [[one.sums.open for one in line.dues if one.sums.open] for line in lines] == [[600], [], []]
    assert [line.light for line in lines] == [False, True, True]

    release_all(number, lena)
    case = Case.objects.get(customer__name="Dana0 Okafor")
    assert not case.light
    assert owed(case.pk).sums.open == 600, "a voucher of ours takes nothing off what a rule owes"
    assert Grant.objects.filter(case=case).get().goodwill == 15


def test_the_page_says_what_is_owed_as_the_worker_last_worked_it_out(lena: Hand) -> None:
    number = three(lena)
    assert incident_for(lena.scope, number).owed == ()
    assert actions.reckon_due(now=NOW)
    assert not actions.reckon_due(now=NOW), "once in ten minutes"
    (due,) = incident_for(lena.scope, number).owed
    assert (due.many, due.amount, due.still, due.unknown) == (1, 600, 1, 1)
    release_all(number, lena)
    case = Case.objects.get(customer__name="Dana0 Okafor")
    remedies.grant_owed(case.pk, FLIGHTS, **lena.at(NOW))
    assert actions.reckon_due(now=NOW + H)
    facts = incident_for(lena.scope, number)
    assert (facts.owed[0].amount, facts.owed[0].still, facts.owed[0].open) == (600, 0, 0)
    assert facts.reckoned_at == NOW + H


def test_a_light_case_comes_to_a_desk_once_something_is_owed_in_it(lena: Hand) -> None:
    number = three(lena)
    release_all(number, lena)
    case = Case.objects.get(customer__name="Dana1 Okafor")
    assert case.light
    Promise.objects.filter(customer=case.customer).update(forecast_at=NOW + 30 * H)
    actions.reckon_due(now=NOW + H)
    case.refresh_from_db()
    assert not case.light


def test_a_light_case_with_something_owed_does_not_end_unseen(lena: Hand) -> None:
    number = three(lena)
    actions.set_bar(number, Line(owed=False), **lena.at(NOW))
    release_all(number, lena)
    actions.reckon_due(now=NOW)
    cases = {case.customer.name: case for case in Case.objects.select_related("customer")}
    assert all(case.light for case in cases.values()), "the plan says that nobody needs to see them"
    for case in cases.values():
        says_yes(case)
    assert actions.close_answered(now=NOW + H) == 1
    after = {case.customer.name: (case.light, case.closed_at is not None) for case in Case.objects.all()}
    assert after == {
        "Dana0 Okafor": (False, False), "Dana1 Okafor": (True, True), "Dana2 Okafor": (False, False),
    }  # fmt: skip


def test_ten_times_as_many_are_worked_out_with_the_same_questions(lena: Hand) -> None:
    asked = []
    for many in (2, 20):
        for one in passengers(many):
            cancelled(one, distance_km=5800)
        number = storm(lena)
        with CaptureQueriesContext(connection) as seen:
            tally(lena.scope, number, now=NOW)
        asked.append(len(seen))
        Member.objects.filter(incident=number).delete()
        Incident.objects.filter(pk=number).delete()
    assert asked[0] == asked[1]
