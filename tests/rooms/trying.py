"""What the tests of experiments share: one that runs, and cases that are in an arm of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from makegood.cases import actions as cases
from makegood.cases.queries import case_for
from makegood.customers.models import Customer
from makegood.measurement.actions import experiments as actions
from makegood.measurement.actions.arms import propose
from makegood.measurement.actions.experiments import Design, NewArm
from makegood.measurement.queries.experiments import Proposal
from tests.factories import NOW, make_customer
from tests.rooms.casework import Hand

DAY = timedelta(days=1)
AS_USUAL = NewArm(name="As usual")
VOUCHER = NewArm(name="A voucher", words="A voucher of £20, on us", goodwill=Decimal(20))
LETTER = NewArm(name="Named", words="This is ours, and I am putting it right.", line="own")
THIRD_DAY = NewArm(name="Third day", days=3)


def design(*arms: NewArm, varies: str = "goodwill", **more: Any) -> Design:
    """An experiment with a voucher, or with other arms beside the usual one."""
    plain: dict[str, Any] = {
        "name": "A voucher", "why": "It may keep more of them.", "varies": varies, "measured": "stayed",
        "arms": (AS_USUAL, *(arms or (VOUCHER,))), "horizon_days": 30, "expected": 80, "effect": 10,
        "until": NOW + 200 * DAY,
    }  # fmt: skip
    return Design(**plain | more)


def begun(hand: Hand, what: Design | None = None, now: datetime = NOW) -> int:
    """One that runs."""
    number = actions.register(what or design(), by=hand.by, now=now)
    actions.start(number, by=hand.by, now=now)
    return number


def failed(hand: Hand, customer: Customer | None = None, now: datetime = NOW) -> int:
    """A case of somebody's, opened now."""
    who = customer or make_customer("Dana Okafor")
    return cases.report_failure(
        customer_id=who.pk, kind="delivery", what="Two pieces did not arrive", **hand.at(now)
    ).number  # fmt: skip


def shown(hand: Hand, number: int, now: datetime = NOW) -> tuple[Proposal, ...]:
    """What is shown to somebody who opens a case."""
    return propose(case_for(hand.scope, number), scope=hand.scope, by=hand.by, now=now)


def in_arm(hand: Hand, place: int, now: datetime = NOW) -> tuple[int, Proposal]:
    """A new case in the arm of that place; customers come until there is one."""
    while True:
        number = failed(hand, now=now)
        (one,) = shown(hand, number, now)
        if one.arm.position == place:
            return number, one
