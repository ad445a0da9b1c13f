"""Ending a case: only once the customer says it is right, all that was promised is kept, and somebody knows why."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.cases.actions.closing import end, reopen_for
from makegood.cases.actions.holding import hold, person, said
from makegood.cases.queries import case_for
from makegood.followups.actions.closures import open_closures
from makegood.followups.actions.planning import plan, stop
from makegood.followups.actions.recognition import recognise
from makegood.followups.queries.ending import obstacles
from makegood.followups.queries.following import pending_of
from makegood.journal.actors import Actor
from makegood.people.rules import Scope
from makegood.remedies.queries import owing


@transaction.atomic
def close(number: int, *, scope: Scope, by: Actor, now: datetime) -> None:
    """Close the case with the outcome that the customer's answers make. We come back to them all the same: where
    nothing is planned yet, it is now. This is the customer closure: that of the process and that of those who carried
    the case are still to be made, by others.

    Raises Refusal with the code and sentence of the first obstacle that stands in the way.
    """
    case = hold(number, scope=scope)
    person(by)
    facts = case_for(scope, number)
    standing = obstacles(facts, owing(facts, now=now))
    planned = plan(case, asked=True, by=by, now=now) if not standing and not pending_of(number) else []
    end(case, facts.story, standing, told={"planned": planned}, by=by, now=now)
    open_closures(case, by=by, now=now)
    recognise(case, now=now)


@transaction.atomic
def reopen(number: int, *, reason: str, scope: Scope, by: Actor, now: datetime) -> None:
    """Open a closed case again, for its owner. We come back to the customer once it is put right anew.

    Raises Refusal "case.open", "case.no_words".
    """
    case = hold(number, scope=scope, closed=True)
    person(by)
    words = said(reason, field="reason", what="Say why it is opened again, in the customer's words if you can.")
    stop(case, reason="The case was opened again.", by=by, now=now)
    reopen_for(case, reason=words, by=by, now=now)
