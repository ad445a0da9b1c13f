"""Who is told of which move of a case, in words that name no customer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from makegood.cases import actions as cases
from makegood.cases.models import Case
from makegood.notices.models import Notice
from makegood.notices.queries import unread
from makegood.people.models import Absence, Staff
from makegood.promises import actions as promises
from tests.factories import NOW, Cast, make_absence, make_customer
from tests.rooms.casework import HOUR, MINUTE, Hand, callback, cast, mara, watch

__all__ = ["cast", "mara"]
pytestmark = pytest.mark.django_db
LATER = NOW + HOUR


def told(person: Staff, topic: str = "") -> list[str]:
    rows = Notice.objects.filter(staff=person).order_by("id")
    return list((rows.filter(topic=f"case.{topic}") if topic else rows).values_list("words", flat=True))


@pytest.fixture
def case(mara: Hand) -> int:
    callback(mara)
    watch(LATER)
    return Case.objects.get().pk


def test_a_new_case_is_told_to_its_owner(cast: Cast, case: int) -> None:
    assert told(cast.mara) == [f"SR-{case} is new, and yours."]
    assert Notice.objects.get().link == f"/cases/SR-{case}/"
    assert not Notice.objects.get().urgent


def test_many_new_cases_are_told_as_one_thing(cast: Cast, mara: Hand) -> None:
    for number in range(12):
        callback(mara, customer=make_customer(f"Customer {number}").pk)
    watch(LATER)
    assert told(cast.mara) == ["12 new cases are yours."]


def test_a_second_failure_is_told_to_the_sponsor(cast: Cast, mara: Hand, case: int) -> None:
    customer = Case.objects.get().customer_id
    Case.objects.update(closed_at=LATER, outcome="satisfied")
    callback(mara, customer=customer, now=LATER)
    watch(LATER + 2 * HOUR)
    (words,) = told(cast.lena, "sponsor")
    assert "sponsor" in words
    assert Notice.objects.get(topic="case.sponsor").urgent


def test_the_ladder_tells_the_owner_and_whoever_is_drawn_in_and_climbs_on(cast: Cast, case: int) -> None:
    watch(LATER + 16 * MINUTE)
    assert told(cast.lena) == [
        f"SR-{case} needs you: a promise in it broke. Take it in charge and speak to the customer yourself."
    ]
    assert told(cast.mara, "promise_broke") == [f"A promise in SR-{case} broke. Lena Brandt is drawn in."]
    assert set(Notice.objects.filter(topic="case.drawn_in").values_list("urgent", flat=True)) == {True}
    watch(LATER + 50 * MINUTE)
    assert told(cast.greta) == [
        f"SR-{case} needs you: a promise in it broke. Take it in charge and speak to the customer yourself."
    ]
    watch(LATER + 50 * MINUTE)
    assert len(told(cast.greta)) == 1


def test_taking_in_charge_settles_it_and_tells_the_owner(cast: Cast, case: int) -> None:
    now = LATER + 16 * MINUTE
    watch(now)
    cases.take_in_charge(case, **Hand(cast.lena).at(now))
    assert unread(cast.lena.pk, at_most=9) == 0
    assert told(cast.mara, "in_charge") == [f"Lena Brandt has taken SR-{case} in charge."]


def test_an_offer_is_told_and_so_is_its_answer(cast: Cast, mara: Hand, case: int) -> None:
    lena = Hand(cast.lena)
    cases.offer(case, to=lena.id, **mara.at(LATER))
    assert told(cast.lena) == [f"SR-{case} is offered to you by Mara Silva. Mara Silva owns it until you accept."]
    cases.decline(case, **lena.at(LATER))
    assert told(cast.mara, "declined") == [f"SR-{case} stays yours: Lena Brandt declined it."]
    assert unread(cast.lena.pk, at_most=9) == 0
    cases.offer(case, to=lena.id, **mara.at(LATER + MINUTE))
    assert len(told(cast.lena, "offered")) == 2
    cases.accept(case, **lena.at(LATER + 2 * MINUTE))
    assert unread(cast.lena.pk, at_most=9) == 0
    assert told(cast.mara, "gone") == [f"SR-{case} is Lena Brandt’s now."]


def test_who_is_given_a_case_is_told_and_so_is_who_had_it(cast: Cast, mara: Hand, case: int) -> None:
    Absence.objects.filter(staff=cast.tomas).delete()
    cases.assign(case, to=cast.tomas.pk, **Hand(cast.lena).at(LATER))
    assert told(cast.tomas) == [f"SR-{case} is yours: Lena Brandt gave it to you."]
    assert told(cast.mara, "gone") == [f"SR-{case} is no longer yours: Lena Brandt gave it on."]


def test_taking_what_is_ones_own_tells_nobody(cast: Cast, mara: Hand, case: int) -> None:
    cases.take(case, **mara.at(LATER))
    assert len(Notice.objects.all()) == 1
    assert unread(mara.id, at_most=9) == 0


def test_who_stands_in_is_told(cast: Cast, mara: Hand, case: int) -> None:
    make_absence(cast.mara, starts_at=LATER, ends_at=LATER + timedelta(days=1), deputy=cast.lena)
    cases.reassign_absent(now=LATER)
    assert told(cast.lena) == [f"SR-{case} is yours: its owner is away."]
    cases.reassign_absent(now=LATER + MINUTE)
    assert len(told(cast.lena)) == 1


def test_an_offer_that_lapses_is_told_to_the_owner(cast: Cast, mara: Hand, case: int) -> None:
    cases.offer(case, to=cast.lena.pk, **mara.at(LATER))
    make_absence(cast.lena, starts_at=LATER, ends_at=LATER + HOUR)
    cases.reassign_absent(now=LATER)
    assert told(cast.mara, "declined") == [f"SR-{case} stays yours: the person it was offered to is away."]


def test_no_words_name_a_customer_or_what_was_promised_to_them(cast: Cast, mara: Hand, case: int) -> None:
    watch(LATER + 16 * MINUTE)
    cases.offer(case, to=cast.lena.pk, note="Dana is furious", **mara.at(LATER + 20 * MINUTE))
    words = " ".join(Notice.objects.values_list("words", flat=True))
    assert not any(word in words for word in ("Dana", "Okafor", "alarm", "furious"))


def test_the_watch_tells_in_one_statement_however_many(
    cast: Cast, mara: Hand, django_assert_max_num_queries: Any
) -> None:
    def breaking(count: int) -> int:
        for number in range(count):
            callback(mara, customer=make_customer(f"Customer {number}").pk)
        with django_assert_max_num_queries(99) as seen:
            watch(LATER)
        return sum("notices_notice" in query["sql"] for query in seen.captured_queries)

    assert breaking(40) == 1


def test_what_was_kept_in_time_after_all_breaks_nothing_for_anybody(cast: Cast, mara: Hand) -> None:
    made = callback(mara)
    promises.keep(made.pk, by=mara.by, now=NOW + MINUTE)
    watch(LATER)
    assert not Notice.objects.exists()
