"""Who is at a case just now: told to each other, forgotten soon, and kept at little cost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from makegood.cases import actions as cases
from makegood.cases.models import Presence
from makegood.journal.models import Entry
from tests.factories import NOW, Cast, make_customer
from tests.rooms.casework import Hand, cast, mara

__all__ = ["cast", "mara"]

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def case(mara: Hand) -> int:
    return cases.report_failure(
        customer_id=make_customer().pk, kind="callback", what="Nobody rang", **mara.at(NOW)
    ).number


def at(case: int, hand: Hand, now: datetime = NOW, *, writes: bool = False) -> list[tuple[str, bool]]:
    return [(one.name, one.writes) for one in cases.come_to(case, writes=writes, scope=hand.scope, now=now)]


def test_each_sees_the_others_and_what_they_do(cast: Cast, mara: Hand, case: int) -> None:
    lena = Hand(cast.lena)
    assert at(case, mara) == []
    assert at(case, lena) == [("Mara Silva", False)]
    assert at(case, mara, NOW + SECOND, writes=True) == [("Lena Brandt", False)]
    assert at(case, lena, NOW + SECOND) == [("Mara Silva", True)]


def test_who_went_is_gone_within_seconds_and_tidied_away(cast: Cast, mara: Hand, case: int) -> None:
    lena = Hand(cast.lena)
    at(case, mara)
    assert at(case, lena, NOW + 14 * SECOND) == [("Mara Silva", False)]
    assert at(case, lena, NOW + 15 * SECOND) == []
    assert cases.forget_who_left(now=NOW + 20 * SECOND) == 1
    assert Presence.objects.get().staff_id == lena.id


def test_nobody_is_at_a_case_that_they_may_not_see(cast: Cast, mara: Hand, case: int) -> None:
    at(case, mara)
    assert at(case, Hand(cast.stranger)) == []
    assert at(case + 1, mara) == []
    assert Presence.objects.count() == 1


def test_it_is_written_seldom_and_never_to_the_journal_or_the_log(
    mara: Hand, case: int, django_assert_num_queries: Any
) -> None:
    entries = Entry.objects.count()
    at(case, mara)
    for second in range(1, 5):
        with django_assert_num_queries(2):
            at(case, mara, NOW + second * SECOND)
    assert Presence.objects.get().seen_at == NOW
    at(case, mara, NOW + 5 * SECOND)
    assert Presence.objects.get().seen_at == NOW + 5 * SECOND
    assert Entry.objects.count() == entries
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'cases_presence'")
        assert cursor.fetchone() == ("u",)
