"""However an experiment is drawn, whatever its arms give: nobody has less than what is owed, and it is the same in
every arm. Nobody is in two arms, whoever is merged with whom."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from makegood.customers.actions import merge
from makegood.customers.queries import ids_of
from makegood.kernel.refusals import Refusal
from makegood.measurement.actions import experiments as actions
from makegood.measurement.actions.arms import heed
from makegood.measurement.actions.experiments import NewArm
from makegood.measurement.queries.experiments import experiment_for, result_of
from makegood.remedies import actions as remedies
from makegood.remedies.models import Grant
from makegood.remedies.rules.authority import Limit
from tests.factories import NOW, actor, make_cast, make_customer
from tests.rooms.casework import HOUR, Hand
from tests.rooms.entitling import FLIGHTS, bind, fail, owed
from tests.rooms.trying import DAY, begun, design, failed, shown

pytestmark = pytest.mark.django_db
THOROUGH = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _heed(hand: Hand, number: int, experiment: int, *, done: bool) -> str:
    try:
        with transaction.atomic():
            heed(number, experiment, done=done, reason="She said so", **hand.at(NOW))
    except Refusal as no:
        return no.code
    return ""


@pytest.mark.slow
@THOROUGH
@given(
    amounts=some.lists(some.integers(0, 300), min_size=1, max_size=3),
    deeds=some.lists(some.sampled_from(("done", "otherwise", "nothing")), min_size=3, max_size=3),
)
def test_no_arm_gives_less_than_what_is_owed(amounts: list[int], deeds: list[str]) -> None:
    with transaction.atomic():
        _nobody_has_less(amounts, deeds)
        transaction.set_rollback(True)


def _nobody_has_less(amounts: list[int], deeds: list[str]) -> None:
    cast = make_cast()
    bind(FLIGHTS, by=cast.greta)
    for currency in ("GBP", "EUR"):
        limit = Limit(grade=1, currency=currency, case=Decimal(200))
        remedies.set_limit(limit, by=actor(cast.greta), now=NOW)
    arms = [NewArm(name=f"Arm {place}", words="On us", goodwill=Decimal(one)) for place, one in enumerate(amounts)]
    experiment = begun(Hand(cast.anil), design(*arms), NOW - DAY)
    mara = Hand(cast.mara)
    for deed in deeds:
        case = fail(cast, currency="EUR", distance_km=5800, within_eu=False, late=4 * HOUR)
        due = owed(case.pk).sums.open
        assert due > 0
        (one,) = shown(mara, case.pk)
        assert owed(case.pk).sums.open == due, "being in an arm changes nothing that is owed"
        if deed != "nothing":
            code = _heed(mara, case.pk, experiment, done=deed == "done")
            over = deed == "done" and one.arm.goodwill > 200
            assert code == ("authority.over" if over else ""), "an arm is nobody's authority"
        given_to_them = Grant.objects.filter(case=case)
        had = given_to_them.aggregate(entitled=Sum("entitled"), goodwill=Sum("goodwill"))
        assert (had["entitled"] or 0) + owed(case.pk).sums.open == due
        if had["goodwill"]:
            assert (had["entitled"], had["goodwill"]) == (due, one.arm.goodwill), "owed in full, and on top of it"


MOVES = some.lists(
    some.tuples(some.sampled_from(("fail", "merge")), some.integers(0, 5), some.integers(0, 5)),
    min_size=4, max_size=16,
)  # fmt: skip


@pytest.mark.slow
@THOROUGH
@given(MOVES)
def test_nobody_is_in_two_arms_whoever_is_merged(moves: list[tuple[str, int, int]]) -> None:
    with transaction.atomic():
        _one_arm_each(moves)
        transaction.set_rollback(True)


def _one_arm_each(moves: list[tuple[str, int, int]]) -> None:
    cast = make_cast()
    mara, anil = Hand(cast.mara), Hand(cast.anil)
    experiment = begun(anil, design(NewArm(name="B", words="B", goodwill=Decimal(1))))
    people = [make_customer(f"Dana {n}") for n in range(6)]
    first: dict[int, int] = {}
    for place, (move, a, b) in enumerate(moves):
        now = NOW + place * HOUR
        if move == "merge":
            one, other = (ids_of(people[who].pk)[0] for who in (a, b))
            if one != other:
                arms = [first[living] for living in (one, other) if living in first]
                merge(one, other, by=mara.by, now=now)
                first.pop(other, None)
                if arms:
                    first[one] = min(arms)
            continue
        number = failed(mara, people[a], now)
        living = ids_of(people[a].pk)[0]
        (proposal,) = shown(mara, number, now)
        assert first.setdefault(living, proposal.assigned) == proposal.assigned, "their first arm stays theirs"
    result = result_of(experiment_for(anil.scope, experiment), now=NOW + DAY)
    assert sum(one.counted.assigned for one in result.arms) == len(first), "and each counts once"
    assert actions.look_due(now=NOW + 2 * DAY)
