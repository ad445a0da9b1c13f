"""Several people giving what is owed at the same instant: one event is paid once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from makegood.cases.models import Case, Failure
from makegood.kernel.refusals import Refusal
from makegood.promises.models import Kind, Promise
from makegood.remedies import actions
from makegood.remedies.models import Grant
from tests.factories import NOW, Cast, make_cast, make_customer
from tests.rooms.casework import Hand
from tests.rooms.entitling import FLIGHTS, bind, fail
from tests.rooms.test_cases_at_once import TABLES, together


@pytest.fixture
def cast(committed: list[str]) -> Iterator[Cast]:
    committed.extend(("remedies_grant", "remedies_binding", "remedies_toldfact", *TABLES))
    kinds = list(Kind.objects.all())
    made = make_cast()
    bind(FLIGHTS, by=made.greta)
    yield made
    Kind.objects.bulk_update(kinds, ["team", "calendar", "grace"])


def press(case: Case, hand: Hand) -> Callable[[], str]:
    def run() -> str:
        try:
            actions.grant_owed(case.pk, FLIGHTS, **hand.at(NOW))
        except Refusal as refusal:
            return refusal.code
        return "given"

    return run


def test_two_presses_give_it_once(cast: Cast) -> None:
    case = fail(cast, currency="EUR", distance_km=800, within_eu=True)

    outcomes = together(*[press(case, Hand(who)) for who in (cast.mara, cast.tomas, cast.greta)])

    assert sorted(map(str, outcomes)) == ["entitlement.nothing_owed", "entitlement.nothing_owed", "given"]
    assert Grant.objects.get().entitled == 250


def test_two_cases_about_one_event_pay_it_once(cast: Cast) -> None:
    dana = make_customer("Dana Okafor")
    cases = [
        fail(cast, kind=kind, currency="EUR", customer=dana, reference=kind, distance_km=800, within_eu=True)
        for kind in ("delivery", "refund")
    ]
    bind(FLIGHTS, "refund", by=cast.greta, text=both())
    for place, case in enumerate(cases):
        promise = Failure.objects.filter(case=case).values("promise")
        Promise.objects.filter(pk__in=promise).update(source=f"feed-{place}", reference="LH1")

    outcomes = together(*[press(case, Hand(cast.mara)) for case in cases])

    assert sorted(map(str, outcomes)) == ["entitlement.nothing_owed", "given"]
    assert Grant.objects.get().entitled == 250


def both() -> str:
    return f"""
binding: eu-flights
policy: {FLIGHTS}
promise: [delivery, refund]
facts:
  event: {{always: delay}}
  distance: {{attribute: distance_km}}
  intra_eu: {{attribute: within_eu}}
  scheduled_arrival: {{clock: due}}
  arrived_at: {{clock: expected}}
  passenger: {{customer: key}}
  flight: {{promise: reference}}
"""
