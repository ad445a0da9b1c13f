"""How often a customer hears from us, as they said it themselves: in every case of theirs that is open, and from the
first word on in each that opens later."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Unpack

from django.db import transaction

from makegood.cases.actions.clocks import PROGRESS, Clock
from makegood.cases.actions.committing import drop_rhythm, promise_next_word, replace_in, updates_ahead
from makegood.cases.actions.holding import hold_promises, tell
from makegood.cases.actions.speaking import PAGE
from makegood.cases.models import Case
from makegood.cases.rules import STANDING
from makegood.customers import actions as customers
from makegood.customers.actions import CustomerDetails
from makegood.customers.queries import ids_of
from makegood.journal.actors import Actor
from makegood.platform.among import Among


@transaction.atomic
def hear_as_wished(number: int, *, cadence_minutes: int | None, channel: str, by: Actor, now: datetime) -> None:
    """The customer said on the page of a case how often and by which way they want to hear from us, which is noted
    with them already. In each of their open cases the next word on how it stands is promised for then; without a
    rhythm none is any more. What was told to many at once and needs nobody stays as it is.
    """
    told = {"minutes": cadence_minutes, "way": channel, "channel": PAGE}
    for case in _held(Case.objects.values_list("customer_id", flat=True).get(pk=number), number):
        here = case.pk == number
        tell("wishes", case, by=by, at=now, data=told)
        if case.closed_at is None:
            _follow(case, cadence_minutes, here=here, by=by, now=now)


@transaction.atomic
def change_customer(customer_id: int, *, by: Actor, now: datetime, **details: Unpack[CustomerDetails]) -> None:
    """Change what staff know of a customer; how often they want to hear from us holds in their open cases from then on.

    Raises Refusal as `customers.actions.change` does.
    """
    customers.change(customer_id, by=by, now=now, **details)
    if "cadence_minutes" in details:
        for case in _held(customer_id):
            _follow(case, details["cadence_minutes"], here=False, by=by, now=now)


def _held(customer_id: int, *numbers: int) -> Collection[Case]:
    """These cases, and those of the customer that are open and at the desk, by whichever of their records, locked for
    this transaction."""
    theirs = Case.objects.filter(customer_id__in=Among(ids_of(customer_id)), closed_at=None, light=False)
    held = {*numbers, *theirs.values_list("pk", flat=True)}
    hold_promises(held)
    return list(Case.objects.select_for_update().filter(pk__in=Among(held)).order_by("pk"))


def _follow(case: Case, cadence_minutes: int | None, *, here: bool, by: Actor, now: datetime) -> None:
    """Move the next word to the rhythm. Where they said it that may be one that somebody promised of their own accord;
    in another case such a one stands, because there they were told when."""
    ahead = updates_ahead(case)
    waiting = (ahead if here else ahead.filter(promise__title=STANDING)).first()
    if cadence_minutes is None:
        drop_rhythm(case, reason="The customer wants to hear when there is something to tell.", by=by, now=now)
    elif waiting is None:
        promise_next_word(case, now=now)
    else:
        due_at = Clock(PROGRESS, now).after(timedelta(minutes=cadence_minutes))
        if waiting.promise.due_at != due_at:
            replace_in(case, waiting, due_at=due_at, by=by, now=now)
