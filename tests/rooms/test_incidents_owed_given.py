"""What rules owe to the customers of an incident, given to all at once along with the message."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases.models import Case, Commitment
from makegood.customers.models import ContactPoint
from makegood.incidents import actions
from makegood.incidents.models import Member, OwedGrant
from makegood.incidents.queries import dry_run, incident_for, tally
from makegood.incidents.rules.giving import Gift
from makegood.incidents.rules.judging import Line
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.promises.models import Promise
from makegood.remedies import actions as remedies
from makegood.remedies.models import Grant
from makegood.remedies.rules.authority import Limit
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.owing import OwedState
from tests.factories import NOW, Cast, actor
from tests.rooms.casework import Hand, cast  # noqa: F401 - a fixture
from tests.rooms.entitling import FLIGHTS, bind, owed
from tests.rooms.incidents import H, cancelled, passengers, release_all, storm
from tests.rooms.test_incidents_owed import lena, three

__all__ = ["lena"]
pytestmark = pytest.mark.django_db
# As above, but an event is the flight's and not the passenger's: whoever comes first is paid for all.
SHARED = """
binding: eu-flights
policy: eu-261
promise: [delivery]
facts:
  event: {always: delay}
  distance: {always: "5800"}
  intra_eu: {always: "no"}
  scheduled_arrival: {clock: due}
  arrived_at: {clock: expected}
  passenger: {always: "the household"}
  flight: {attribute: flight}
"""


def given_along(number: int, hand: Hand) -> None:
    actions.set_owed(number, give=True, **hand.at(NOW))
    release_all(number, hand, size=2)


def test_what_is_owed_is_given_along_and_who_must_be_asked_gets_a_person(lena: Hand, cast: Cast) -> None:  # noqa: F811
    remedies.set_limit(Limit(grade=2, currency="EUR"), by=actor(cast.greta), now=NOW)
    number = three(lena)
    gift = Gift(remedy=RemedyKind.CREDIT, titles={"en": "A meal"}, amount=Decimal(15), currency="EUR")
    actions.set_gift(number, gift, **lena.at(NOW))
    actions.set_owed(number, give=True, **lena.at(NOW))
    found = tally(lena.scope, number, now=NOW)
    (due,) = found.owed
    assert (found.gives_owed, due.open, due.still, due.unknown) == (True, 600, 1, 1)
    assert found.weights == {"light": 2, "full": 1}
    assert [line.light for line in dry_run(lena.scope, number, now=NOW).rows] == [True, True, False]

    release_all(number, lena)
    case = Case.objects.get(customer__name="Dana0 Okafor")
    assert case.light, "what is owed was given: nobody has to see it"
    assert owed(case.pk).state is OwedState.GRANTED
    entitled = Grant.objects.get(case=case, policy=FLIGHTS)
    assert (entitled.entitled, entitled.goodwill, entitled.correction) == (600, 0, 0)
    assert entitled.explanation["version"]
    assert entitled.explanation["steps"]
    assert (entitled.decided_by_id, entitled.failure != "") == (cast.lena.pk, True)
    assert Commitment.objects.filter(case=case, promise=entitled.promise_id).exists()
    told = Entry.objects.get(verb="case.granted", case_id=case.pk, data__grant=entitled.pk).data
    assert (told["policy"], told["entitled"]) == (FLIGHTS, "600")
    assert Grant.objects.get(case=case, policy="").goodwill == 15
    assert Grant.objects.exclude(policy="").count() == 1
    assert incident_for(lena.scope, number).owed_gifts.given == 1
    assert Entry.objects.get(verb="incident.batch").data["owed_given"] == 1


def test_it_is_the_very_grant_that_a_press_at_the_case_makes(lena: Hand) -> None:
    number = three(lena)
    given_along(number, lena)
    along = Grant.objects.get(policy=FLIGHTS)
    other = cancelled(passengers(5)[4], distance_km=5800)
    by_hand = storm(lena)
    actions.set_bar(by_hand, Line(owed=False), **lena.at(NOW))
    release_all(by_hand, lena)
    case = Case.objects.get(failures__promise=other.pk)
    pressed = Grant.objects.get(pk=remedies.grant_owed(case.pk, FLIGHTS, **lena.at(NOW)))
    for name in ("remedy", "title", "entitled", "currency", "policy", "due_at", "failure", "state"):
        assert getattr(along, name) == getattr(pressed, name), name
    assert along.explanation["steps"] == pressed.explanation["steps"]


def test_unless_the_plan_says_so_nothing_is_given(lena: Hand) -> None:
    number = three(lena)
    release_all(number, lena)
    assert not Grant.objects.exists()


def test_no_limit_and_no_budget_is_asked(lena: Hand, cast: Cast) -> None:  # noqa: F811
    remedies.set_limit(Limit(grade=2, each=Decimal(1), currency="EUR"), by=actor(cast.greta), now=NOW)
    given_along(three(lena), lena)
    assert Grant.objects.get().entitled == 600


def test_an_event_that_several_share_is_paid_once(lena: Hand, cast: Cast) -> None:  # noqa: F811
    bind(FLIGHTS, by=cast.greta, text=SHARED)
    for one in passengers(3):
        cancelled(one)
    number = storm(lena)
    given_along(number, lena)
    assert Grant.objects.get().entitled == 600
    assert Member.objects.filter(incident=number).exclude(told_at=None).count() == 3


def test_whoever_owns_the_incident_gives_nothing_to_themselves(lena: Hand, cast: Cast) -> None:  # noqa: F811
    number = three(lena)
    one = Member.objects.filter(incident=number).earliest("pk")
    ContactPoint.objects.create(
        customer_id=one.customer_id, channel="email", value=cast.lena.email, normal=cast.lena.email
    )
    given_along(number, lena)
    assert not Grant.objects.exists()
    assert Member.objects.get(pk=one.pk).told_at


def test_what_was_paid_to_all_is_said_once(lena: Hand) -> None:
    number = three(lena)
    given_along(number, lena)
    assert actions.fulfil_gifts(number, owed=True, reference="SEPA 7", **lena.at(NOW + H)) == 1
    grant = Grant.objects.get()
    assert (grant.reference, Promise.objects.get(pk=grant.promise_id).state) == ("SEPA 7", "kept")
    assert incident_for(lena.scope, number).owed_gifts.undone == 0
    with pytest.raises(Refusal) as no:
        actions.fulfil_gifts(number, owed=True, **lena.at(NOW + H))
    assert no.value.code == "incident.nothing_to_fulfil"


def test_a_stranger_changes_no_plan(lena: Hand, cast: Cast) -> None:  # noqa: F811
    number = three(lena)
    for staff, code in ((cast.stranger, "incident.unknown"), (cast.mara, "incident.may_not")):
        with pytest.raises(Refusal) as no:
            actions.set_owed(number, give=True, **Hand(staff).at(NOW))
        assert no.value.code == code
    assert not incident_for(lena.scope, number).plan.gives_owed


def test_ten_times_as_many_are_given_it_with_the_same_questions(lena: Hand) -> None:
    asked = []
    everybody = passengers(22)
    for some in (everybody[:2], everybody[2:]):
        for one in some:
            cancelled(one, distance_km=5800)
        number = storm(lena)
        actions.set_owed(number, give=True, **lena.at(NOW))
        actions.release(number, batch_size=100, every=0, **lena.at(NOW))
        with CaptureQueriesContext(connection) as seen:
            actions.release_due(now=NOW)
        asked.append(sum("ANALYZE" not in one["sql"] for one in seen))
        actions.end(number, **lena.at(NOW)) if actions.release_due(now=NOW) else None
    assert OwedGrant.objects.count() == 22
    assert abs(asked[0] - asked[1]) <= 1


def test_who_was_told_before_is_given_it_at_once_as_well(lena: Hand, cast: Cast) -> None:  # noqa: F811
    """Ticked after the message had left: nobody gives it case by case. Once, and only what is known."""
    number = three(lena)
    release_all(number, lena)
    assert not Grant.objects.exists()
    case = Case.objects.get(customer__name="Dana0 Okafor")

    def says(hand: Hand, which: int = number) -> str:
        with pytest.raises(Refusal) as no:
            actions.give_owed_now(which, **hand.at(NOW + H))
        return no.value.code

    assert (says(Hand(cast.stranger)), says(Hand(cast.mara))) == ("incident.unknown", "incident.may_not")
    assert actions.give_owed_now(number, **lena.at(NOW + H)) == (1, 0)
    (grant,) = Grant.objects.all()
    assert (grant.case_id, grant.policy, grant.entitled, grant.given_at) == (case.pk, FLIGHTS, 600, NOW + H)
    assert owed(case.pk).state is OwedState.GRANTED
    assert OwedGrant.objects.get().grant_id == grant.pk
    assert says(lena) == "incident.nothing_owed", "what something must be asked about is not given"
    assert Entry.objects.get(verb="incident.owed_given").data["customers"] == 1
