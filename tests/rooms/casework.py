"""What the tests of the cases room share: hands at work, a promise to break, the watch."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from makegood.people.models import Staff
from makegood.people.rules import Role, Scope
from makegood.promises import actions as promises
from makegood.promises.models import Kind, Promise
from makegood.worker.watch import tick
from tests.factories import NOW, Cast, actor, make_absence, make_cast, make_customer

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Hand:
    """Somebody at work: their scope and their name, passed to every action."""

    def __init__(self, staff: Staff) -> None:
        self.id = staff.pk
        self.scope = Scope(Role(staff.role), staff.pk, staff.team_id)
        self.by = actor(staff)

    def at(self, now: datetime) -> dict[str, Any]:
        return {"scope": self.scope, "by": self.by, "now": now}


@pytest.fixture
def cast() -> Cast:
    made = make_cast()
    Kind.objects.filter(slug__in=["callback", "delivery"]).update(team=made.care)
    return made


@pytest.fixture
def mara(cast: Cast) -> Hand:
    """The only agent of Care who is there, so that work comes to her."""
    make_absence(cast.tomas)
    return Hand(cast.mara)


def callback(hand: Hand, *, minutes: int = 30, customer: int | None = None, now: datetime = NOW) -> Promise:
    made = promises.make(
        customer_id=customer or make_customer("Dana Okafor").pk, kind="callback", title="Ring back about the alarm",
        due_at=now + minutes * MINUTE, owner_id=hand.id, by=hand.by, now=now,
    )  # fmt: skip
    return Promise.objects.get(pk=made.pk)


def watch(now: datetime) -> None:
    while tick(now=now).moved:
        pass
