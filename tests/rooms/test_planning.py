"""Lists and searches are planned for the words and filters they are asked with, however often they were asked before.

One plan for all words there may be took a second on a million promises. All other statements shall be prepared.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from makegood.cases import actions as cases_actions
from makegood.cases import queries as cases
from makegood.customers import queries as customers
from makegood.journal.actors import SYSTEM
from makegood.people.rules import Role, Scope
from makegood.platform.planning import tell_planner
from makegood.promises import actions as promise_actions
from makegood.promises import queries as promises
from makegood.promises.queries import promises_by_id
from makegood.promises.rules import State
from tests.factories import NOW, make_customer, make_staff

pytestmark = pytest.mark.django_db
ALL = Scope(Role.MANAGER, 0, None)
MANY = 10
"""A statement is prepared when it comes the third time, and planned for all values from the sixth time after that."""

ASKED: dict[str, Callable[[int], object]] = {
    "customers by words": lambda n: customers.search(ALL, f"ana{n}", limit=6),
    "customers by phone": lambda n: customers.search(ALL, f"0171 2345{n}", limit=6),
    "a page of customers": lambda n: customers.customers_page(ALL, f"ana{n}"),
    "how many customers": lambda n: customers.count_customers(ALL, f"ana{n}", at_most=99),
    "cases by words": lambda n: cases.search(ALL, f"late{n}", limit=6),
    "a page of cases": lambda n: cases.cases_list(ALL, cases.CaseFilter(kind="callback", q=f"late{n}")),
    "how many cases": lambda n: cases.count_open(ALL, cases.CaseFilter(severity=n, q=f"late{n}")),
    "promises by reference": lambda n: promises.search(ALL, f"N-{n}", limit=6),
    "a page of the ledger": lambda n: promises.ledger(
        ALL, promises.LedgerFilter(states=(State.BROKEN,), reference=f"N-{n}", due_from=NOW + timedelta(days=n))
    ),
    "how many promises": lambda n: promises.count_open(ALL, promises.LedgerFilter(states=(State.OPEN,), source=f"{n}")),
    "promises of a customer": lambda n: promises.of_customer(ALL, (n,), limit=6),
}


def prepared() -> set[str]:
    """The statements that were prepared, without those that read by key what a list or a search found."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement NOT LIKE '%pg_prepared%'")
        return {statement for (statement,) in cursor.fetchall() if "= ANY(" not in statement}


@pytest.mark.parametrize("name", ASKED)
def test_what_a_person_looks_for_is_planned_anew(name: str) -> None:
    make_customer("Ana 1")
    for number in range(MANY):
        before = prepared()
        ASKED[name](number)
        assert prepared() <= before


def test_what_is_looked_up_by_key_is_prepared() -> None:
    customer = make_customer("Ana 1")
    make_staff()
    for _ in range(MANY):
        customers.customer_for(ALL, customer.pk)
    assert any("customers_customer" in statement for statement in prepared())


def test_what_a_case_is_opened_with_is_planned_once_for_all() -> None:
    scope = Scope(Role.AGENT, make_staff().pk, None)
    for number in range(3 * MANY):
        customer = make_customer(f"Ana {number}")
        cases_actions.report_failure(
            customer_id=customer.pk, kind="callback", what="Late", scope=scope, by=SYSTEM, now=NOW
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE custom_plans > %s", [2 * MANY])
        assert cursor.fetchall() == []


def test_promises_by_number_are_planned_once_however_few_they_are() -> None:
    customer = make_customer()
    numbers = [promise_actions.make(
        customer_id=customer.pk, kind="callback", title="Ring", due_at=NOW, by=SYSTEM, now=NOW - timedelta(days=1)
    ).pk for _ in range(3)]  # fmt: skip
    for _ in range(3 * MANY):
        assert sorted(promises_by_id(numbers)) == numbers
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE custom_plans > %s", [2 * MANY])
        assert cursor.fetchall() == []


def believed(table: str) -> int:
    """How many rows the planner believes a table to hold."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
        return int(cursor.fetchone()[0])


def test_the_planner_is_told_of_a_table_that_grew_at_once_and_only_then(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    tables = ("customers_contactpoint", "customers_customer")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_contactpoint, customers_customer")
    for number in range(2 * MANY):
        make_customer(f"Ana {number}")
    assert believed("customers_customer") == 0
    tell_planner(tables, many=2 * MANY)
    assert (believed("customers_contactpoint"), believed("customers_customer")) == (0, 2 * MANY)
    make_customer("Ana again")
    with django_assert_num_queries(1):
        tell_planner(tables[1:], many=4 * MANY)
    assert believed("customers_customer") == 2 * MANY
