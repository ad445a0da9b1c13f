"""Whatever people do and whoever leaves, a case has exactly one owner, who is there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases import actions, queries
from makegood.cases.models import Case
from makegood.customers.models import Customer
from makegood.journal.actors import SYSTEM
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.people.models import Absence, Staff
from makegood.promises.actions import NewPromise, advance_due, make_many
from makegood.promises.models import Promise
from makegood.promises.queries import kind_named
from tests.factories import NOW, Cast, make_absence
from tests.rooms.casework import HOUR, MINUTE, Hand, cast

__all__ = ["cast"]

pytestmark = pytest.mark.django_db


def open_cases(cast: Cast, count: int) -> None:
    """Cases of Mara's, by having only her there."""
    away = make_absence(cast.tomas)
    rows = [Customer(name=f"Customer {number}", key=f"M-{number}", made_at=NOW) for number in range(count)]
    ids = [row.pk for row in Customer.objects.bulk_create(rows)]
    news = [NewPromise(customer_id=pk, title="Ring back", due_at=NOW + MINUTE) for pk in ids]
    make_many(news, kind=kind_named("callback"), by=SYSTEM, now=NOW)
    actions.follow(advance_due(now=NOW + 2 * MINUTE, limit=count * 2), by=SYSTEM, now=NOW + 2 * MINUTE)
    away.delete()


def test_a_desk_full_of_cases_changes_hands_in_a_few_statements(cast: Cast) -> None:
    open_cases(cast, 150)
    make_absence(cast.mara, deputy=cast.tomas)
    with CaptureQueriesContext(connection) as seen:
        assert actions.reassign_absent(now=NOW + 5 * MINUTE) == 150
    assert len(seen) < 25
    assert Case.objects.filter(owner=cast.tomas, taken_at=None).count() == 150
    assert Promise.objects.filter(kind__slug="first-contact", owner=cast.tomas).count() == 150
    assert Entry.objects.filter(verb="case.reassigned").count() == 150


def test_without_a_deputy_it_goes_to_the_lead_and_an_offer_to_somebody_away_lapses(cast: Cast) -> None:
    open_cases(cast, 2)
    second = Case.objects.order_by("pk")[1]
    actions.offer(second.pk, to=cast.greta.pk, **Hand(cast.mara).at(NOW + 3 * MINUTE))
    make_absence(cast.mara)
    make_absence(cast.greta)
    assert actions.reassign_absent(now=NOW + 5 * MINUTE) == 2
    second.refresh_from_db()
    assert (second.owner_id, second.offered_to_id, second.offered_at) == (cast.lena.pk, None, None)
    assert Entry.objects.filter(case_id=second.pk, verb="case.offer_lapsed").count() == 1


def test_when_nobody_is_there_at_all_the_case_stays_with_whom_it_has(cast: Cast) -> None:
    open_cases(cast, 1)
    for person in Staff.objects.all():
        make_absence(person)
    assert actions.reassign_absent(now=NOW + 5 * MINUTE) == 0
    Absence.objects.all().delete()
    Staff.objects.update(is_active=False)
    assert actions.reassign_absent(now=NOW + 5 * MINUTE) == 0
    assert Case.objects.get().owner_id == cast.mara.pk


def test_an_offered_case_is_seen_by_the_one_it_is_offered_to(cast: Cast) -> None:
    open_cases(cast, 1)
    number, sam = Case.objects.get().pk, Hand(cast.stranger)
    actions.offer(number, to=sam.id, note="Knows her", **Hand(cast.mara).at(NOW + 3 * MINUTE))
    assert queries.case_for(sam.scope, number).offer_note == "Knows her"
    assert [row.why for row in queries.desk_rows(sam.scope, who="me").groups[2].rows] == ["Mara Silva offers it to you"]
    actions.accept(number, **sam.at(NOW + 4 * MINUTE))
    assert Case.objects.get().owner_id == sam.id


def test_a_token_that_stands_for_nobody_takes_no_case(cast: Cast) -> None:
    open_cases(cast, 1)
    with pytest.raises(Refusal) as refused:
        actions.take(Case.objects.get().pk, scope=Hand(cast.greta).scope, by=SYSTEM, now=NOW + timedelta(hours=1))
    assert refused.value.code == "case.needs_a_person"


def test_a_named_finder_keeps_the_search_when_the_case_changes_hands(cast: Cast) -> None:
    open_cases(cast, 1)
    number, mara, now = Case.objects.get().pk, Hand(cast.mara), NOW + 3 * MINUTE
    actions.name_cause_finder(number, staff_id=cast.greta.pk, due_at=NOW + HOUR, **mara.at(now))
    actions.assign(number, to=cast.tomas.pk, **Hand(cast.lena).at(now))
    assert Promise.objects.get(kind__slug="find-cause").owner_id == cast.greta.pk
