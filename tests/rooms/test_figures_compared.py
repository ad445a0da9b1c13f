"""What `makegood doctor` asks of the daily figures: whether counting them anew would give the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from makegood.customers.rules import CustomerFact
from makegood.intake.actions import take_in
from makegood.measurement import actions
from makegood.measurement.models import Counted, Counting, Tally, TallyOfPlace
from makegood.measurement.queries.recounting import counted_up, days_counted, differing, some_days
from makegood.promises.facts import Fact
from makegood.promises.models import Promise
from tests.factories import Cast, actor, make_cast

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    """Promises kept on each of sixty days, to two places, and all of it counted."""
    made, now = make_cast(), datetime.now(UTC)
    told = [
        Fact(source="shop", reference=f"R{n}", customer=CustomerFact(key=f"K{n}"), kind="delivery",
             due_at=now - n * DAY, kept_at=now - n * DAY, attributes={"to": "BOS" if n % 2 else "LGA"})
        for n in range(1, 61)
    ]  # fmt: skip
    take_in(told, by=actor(made.greta), now=now)
    actions.count_anew()
    return made


def test_all_is_as_it_should_be(cast: Cast) -> None:
    days = days_counted()
    assert len(days) >= 60
    assert not differing(days)
    assert set(some_days()) <= set(days)
    assert len(some_days()) >= 12


def test_what_was_written_past_the_journal_is_found_and_mended(cast: Cast) -> None:
    promise = Promise.objects.order_by("due_at").first()
    assert promise is not None
    Promise.objects.filter(pk=promise.pk).update(state="kept_late")
    day = Counted.objects.get(what="p", number=promise.pk).day
    assert differing(days_counted()) == (day,)
    actions.count_anew()
    assert not differing(days_counted())


@pytest.mark.parametrize("table", [Tally, TallyOfPlace])
def test_a_sum_that_is_not_that_of_its_rows_is_found(cast: Cast, table: type[Tally] | type[TallyOfPlace]) -> None:
    row = table.objects.order_by("day").first()
    assert row is not None
    table.objects.filter(pk=row.pk).update(many=7)
    assert differing(days_counted()) == (row.day,)
    table.objects.filter(pk=row.pk).delete()
    assert differing(days_counted()) == (row.day,)


def test_a_row_that_was_not_counted_is_found(cast: Cast) -> None:
    row = Counted.objects.order_by("day").first()
    assert row is not None
    Counted.objects.filter(pk=row.pk).delete()
    assert differing(days_counted()) == (row.day,)


def test_what_waits_to_be_counted_is_known(cast: Cast) -> None:
    assert counted_up()
    Counting.objects.update(unfinished=[["staff", cast.mara.pk, "p", 0]])
    assert not counted_up()
    Counting.objects.update(unfinished=[], time_zone="none yet")
    assert not counted_up()
