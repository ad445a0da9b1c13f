"""What the plan gives a writer to begin with, in the situations of the five stories and in a customer's own mail: the
coach finds no fault in it, it has the five steps as far as the facts go, and where no time is known it has a gap."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from makegood.cases import actions as cases
from makegood.cases.models import Case
from makegood.cases.queries import case_for
from makegood.conversation.coach import read
from makegood.customers.models import Customer
from makegood.customers.queries import customer_for
from makegood.journal.actors import SYSTEM
from makegood.promises import actions as promises
from makegood.promises.models import Promise
from makegood.remedies import actions
from makegood.remedies.queries import coaching, plan_of
from makegood.remedies.rules.opening import opening
from makegood.remedies.rules.plan import gap_in
from tests.factories import NOW, Cast, make_customer
from tests.rooms.casework import HOUR, MINUTE, Hand, callback, cast, mara, watch

__all__ = ["cast", "mara"]
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LANGUAGES = ("en", "de", "es")
ALWAYS = {"own", "listen", "empathise", "apologise"}


def promised(hand: Hand, customer: Customer, kind: str, title: str, *, hours: float) -> Promise:
    made = promises.make(
        customer_id=customer.pk, kind=kind, title=title, due_at=NOW + hours * HOUR, owner_id=hand.id,
        by=hand.by, now=NOW - 6 * DAY,
    )  # fmt: skip
    return Promise.objects.get(pk=made.pk)


def blue_trousers(hand: Hand, customer: Customer) -> datetime:
    """A0: it came on the day, in the wrong colour; she rang."""
    parcel = promised(hand, customer, "delivery", "Black trousers, size 40", hours=2)
    promises.keep(parcel.pk, by=hand.by, now=NOW)
    cases.report_failure(
        customer_id=customer.pk, promise_id=parcel.pk, what="Blue trousers came instead of black ones",
        harm="I wanted to wear them on Friday.", **hand.at(NOW + HOUR),
    )  # fmt: skip
    return NOW + HOUR


def locked_keys(hand: Hand, customer: Customer) -> datetime:
    """A1: the car is promised for nine, and an hour before it is known that it cannot be."""
    car = promised(hand, customer, "appointment", "The car at the door at nine", hours=1)
    cases.forecast_promise(car.pk, forecast_at=NOW + DAY, **hand.at(NOW))
    return NOW + MINUTE


def silent_alarm(hand: Hand, customer: Customer) -> datetime:
    """A2: a call that did not come, and what was promised instead did not either."""
    callback(hand, customer=customer.pk)
    watch(NOW + HOUR)
    number = Case.objects.latest("pk").pk
    at = hand.at(NOW + HOUR)
    cases.record_step(number, step="listen", words="Nobody rang.", harm="She does not feel safe.", **at)
    cases.commit(number, title="The head of the technicians rings her", due_at=NOW + 90 * MINUTE, **at)
    watch(NOW + 2 * HOUR)
    return NOW + 2 * HOUR


def silent_alarm_after_an_apology(hand: Hand, customer: Customer) -> datetime:
    now = silent_alarm(hand, customer)
    cases.record_step(Case.objects.latest("pk").pk, step="apologise", words="I am sorry.", **hand.at(now))
    return now + MINUTE


def late_unit(hand: Hand, customer: Customer) -> datetime:
    """A3: due today for a job site, and an answer is promised within thirty minutes."""
    promised(hand, customer, "delivery", "Compressor unit, at the yard before noon", hours=1)
    watch(NOW + 2 * DAY)
    number = Case.objects.latest("pk").pk
    at = hand.at(NOW + 2 * DAY)
    cases.record_step(number, step="listen", words="I need it.", harm="The job site stands still without it.", **at)
    cases.commit(number, title="An answer within 30 minutes", due_at=NOW + 2 * DAY + 30 * MINUTE, **at)
    return NOW + 2 * DAY + MINUTE


def half_the_furniture(hand: Hand, customer: Customer) -> datetime:
    """A4: a back-order that is known before the truck leaves."""
    pieces = promised(hand, customer, "delivery", "Six pieces for the new house", hours=20)
    cases.forecast_promise(pieces.pk, forecast_at=NOW + 6 * DAY, **hand.at(NOW))
    return NOW + MINUTE


def a_mail(hand: Hand, customer: Customer) -> datetime:
    """Of what the customer writes about, nothing was promised and nothing is known but their own words."""
    cases.report_failure(customer_id=customer.pk, kind="delivery", what="Wo bleibt mein Sofa?", **hand.at(NOW))
    return NOW + MINUTE


STORIES: dict[str, Callable[[Hand, Customer], datetime]] = {
    one.__name__: one
    for one in (
        blue_trousers, locked_keys, silent_alarm, silent_alarm_after_an_apology, late_unit, half_the_furniture, a_mail,
    )
}  # fmt: skip


def draft(hand: Hand, now: datetime, *, writer: str = "Mara Silva") -> tuple[str, set[str], set[str]]:
    """What a writer begins with, its faults and its elements."""
    case = case_for(hand.scope, Case.objects.latest("pk").pk)
    customer = customer_for(hand.scope, case.customer_id)
    made = plan_of(case, customer, scope=hand.scope, now=now)
    lines = {one.step: one.prepared for one in made.words}
    text = opening(lines, language=made.language, customer=customer.name, writer=writer)
    reading = read(text, language=made.language, context=coaching(case, now=now))
    return text, {one.code for one in reading.faults}, {one.code for one in reading.elements}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("playbooks", [True, False])
def test_what_a_writer_begins_with_has_no_fault_and_the_five_steps(
    cast: Cast, mara: Hand, story: str, language: str, playbooks: bool
) -> None:
    if playbooks:
        actions.install_shipped(by=SYSTEM, now=NOW)
    now = STORIES[story](mara, make_customer("Dana Okafor", language=language))

    for hand, writer in ((mara, "Mara Silva"), (Hand(cast.lena), "Lena Brandt")):
        text, faults, elements = draft(hand, now, writer=writer)
        wanted = ALWAYS - ({"apologise"} if story == "silent_alarm_after_an_apology" else set())
        wanted |= set() if gap_in(text) else {"repair", "when"}
        assert (sorted(faults), sorted(wanted - elements)) == ([], []), text
        assert "{" not in text
        assert text.endswith(f"\n{writer}"), text
        assert any(f"{one} Mara" in text for one in ("I am", "Ich bin", "Soy")) == (hand is mara), text


def test_a_parcel_that_came_on_its_day_is_not_said_to_be_late(mara: Hand) -> None:
    text, _, _ = draft(mara, blue_trousers(mara, make_customer("Ruth Abara")))

    assert "We said" not in text
    assert "did not keep" not in text


def test_nothing_known_is_nothing_promised(mara: Hand) -> None:
    text, _, _ = draft(mara, a_mail(mara, make_customer("Dana Okafor")))

    assert "[day and time]" in text
    assert "Thank you for telling us." in text
    assert "our word" not in text
