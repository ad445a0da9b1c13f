"""What tests of what is owed share: a kind of promise with a policy bound to it, and a promise of it that failed."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from makegood.cases.models import Case
from makegood.cases.queries import CaseFacts, case_for
from makegood.customers.models import Customer
from makegood.people.models import Staff
from makegood.people.rules import Role, Scope
from makegood.promises import actions as promises
from makegood.promises.models import Kind, Promise
from makegood.remedies import actions
from makegood.remedies.queries import Owed, owing, policies
from makegood.remedies.rules.bindings_file import binding_from, ready_made
from makegood.worker.watch import tick
from tests.factories import NOW, Cast, actor, make_customer
from tests.rooms.casework import HOUR, Hand

EVERYTHING = Scope(Role.ANALYST)
REFUNDS, FLIGHTS, ENERGY = "us-dot-refunds", "eu-261", "ofgem-supplier-standards"


def bind(policy: str, kind: str = "delivery", *, by: Staff, text: str = "") -> str:
    """Bind a policy to a kind of promise, as it comes with Makegood or by a text of the test's own."""
    written = text or ready_made(policy, kind)
    assert written is not None
    binding = binding_from(written, "test.yaml", policies())
    actions.bind(binding, source=written, by=actor(by), now=NOW)
    return binding.binding


def fail(
    cast: Cast,
    *,
    kind: str = "delivery",
    late: timedelta = 4 * HOUR,
    worth: str = "300",
    currency: str = "USD",
    customer: Customer | None = None,
    reference: str = "",
    **attributes: Any,
) -> Case:
    """A promise that broke `late` ago and is not kept yet, in the case that it opened, owned by Mara."""
    who = customer or make_customer("Dana Okafor")
    Kind.objects.filter(slug=kind).update(team=cast.care, calendar=None, grace=timedelta(0))
    made = promises.make(
        customer_id=who.pk, kind=kind, title="In Atlanta at 11:00", due_at=NOW - late, owner_id=cast.mara.pk,
        by=actor(cast.mara), now=NOW - late - 3 * HOUR,
    )  # fmt: skip
    Promise.objects.filter(pk=made.pk).update(
        amount=Decimal(worth), currency=currency, attributes=attributes, source="feed" if reference else "",
        reference=reference or None,
    )  # fmt: skip
    tick(now=NOW - late + timedelta(minutes=1))
    case = Case.objects.get(failures__promise=made.pk)
    case.owner = cast.mara
    case.save(update_fields=["owner"])
    return case


def facts(number: int) -> CaseFacts:
    """A case, whole."""
    return case_for(EVERYTHING, number)


def owed(number: int, now: datetime = NOW) -> Owed:
    """The one thing that is owed in a case."""
    (found,) = owing(facts(number), now=now)
    return found


def mara(cast: Cast, now: datetime = NOW) -> dict[str, Any]:
    """Mara at work."""
    return Hand(cast.mara).at(now)
