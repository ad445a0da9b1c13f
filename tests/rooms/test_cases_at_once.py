"""Two watches, or a watch and a person, at the same case at the same instant."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connection

from makegood.cases import actions
from makegood.cases.models import Case, Escalation, Failure
from makegood.cases.rules import Step
from makegood.journal.actors import SYSTEM
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.promises.actions import NewPromise, make_many
from makegood.promises.models import Kind, Promise
from makegood.promises.queries import kind_named
from makegood.worker.watch import tick
from tests.factories import NOW, Cast, make_cast, make_customer
from tests.rooms.casework import HOUR, MINUTE, Hand

TABLES = (
    "notices_delivery", "notices_notice", "notices_channel",
    "journal_entry", "cases_escalation", "cases_commitment", "cases_stepdone", "cases_failure",
    "cases_satisfactioncheck", "cases_case", "promises_promise", "customers_customer", "people_absence",
    "people_staff", "people_team",
)  # fmt: skip


@pytest.fixture
def cast(committed: list[str]) -> Cast:
    committed.extend(TABLES)
    return make_cast()


@pytest.fixture(autouse=True)
def _kinds_without_team(committed: list[str]) -> None:
    Kind.objects.update(team=None)


def together(*jobs: Callable[[], object]) -> list[object]:
    """Run these at the same time, each on a connection of its own; what they raise comes up here."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], object]) -> object:
        try:
            start.wait()
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def promise_calls(customer_ids: list[int], count: int) -> None:
    news = [
        NewPromise(customer_id=customer_ids[number % len(customer_ids)], title="Ring back",
                   due_at=NOW + MINUTE)
        for number in range(count)
    ]  # fmt: skip
    make_many(news, kind=kind_named("callback"), by=SYSTEM, now=NOW)


def watch(now: datetime) -> None:
    for _ in range(60):
        tick(now=now, limit=7)


def test_four_watches_open_one_case_for_each_customer(cast: Cast) -> None:
    customers = [make_customer(f"Customer {number}").pk for number in range(12)]
    promise_calls(customers, 240)
    together(*[lambda: watch(NOW + 2 * MINUTE)] * 4)
    assert (Case.objects.count(), Failure.objects.count()) == (12, 240)
    assert Entry.objects.filter(verb="case.opened").count() == 12
    assert Promise.objects.filter(kind__slug="first-contact").count() == 12


def test_watches_that_climb_draw_each_person_in_once(cast: Cast) -> None:
    customers = [make_customer(f"Customer {number}").pk for number in range(40)]
    promise_calls(customers, 40)
    watch(NOW + 2 * MINUTE)
    together(*[lambda: watch(NOW + HOUR)] * 4)
    assert Escalation.objects.count() == 40
    assert Entry.objects.filter(verb="case.escalated").count() == 40


def test_people_who_speak_while_the_watch_breaks_the_promise_wait_and_are_not_refused(cast: Cast) -> None:
    """The promise to speak is kept or broken in the same instant: kept late or in time, and nothing is stuck."""
    customers = [make_customer(f"Customer {number}").pk for number in range(30)]
    promise_calls(customers, 30)
    watch(NOW + 2 * MINUTE)
    numbers = list(Case.objects.order_by("pk").values_list("pk", flat=True))
    greta, late = Hand(cast.greta), NOW + HOUR

    def speak() -> None:
        for number in numbers:
            actions.record_step(number, step=Step.APOLOGISE, words="I am sorry", **greta.at(late))

    def speak_backwards() -> None:
        for number in reversed(numbers):
            actions.record_step(number, step=Step.LISTEN, words="She waited", **greta.at(late))

    together(speak, speak_backwards, lambda: watch(late), lambda: watch(late))
    states = set(Promise.objects.filter(kind__slug="first-contact").values_list("state", flat=True))
    assert states == {"kept_late"}


def test_of_two_who_take_a_case_at_once_one_gets_it(cast: Cast) -> None:
    promise_calls([make_customer("Dana Okafor").pk], 1)
    watch(NOW + 2 * MINUTE)
    number = Case.objects.get().pk
    Case.objects.update(owner=cast.lena)
    Kind.objects.filter(slug="callback").update(team=cast.care)

    def take(hand: Hand) -> str:
        try:
            actions.take(number, **hand.at(NOW + 3 * MINUTE))
        except Refusal as refusal:
            return refusal.code
        return "taken"

    answers = together(lambda: take(Hand(cast.mara)), lambda: take(Hand(cast.tomas)))
    assert sorted(map(str, answers)) == ["case.owned", "taken"]
