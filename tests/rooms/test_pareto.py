"""Why promises break, the most frequent, costly or fatal cause first."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from makegood.cases.models import Case, Cause
from makegood.customers import actions as customers
from makegood.measurement.actions import count_anew
from makegood.measurement.models import Behaviour
from makegood.measurement.queries.causes import Measure, pareto
from makegood.promises import actions as promises
from makegood.promises.models import Kind
from makegood.remedies.models import Grant
from makegood.web.learning.causes import title_of
from tests.factories import NOW, Cast, actor, make_cast, make_customer

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def cases(cast: Cast, cause: str, many: int, *, days: int = 5, **about: object) -> list[Case]:
    return [
        Case.objects.create(
            customer=make_customer(f"{cause} {place}"), kind=Kind.objects.get(slug="delivery"), title="Late",
            severity=2, detected_by="watch", owner=cast.mara, opened_at=NOW - days * DAY,
            cause=Cause.objects.get(slug=cause) if cause else None, **about,
        )
        for place in range(many)
    ]  # fmt: skip


def given(cast: Cast, case: Case, amount: str, currency: str = "EUR", state: str = "given") -> None:
    vow = promises.make(
        customer_id=case.customer_id, kind="delivery", title="Money back", due_at=NOW + DAY, owner_id=cast.mara.pk,
        by=actor(cast.mara), now=NOW,
    )  # fmt: skip
    Grant.objects.create(
        case=case, remedy="refund", title="Money back", correction=Decimal(amount), currency=currency, state=state,
        by=cast.mara, made_at=NOW, due_at=NOW, decided_by=cast.mara, given_at=NOW, promise_id=vow.pk,
    )  # fmt: skip


def test_by_count_the_few_that_make_most_stand_first(cast: Cast) -> None:
    for cause, many in (("wrong-item", 10), ("forgotten", 6), ("weather", 3), ("misrouted", 1)):
        if not Cause.objects.filter(slug=cause).exists():
            Cause.objects.create(slug=cause, name=cause)
        cases(cast, cause, many)
    cases(cast, "", 4)
    cases(cast, "weather", 2, outcome="corrected", closed_at=NOW)
    cases(cast, "weather", 7, days=200)
    count_anew()
    found = pareto(since=NOW - 90 * DAY, before=NOW)
    assert [(one.slug, one.cases, one.vital) for one in found.rows] == [
        ("wrong-item", 10, True), ("forgotten", 6, True), ("weather", 3, False), ("misrouted", 1, False)
    ]  # fmt: skip
    assert [round(one.running, 2) for one in found.rows] == [0.5, 0.8, 0.95, 1.0]
    assert (found.known, found.unknown) == (20, 4)
    assert title_of(found) == "Two causes make four in five failures"
    assert pareto(before=NOW).rows[1].cases == 10
    assert pareto(before=NOW, kind="callback").rows == ()
    assert [one.slug for one in pareto(before=NOW, cause="work-went-wrong").rows] == ["wrong-item"]


def test_by_cost_what_was_given_counts_in_our_currency(cast: Cast) -> None:
    few, many = cases(cast, "wrong-item", 1), cases(cast, "weather", 11)
    money = pareto(before=NOW).currency
    given(cast, few[0], "80", money)
    given(cast, few[0], "20", money, state="withdrawn")
    given(cast, many[0], "20", money)
    given(cast, many[1], "500", "XTS")
    count_anew()
    found = pareto(measure=Measure.COST, before=NOW)
    assert [(one.slug, one.cost) for one in found.rows] == [("wrong-item", Decimal(80)), ("weather", Decimal(20))]
    assert (found.total, found.foreign) == (Decimal(100), 1)
    assert title_of(found) == "One cause makes 80% of what was given"


def test_who_is_lost_is_lost_once_by_their_last_case(cast: Cast) -> None:
    first, second = cases(cast, "wrong-item", 1, days=40)[0], cases(cast, "weather", 12)[0]
    customers.merge(second.customer_id, first.customer_id, by=actor(cast.greta), now=NOW)
    Behaviour.objects.create(
        customer_id=first.customer_id, deed="left", at=NOW - DAY, source="shop", reference="1"
    )  # fmt: skip
    Behaviour.objects.create(
        customer_id=make_customer("Gone").pk, deed="left", at=NOW - DAY, source="shop", reference="2"
    )
    cases(cast, "forgotten", 1, outcome="will_not_forgive", closed_at=NOW)
    count_anew()
    found = pareto(measure=Measure.LOST, before=NOW)
    assert {one.slug: one.lost for one in found.rows} == {"weather": 1, "forgotten": 1, "wrong-item": 0}
    assert pareto(measure=Measure.LOST, since=NOW - 90 * DAY, before=NOW).total == 2


def test_too_few_say_nothing(cast: Cast) -> None:
    cases(cast, "weather", 3)
    count_anew()
    assert title_of(pareto(before=NOW)) == "Too few to say: 3 cases with a cause"
