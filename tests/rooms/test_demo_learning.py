"""The demo's desk learned something in the weeks before, by the same actions as at a desk."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from makegood.cases import actions as cases
from makegood.cases.models import Case, Failure
from makegood.config.demo.bags import BAG, LIST_LOST, bag_facts, bags, put_bags_right
from makegood.config.demo.hand import EVERYTHING, hand_of
from makegood.config.demo.hiring import hire
from makegood.config.demo.never_again import learn, name_owner
from makegood.config.demo.news import KIND
from makegood.config.demo.passengers import passengers
from makegood.config.demo.scene import choose
from makegood.config.demo.trying import ask_whether_it_keeps_them, begin_trying, try_out
from makegood.customers.models import Customer
from makegood.intake.actions import CasesFor, take_in
from makegood.journal.actors import SYSTEM
from makegood.learning.models import Candidate
from makegood.learning.queries.improvements import improvements
from makegood.learning.rules.recurrence import State
from makegood.learning.rules.signals import Cell, signals
from makegood.measurement.models import Assigned, Experiment, Heeded, Report
from makegood.promises.actions import ensure_kind
from tests.factories import NOW

pytestmark = pytest.mark.django_db
SCENE = choose("ordinary", now=NOW)


@pytest.fixture
def staff() -> dict[str, int]:
    """The cast, and six weeks of bags as the couriers told of them."""
    hired = hire(now=SCENE.starts_at)
    for slug, name in ((KIND, "Arrival"), (BAG, "Bag to the door")):
        ensure_kind(slug, name=name, by=SYSTEM, now=SCENE.starts_at)
    facts = list(bag_facts(SCENE, passengers(SCENE.time_zone)))
    take_in(facts, by=SYSTEM, now=SCENE.starts_at, cases=CasesFor.NONE)
    return hired


def a_case(staff: dict[str, int], *, hours: int) -> int:
    """Somebody told Priya of a late arrival so many hours after midnight."""
    hand = hand_of(staff["priya"], SCENE.starts_at + timedelta(hours=hours))
    customer = Customer.objects.order_by("pk")[abs(hours)].pk
    return cases.report_failure(customer_id=customer, kind=KIND, what="The seat was given away.", **hand).number


def test_a_courier_fails_beyond_chance_and_one_change_held_one_is_live_and_one_is_asked(staff: dict[str, int]) -> None:
    seats = a_case(staff, hours=-96)
    cases.take(seats, **hand_of(staff["priya"], SCENE.starts_at - timedelta(hours=95)))
    cases.record_cause(seats, cause="two-systems", **hand_of(staff["priya"], SCENE.starts_at - timedelta(hours=95)))
    name_owner(SCENE, staff)
    learn(SCENE, staff, lost=put_bags_right(SCENE, staff))

    signal = Candidate.objects.get(what="courier")
    assert (signal.value, signal.standing) == ("Swift Parcel", True)
    found = {one.state: one for one in improvements(EVERYTHING)}
    assert set(found) == {State.PLANNED, State.LIVE, State.HELD}
    assert signal.improvement_id == found[State.LIVE].number
    assert found[State.LIVE].more_needed > 0, "It is too early to say anything of it."
    assert all(one.owner == "Iris Okoye" for one in found.values())
    held = found[State.HELD]
    assert (held.before.failed, held.since.failed) == (8, 0)
    assert held.ratio is not None
    assert held.ratio.high < 1, "What held did so beyond chance."


@pytest.mark.parametrize("days", range(7))
def test_the_courier_is_found_on_whichever_weekday_the_demo_begins(days: int) -> None:
    """Weeks are those of the calendar, and which day is today moves them."""
    for looked in (8, 0):
        found = signals(_cells(date(2026, 11, 23) + timedelta(days=days), before=looked))
        assert [(one.what, one.value) for one in found] == [("courier", "Swift Parcel")]


def _cells(today: date, *, before: int) -> list[Cell]:
    due, failed = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
    for bag in bags():
        week = (today - timedelta(days=bag.days_ago)).strftime("%G-%V")
        for what, value in (("courier", bag.courier), ("", "")) if bag.days_ago > before else ():
            due[what, value, week] += 1
            failed[what, value, week] += bool(bag.why)
    return [Cell(what, value, BAG, week, many, failed[what, value, week]) for (what, value, week), many in due.items()]


def test_it_is_told_as_it_happened(staff: dict[str, int]) -> None:
    """Nothing is dated before what it follows from, and nothing after the day begins."""
    numbers = put_bags_right(SCENE, staff)
    assert len(numbers) == sum(bag.why == LIST_LOST for bag in bags())
    for case in Case.objects.filter(kind__slug=BAG):
        assert case.closed_at is not None
        assert case.opened_at <= case.closed_at < SCENE.starts_at
        promise = Failure.objects.select_related("promise").get(case=case).promise
        assert promise is not None
        assert promise.due_at < case.opened_at


def test_whoever_opens_a_case_of_today_is_shown_what_the_lot_drew(staff: dict[str, int]) -> None:
    begin_trying(SCENE, staff)
    row = Experiment.objects.get()
    assert row.started_at == SCENE.starts_at
    for hours in range(1, 13):
        number = a_case(staff, hours=hours)
        hand = hand_of(staff["priya"], SCENE.starts_at + timedelta(hours=hours, minutes=5))
        cases.take(number, **hand)
        try_out(number, hand)
    assert Assigned.objects.count() == 12
    assert set(Assigned.objects.values_list("arm__position", flat=True)) == {0, 1}
    assert Heeded.objects.filter(done=True).exists()
    assert Heeded.objects.count() == Assigned.objects.filter(arm__position=1).count()


def test_whether_it_keeps_customers_is_registered_before_the_first_of_them_failed(staff: dict[str, int]) -> None:
    ask_whether_it_keeps_them(SCENE, staff)
    report = Report.objects.get()
    assert report.registered_at.date() < report.since < SCENE.starts_at.date() < report.before
    assert report.opens_at > SCENE.starts_at + timedelta(days=60)
