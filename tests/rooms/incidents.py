"""What the tests of the incidents room share: a storm, its passengers, and a lead who tells them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from makegood.customers.models import Customer
from makegood.incidents import actions
from makegood.incidents.models import Incident, Member
from makegood.incidents.rules.narrowing import Narrow
from makegood.people.models import Staff
from makegood.platform.models import Installation
from makegood.promises.models import Kind, Promise
from makegood.promises.rules import State
from tests.factories import NOW, Cast, actor, make_cast, make_customer
from tests.rooms.casework import Hand

H = timedelta(hours=1)
NARROW = Narrow(
    states=(State.AT_RISK, State.BROKEN), kind="delivery", attributes=(("from", "JFK"), ("status", "cancelled")),
    due_from=NOW, due_before=NOW + 24 * H,
)  # fmt: skip


def snowline() -> Cast:
    """The airline of these tests: its people, whose deliveries are the team's of Lena."""
    Installation.objects.create(name="Snowline", time_zone="America/New_York", currency="USD")
    made = make_cast()
    Kind.objects.filter(slug="delivery").update(team=made.care)
    return made


def passengers(many: int, *, languages: Sequence[str] = ("en",)) -> list[Customer]:
    return [
        make_customer(f"Dana{n} Okafor", email=f"dana{n}@example.com", language=languages[n % len(languages)])
        for n in range(many)
    ]


def cancelled(customer: Customer, *, now: datetime = NOW, owner: Staff | None = None, **attributes: Any) -> Promise:
    """A promise that is due in three hours and will be kept tomorrow; nobody has opened a case yet."""
    due = now + 3 * H
    return Promise.objects.create(
        customer=customer, kind=Kind.objects.get(slug="delivery"), title="In Atlanta at 18:30 with DL 123",
        made_at=now - 500 * H, due_at=due, warn_at=due - H, breaks_at=due + H, forecast_at=due + 24 * H,
        state=State.AT_RISK, next_check_at=due + H, owner=owner,
        attributes={"from": "JFK", "status": "cancelled", "flight": "DL 123"} | attributes,
    )  # fmt: skip


def storm(hand: Hand, *, now: datetime = NOW, narrow: Narrow = NARROW) -> int:
    return actions.open_incident(
        title="Snow at Kennedy", happened="Snow closed the airport at noon.", cause="weather", narrow=narrow,
        **hand.at(now),
    )  # fmt: skip


def release_all(number: int, hand: Hand, *, now: datetime = NOW, size: int = 100) -> int:
    """Release it and let the worker tell everybody. Returns how many batches there were."""
    actions.release(number, batch_size=size, every=0, **hand.at(now))
    batches = 0
    while actions.release_due(now=now) and Incident.objects.get(pk=number).next_batch_at:
        batches += 1
    return batches


def member_of(number: int, customer: Customer) -> Member:
    return Member.objects.get(incident_id=number, customer=customer)


__all__ = ["NARROW", "H", "actor", "cancelled", "member_of", "passengers", "release_all", "snowline", "storm"]
