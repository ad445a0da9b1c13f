"""What failing and preventing cost: sums of rows, in each currency by itself, and nothing that nobody entered."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases import actions as cases
from makegood.cases.rules import Held
from makegood.customers.actions import merge
from makegood.followups import actions as followups
from makegood.kernel.refusals import Refusal
from makegood.measurement.actions.costs import add_cost, enter_rate
from makegood.measurement.models import Behaviour
from makegood.measurement.queries.costs import CostReport, cost_report, cost_rows
from makegood.remedies import actions as remedies
from makegood.remedies.rules.authority import Limit
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import Choice
from tests.factories import NOW, Cast, make_customer
from tests.rooms.casework import HOUR, Hand, cast, mara
from tests.rooms.test_improvements import begun
from tests.rooms.trying import DAY, failed

__all__ = ["cast", "mara"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def anil(cast: Cast) -> Hand:
    """The analyst."""
    return Hand(cast.anil)


def report(hand: Hand, by: str = "", days: int = 0) -> CostReport:
    now = NOW + days * DAY
    return cost_report(hand.scope, since=NOW - DAY, before=now + HOUR, by=by, now=now + HOUR)


def give(cast: Cast, hand: Hand, number: int, amount: int, remedy: RemedyKind, currency: str = "GBP") -> None:
    limit = Limit(grade=1, currency=currency, case=Decimal(500))
    remedies.set_limit(limit, by=Hand(cast.greta).by, now=NOW)
    choice = Choice(remedy=remedy, title="On us", amount=Decimal(amount), due_at=NOW + DAY)
    remedies.grant(number, [choice], currency=currency, reason="x", **hand.at(NOW))


def test_currencies_stand_by_themselves(cast: Cast, mara: Hand, anil: Hand) -> None:
    number = failed(mara)
    give(cast, mara, number, 20, RemedyKind.CREDIT)
    give(cast, mara, number, 30, RemedyKind.RE_PERFORMANCE)
    give(cast, mara, number, 40, RemedyKind.REFUND, "EUR")
    found = report(anil)
    assert [(one.currency, one.owed, one.correction, one.goodwill) for one in found.given] == [
        ("EUR", 0, 0, 40), ("GBP", 0, 30, 20),
    ]  # fmt: skip
    (kind,) = {one.name for one in report(anil, "kind").given}
    assert kind == "Delivery"
    assert {one.name for one in report(anil, "team").given} == {"Care"}
    rows = cost_rows(anil.scope, since=None, before=NOW + DAY, now=NOW)
    assert [(one.what, one.number, one.currency) for one in rows].count(("remedy", number, "GBP")) == 2


def test_minutes_count_once_and_cost_nothing_until_entered(mara: Hand, anil: Hand) -> None:
    number = failed(mara)
    steps = ("own", "listen", "apologise")
    held = Held(at=NOW, minutes=30)
    remedies.log_call(number, words="We talked it over", steps=steps, held=held, **mara.at(NOW))
    found = report(anil)
    assert [(one.minutes, one.calls) for one in found.talked] == [(30, 1)]
    assert found.rate is None
    enter_rate(Decimal(42), source="Payroll 2026", by=anil.by, now=NOW)
    rate = report(anil).rate
    assert rate is not None
    assert (rate.of(30), rate.source, rate.by) == (Decimal(21), "Payroll 2026", "Anil Rao")
    enter_rate(None, source="It was wrong", by=anil.by, now=NOW)
    rate = report(anil).rate
    assert rate is not None
    assert rate.of(30) is None


def test_what_became_of_those_who_were_failed(mara: Hand, anil: Hand) -> None:
    stays, leaves, moves, unforgiving = (make_customer("Dana Okafor") for _ in range(4))
    for one in (stays, leaves, moves):
        failed(mara, one)
    number = failed(mara, unforgiving)
    for who, deed in ((leaves, "left"), (moves, "left_involuntarily")):
        Behaviour.objects.create(customer=who, deed=deed, at=NOW + DAY, source="crm", reference=str(who.pk))
    Behaviour.objects.create(customer=stays, deed="left", at=NOW - timedelta(hours=9), source="crm", reference="before")
    followups.ask(number, channel="phone", **mara.at(NOW))
    followups.answer(number, answer="will_not_forgive", **mara.at(NOW))
    cases.record_cause(number, cause="forgotten", **mara.at(NOW))
    followups.close(number, **mara.at(NOW + HOUR))
    (soon,) = report(anil, days=2).people
    assert (soon.failed, soon.kept, soon.lost, soon.early) == (4, 0, 2, 2)
    (later,) = report(anil, days=91).people
    assert (later.failed, later.kept, later.lost, later.early) == (4, 2, 2, 0)
    assert report(anil).at_risk == 3
    merge(stays.pk, moves.pk, by=mara.by, now=NOW)
    (merged,) = report(anil, days=91).people
    assert (merged.failed, merged.kept) == (3, 1)


def test_what_a_change_cost(cast: Cast, mara: Hand, anil: Hand) -> None:
    cases.record_cause(failed(mara), cause="wrong-item", **mara.at(NOW))
    change = begun(mara, mara)
    add_cost(change, amount=Decimal(300), words="Labels", spent_on=NOW.date(), by=anil.by, now=NOW)
    add_cost(change, amount=Decimal(-50), words="Half came back", spent_on=NOW.date(), by=anil.by, now=NOW)
    (one,) = report(anil).prevented
    assert (one.currency, one.amount, one.changes) == ("GBP", 250, 1)
    for wrong in ({"amount": Decimal(0)}, {"amount": Decimal("1.005")}, {"words": " "}):
        with pytest.raises(Refusal):
            add_cost(
                change, **{"amount": Decimal(1), "words": "x", "spent_on": NOW.date()} | wrong, by=anil.by, now=NOW
            )  # type: ignore[arg-type]


def test_who_may_not(cast: Cast, mara: Hand) -> None:
    for hand in (mara, Hand(cast.lena), Hand(cast.stranger)):
        with pytest.raises(Refusal) as no:
            report(hand)
        assert no.value.code == "people.not_allowed"
    with pytest.raises(Refusal) as no:
        enter_rate(Decimal(1), source="x", by=Hand(cast.greta).by, now=NOW)
    assert no.value.code == "people.not_allowed"
    with pytest.raises(Refusal) as no:
        enter_rate(Decimal(-1), source="x", by=Hand(cast.ada).by, now=NOW)
    assert no.value.code == "cost.bad_amount"


def test_it_asks_the_same_however_many_there_are(cast: Cast, mara: Hand, anil: Hand) -> None:
    counts = []
    for many in (1, 4):
        for _ in range(many):
            give(cast, mara, failed(mara), 20, RemedyKind.CREDIT)
        with CaptureQueriesContext(connection) as asked:
            report(anil, "kind")
        counts.append(len(asked))
    assert counts == [7, 7]
