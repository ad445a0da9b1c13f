"""The same promises told in two batches at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from makegood.customers.rules import CustomerFact
from makegood.intake.actions import take_in
from makegood.journal.actors import SYSTEM
from makegood.journal.models import Entry
from makegood.promises import actions
from makegood.promises.facts import Fact
from makegood.promises.models import Promise
from tests.factories import NOW

MANY = 600


@pytest.fixture(autouse=True)
def _tables(committed: list[str]) -> None:
    committed.extend(("journal_entry", "promises_promise", "customers_contactpoint", "customers_customer"))


def test_batches_with_the_same_new_promises_make_each_once() -> None:
    start = Barrier(3)
    due_at = NOW + timedelta(days=1)
    customer = CustomerFact(key="K1")
    facts = [
        Fact(source="shop", reference=f"R{n}", customer=customer, kind="delivery", due_at=due_at) for n in range(MANY)
    ]

    def batch(number: int) -> int:
        try:
            start.wait()
            return take_in(facts if number % 2 else facts[::-1], by=SYSTEM, now=NOW).receipt.made
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(batch, range(3)))
    assert sorted(made) == [0, 0, MANY]
    assert Promise.objects.count() == Entry.objects.filter(verb="promise.made").count() == MANY


def test_first_words_told_at_once_make_each_promise_once() -> None:
    start, customer, rounds = Barrier(4), CustomerFact(key="K1"), 25
    due_at = NOW + timedelta(days=1)
    take_in([Fact(source="shop", reference="R", customer=customer, kind="delivery", due_at=due_at)], by=SYSTEM, now=NOW)

    def teller(_: int) -> int:
        made = 0
        try:
            for n in range(rounds):
                one = Fact(source="shop", reference=f"R{n}", customer=customer, kind="delivery", due_at=due_at)
                start.wait()
                made += take_in([one], by=SYSTEM, now=NOW).receipt.made
        finally:
            connection.close()
        return made

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(teller, range(4))) == rounds
    assert Promise.objects.count() == Entry.objects.filter(verb="promise.made").count() == rounds + 1


def test_many_promises_and_one_are_recorded_alike() -> None:
    due_on = (NOW + timedelta(days=1)).date()
    facts = [
        Fact(source="shop", reference=f"R{n}", customer=CustomerFact(key="K1"), kind="delivery", due_on=due_on)
        for n in range(MANY)
    ]
    actions.receive(facts[:1], by=SYSTEM, now=NOW)
    actions.receive(facts[1:], by=SYSTEM, now=NOW)
    told = [
        (entry.verb, entry.at, entry.actor_name, entry.customer_id, entry.data)
        for entry in Entry.objects.filter(subject_kind="promise").order_by("subject_id")
    ]
    assert len(told) == MANY
    assert all(entry == told[0] for entry in told)
    assert told[0][-1].keys() == {"title", "kind", "due_at", "due_on"}
    assert told[0][-1]["due_on"] == due_on.isoformat()
