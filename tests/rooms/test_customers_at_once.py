"""Two batches and merges at the same time."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest
from django.db import connection, transaction

from makegood.customers import actions
from makegood.customers.models import Customer
from makegood.customers.rules import CustomerFact
from makegood.journal.actors import SYSTEM
from makegood.kernel.refusals import Refusal
from tests.factories import NOW


@pytest.fixture(autouse=True)
def _tables(committed: list[str]) -> None:
    committed.extend(("journal_entry", "customers_contactpoint", "customers_customer"))


def test_batches_with_the_same_new_keys_agree() -> None:
    start = Barrier(4)

    def batch(number: int) -> dict[str, int]:
        facts = [CustomerFact(key=f"K{key}", name=f"Name {key} {number}", phone="2125550142") for key in range(200)]
        try:
            start.wait()
            found: dict[str, int] = {}
            for _ in range(3):
                with transaction.atomic():
                    found = actions.resolve_many(facts if number % 2 else facts[::-1], now=NOW)
            return found
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(batch, range(4)))
    assert Customer.objects.count() == 200
    assert all(answer == answers[0] for answer in answers)


def test_merges_that_cross_each_other_leave_one_living_customer() -> None:
    ids = list(actions.resolve_many([CustomerFact(key=f"K{key}") for key in range(6)], now=NOW).values())
    start = Barrier(2)

    def merges(order: list[int]) -> None:
        try:
            start.wait()
            for gone, keep in itertools.pairwise(order):
                with suppress(Refusal):
                    actions.merge(keep, gone, by=SYSTEM, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(merges, [ids, ids[::-1]]))
    living = set(Customer.objects.filter(merged_into=None).values_list("pk", flat=True))
    assert living
    assert set(Customer.objects.exclude(merged_into=None).values_list("merged_into", flat=True)) <= living
