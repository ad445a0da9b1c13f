"""How often a customer wants to hear how it stands: the next word moves to their rhythm."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from makegood.cases.actions.clocks import PROGRESS, Clock
from makegood.cases.actions.committing import promise_next_word, replace_in, updates_ahead
from makegood.cases.actions.holding import hold_theirs, tell
from makegood.cases.actions.speaking import PAGE
from makegood.cases.models import Case
from makegood.cases.rules import STANDING
from makegood.journal.actors import Actor
from makegood.promises import actions as promises


@transaction.atomic
def hear_as_wished(number: int, *, cadence_minutes: int | None, channel: str, by: Actor, now: datetime) -> None:
    """The customer said on their page how often and by which way they want to hear from us, which is noted with them
    already. In an open case the next word on how it stands is promised for then; without a rhythm none is any more.
    """
    case = hold_theirs(number)
    tell("wishes", case, by=by, at=now, data={"minutes": cadence_minutes, "way": channel, "channel": PAGE})
    if case.closed_at is not None:
        return
    waiting = updates_ahead(case).first()
    if cadence_minutes is None:
        _let_go_of(case, by=by, now=now)
    elif waiting is None:
        promise_next_word(case, by=by, now=now)
    else:
        due_at = Clock(PROGRESS, now).after(timedelta(minutes=cadence_minutes))
        if waiting.promise.due_at != due_at:
            replace_in(case, waiting, due_at=due_at, by=by, now=now)


def _let_go_of(case: Case, *, by: Actor, now: datetime) -> None:
    """Words that were promised for their rhythm alone; what somebody promised of their own accord stands."""
    ids = updates_ahead(case).filter(promise__title=STANDING).values_list("promise_id", flat=True)
    promises.let_go(list(ids), reason="The customer wants to hear when there is something to tell.", by=by, now=now)
