"""Notices when several tell or send at the same moment, each on a connection of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from makegood.notices.models import Delivery, Notice
from tests.factories import NOW, make_staff
from tests.rooms.noticing import Service, reached_at, told

TABLES = ["notices_delivery", "notices_notice", "notices_channel", "journal_entry", "people_staff"]


@pytest.fixture(autouse=True)
def _left_clean(committed: list[str]) -> None:
    committed += TABLES


def test_two_senders_at_once_send_each_thing_once() -> None:
    people = [make_staff(f"Person {number}") for number in range(12)]
    for person in people:
        reached_at(person, f"json://hook.example/{person.pk}")
        told(person)
    services = [Service() for _ in range(4)]
    start = threading.Barrier(len(services))

    def send(one: Service) -> None:
        start.wait()
        one.look(NOW)
        connection.close()

    _at_once([lambda one=one: send(one) for one in services])
    taken = [message for one in services for message in one.taken]
    assert len(taken) == len(people)
    assert not Delivery.objects.filter(sent_at=None).exists()


def test_the_same_thing_told_twice_at_once_is_told_once() -> None:
    person = make_staff()
    start = threading.Barrier(4)

    def tell() -> None:
        start.wait()
        told(person)
        connection.close()

    _at_once([tell] * 4)
    assert Notice.objects.count() == 1


def _at_once(deeds: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=deed) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
