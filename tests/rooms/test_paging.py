"""Lists read by key: walked to their end and back again, nothing is left out and nothing comes twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Protocol

import pytest

from makegood.cases import queries as cases
from makegood.cases.models import Case
from makegood.customers import actions
from makegood.customers import queries as customers
from makegood.journal.actors import SYSTEM
from makegood.people.rules import Role, Scope
from makegood.promises import queries as promises
from makegood.promises.models import Kind, Promise
from tests.factories import NOW, make_customer, make_staff

pytestmark = pytest.mark.django_db
ALL = Scope(Role.MANAGER, 0, None)
MINUTES = (5, 5, 5, 7, 9, 9, 9, 9, 11)
"""More than a page of two is equal in what the list is ordered by."""


class Page(Protocol):
    rows: Any
    next: str
    previous: str


Read = Callable[..., Page]


def some_promises() -> None:
    customer, kind = make_customer(), Kind.objects.get(slug="callback")
    for minutes in MINUTES:
        at = NOW + timedelta(minutes=minutes)
        Promise.objects.create(
            customer=customer, kind=kind, title="Ring back", made_at=NOW, due_at=at, warn_at=at, breaks_at=at,
            next_check_at=at,
        )  # fmt: skip


def some_cases() -> None:
    customer, kind, owner = make_customer(), Kind.objects.get(slug="callback"), make_staff()
    for minutes in MINUTES:
        Case.objects.create(
            customer=customer, kind=kind, title="Not rung", severity=2, detected_by="watch", owner=owner,
            opened_at=NOW - timedelta(minutes=minutes),
        )  # fmt: skip


def some_customers() -> None:
    for minutes in MINUTES:
        make_customer(f"Ana {minutes:02} ~ Ö")


def found_customers() -> None:
    for minutes in MINUTES:
        actions.add(f"Ana {minutes:02}", by=SYSTEM, now=NOW)


def ledger(newest_first: bool = False) -> Read:
    return lambda **place: promises.ledger(ALL, promises.LedgerFilter(newest_first=newest_first), limit=2, **place)


LISTS: dict[str, tuple[Callable[[], None], Read]] = {
    "the ledger": (some_promises, ledger()),
    "the ledger, newest first": (some_promises, ledger(newest_first=True)),
    "cases": (some_cases, lambda **place: cases.cases_list(ALL, cases.CaseFilter(), limit=2, **place)),
    "cases, oldest first": (
        some_cases, lambda **place: cases.cases_list(ALL, cases.CaseFilter(oldest_first=True), limit=2, **place)
    ),
    "customers": (some_customers, lambda **place: customers.customers_page(ALL, limit=2, **place)),
    "customers found": (found_customers, lambda **place: customers.customers_page(ALL, "ana", limit=2, **place)),
}  # fmt: skip


def ids(page: Page) -> list[int]:
    return [getattr(row, "number", None) or row.id for row in page.rows]


def walk(read: Read) -> tuple[Sequence[Page], Sequence[Page]]:
    """The pages met on the way to the end, and those on the way back."""
    there = [read()]
    while there[-1].next:
        there.append(read(after=there[-1].next))
    back = [there[-1]]
    while back[-1].previous:
        back.append(read(before=back[-1].previous))
    return there, back


@pytest.mark.parametrize("name", LISTS)
def test_there_and_back(name: str) -> None:
    fill, read = LISTS[name]
    fill()
    there, back = walk(read)
    met = [one for page in there for one in ids(page)]
    assert len(met) == len(set(met)) == len(MINUTES)
    assert [ids(page) for page in reversed(back)][: len(there) - 1] == [ids(page) for page in there][:-1]
    assert (there[0].previous, there[-1].next, back[-1].previous) == ("", "", "")


def test_going_back_ends_with_a_whole_first_page() -> None:
    some_promises()
    read = ledger()
    first = read()
    third = read(after=read(after=first.next).next)
    Promise.objects.filter(pk=ids(first)[0]).delete()
    begun = read(before=read(before=third.previous).previous)
    assert len(ids(begun)) == 2, "a page of one would be all that is left before it"
    assert begun.previous == ""
    assert begun.next
