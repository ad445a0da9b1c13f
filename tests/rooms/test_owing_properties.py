"""Through any sequence of facts, grants, withdrawals and goodwill the customer never has less than what is owed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from makegood.cases.models import Case
from makegood.kernel.refusals import Refusal
from makegood.remedies import actions
from makegood.remedies.models import Grant
from makegood.remedies.rules.authority import Limit
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import Choice, GrantState
from tests.factories import NOW, actor, make_cast
from tests.rooms.casework import HOUR
from tests.rooms.entitling import FLIGHTS, bind, fail, mara, owed

pytestmark = pytest.mark.django_db
_HOURS = timedelta(hours=1)
MOVES = some.lists(
    some.one_of(
        some.tuples(some.just("pass"), some.integers(min_value=1, max_value=3)),
        some.tuples(some.just("grant"), some.just(0)),
        some.tuples(some.just("take back"), some.integers(min_value=0, max_value=3)),
        some.tuples(some.just("goodwill"), some.integers(min_value=1, max_value=900)),
        some.tuples(some.just("with"), some.integers(min_value=0, max_value=900)),
        some.tuples(some.just("exempt"), some.integers(min_value=0, max_value=2)),
        some.tuples(some.just("renounce"), some.just(0)),
    ),
    max_size=12,
)
EXEMPT = {"extraordinary": "yes", "evidence.circumstance": "A storm", "evidence.measures": "All were taken"}
HALF = {"extraordinary": "yes", "evidence.circumstance": "A storm", "evidence.measures": ""}
NOT = {"extraordinary": "no", "evidence.circumstance": "", "evidence.measures": ""}


class Desk:
    """Somebody who does things to one case, allowed or not, in any order."""

    def __init__(self) -> None:
        self.cast = make_cast()
        bind(FLIGHTS, by=self.cast.greta)
        limit = Limit(grade=1, currency="EUR", case=Decimal(500))
        actions.set_limit(limit, by=actor(self.cast.greta), now=NOW)
        self.now = NOW
        self.case: Case = fail(self.cast, currency="EUR", distance_km=5800, within_eu=False, late=3 * HOUR)

    def do(self, move: str, number: int) -> None:
        self.now += timedelta(minutes=1)
        hand = mara(self.cast, self.now)
        try:
            with transaction.atomic():
                self._do(move, number, hand)
        except Refusal:
            pass

    def _do(self, move: str, number: int, hand: dict[str, object]) -> None:
        pk = self.case.pk
        if move == "pass":
            self.now += number * _HOURS
        elif move == "grant":
            actions.grant_owed(pk, FLIGHTS, **hand)  # type: ignore[arg-type]
        elif move == "take back":
            rows = list(Grant.objects.filter(case=self.case, state=GrantState.GIVEN).order_by("id"))
            if rows:
                actions.withdraw_grant(rows[number % len(rows)].pk, reason="No", **hand)  # type: ignore[arg-type]
        elif move in ("goodwill", "with"):
            choice = Choice(
                remedy=RemedyKind.REFUND, title="Money", amount=Decimal(number), due_at=self.now + HOUR,
                with_owed=move == "with",
            )  # fmt: skip
            actions.grant(pk, [choice], currency="EUR", reason="Because", **hand)  # type: ignore[arg-type]
        elif move == "exempt":
            actions.tell_facts(pk, FLIGHTS, (NOT, HALF, EXEMPT)[number], **hand)  # type: ignore[arg-type]
        else:
            actions.renounce(pk, FLIGHTS, words="Keep it", **hand)  # type: ignore[arg-type]

    def check(self) -> None:
        """What the policy owes now is given or still to be given, whole; nothing else is booked as owed."""
        found = owed(self.case.pk, self.now)
        assert found.entitlement is not None
        given = Grant.objects.filter(case=self.case, state=GrantState.GIVEN)
        booked = given.aggregate(sum=Sum("entitled"))["sum"] or Decimal(0)
        assert found.sums.granted == booked
        assert booked + found.sums.to_grant >= found.entitlement.amount
        assert found.sums.to_grant == max(Decimal(0), found.entitlement.amount - booked)
        renounced = found.sums.to_grant - found.sums.open
        assert renounced == 0 or found.renounced is not None
        for row in Grant.objects.filter(case=self.case):
            assert bool(row.policy) == bool(row.entitled)
            assert not (row.entitled and (row.goodwill or row.correction))
            if row.policy:
                assert row.explanation["version"] == "2004"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOVES)
def test_never_below_what_is_owed(db: None, moves: list[tuple[str, int]]) -> None:
    with transaction.atomic():
        desk = Desk()
        for move, number in moves:
            desk.do(move, number)
            desk.check()
        desk.now += timedelta(minutes=1)
        hand = mara(desk.cast, desk.now)
        if owed(desk.case.pk, desk.now).sums.to_grant:
            actions.grant_owed(desk.case.pk, FLIGHTS, **hand)
        found = owed(desk.case.pk, desk.now)
        assert found.entitlement is not None
        assert found.sums.granted >= found.entitlement.amount, "a press gives all of it, whatever was done before"
        transaction.set_rollback(True)
