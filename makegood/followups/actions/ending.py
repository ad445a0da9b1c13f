"""Ending a case: only once the customer says it is right, all that was promised is kept, and somebody knows why."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.cases.actions.closing import end
from makegood.cases.actions.holding import hold, person
from makegood.cases.queries import case_for
from makegood.followups.queries.ending import obstacles
from makegood.journal.actors import Actor
from makegood.people.rules import Scope
from makegood.remedies.queries import owing


@transaction.atomic
def close(number: int, *, scope: Scope, by: Actor, now: datetime) -> None:
    """Close the case with the outcome that the customer's answers make.

    Raises Refusal with the code and sentence of the first obstacle that stands in the way.
    """
    case = hold(number, scope=scope)
    person(by)
    facts = case_for(scope, number)
    end(case, facts.story, obstacles(facts, owing(facts, now=now)), by=by, now=now)
