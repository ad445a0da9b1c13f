"""Correcting cases when late news shows that a promise had been kept in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from makegood.cases.actions.holding import tell
from makegood.cases.models import Case, Commitment, Failure
from makegood.cases.rules import Outcome, Purpose
from makegood.journal.actors import Actor
from makegood.promises import actions as promises
from makegood.promises.queries import promises_by_id
from makegood.promises.rules import LIVE, Moved, State


def set_right(moved: Sequence[Moved], *, by: Actor, now: datetime) -> None:
    """Mark the failures of these promises as none, and close the cases in which nobody had spoken yet."""
    if not moved:
        return
    failures = Failure.objects.filter(promise_id__in=[move.promise_id for move in moved], corrected_at__isnull=True)
    touched = sorted(set(failures.values_list("case_id", flat=True)))
    for case in Case.objects.select_for_update().filter(pk__in=touched).order_by("pk"):
        mistaken = failures.filter(case=case)
        tell("corrected", case, by=by, at=now, data={"what": [failure.what for failure in mistaken]})
        mistaken.update(corrected_at=now)
        if case.closed_at is None and _untouched(case):
            _close(case, by=by, now=now)


def _untouched(case: Case) -> bool:
    """Whether every failure was a mistake and the customer has heard nothing of it."""
    return not (
        case.failures.filter(corrected_at__isnull=True).exists()
        or case.steps_done.exists()
        or case.checks.exists()
        or case.commitments.exclude(purpose__in=(Purpose.FIRST_CONTACT, Purpose.TAKE_IN_CHARGE)).exists()
    )


def _close(case: Case, *, by: Actor, now: datetime) -> None:
    ids = Commitment.objects.filter(case=case).values_list("promise_id", flat=True)
    for promise in promises_by_id(ids).values():
        if promise.state in LIVE:
            promises.withdraw(promise.id, reason="Nothing had been broken.", by=by, now=now)
        elif promise.state is State.BROKEN:
            promises.release(promise.id, reason="Nothing had been broken.", by=by, now=now)
    case.closed_at, case.outcome = now, Outcome.CORRECTED
    case.offered_to, case.offered_at = None, None
    case.save(update_fields=["closed_at", "outcome", "offered_to", "offered_at"])
    tell("closed", case, by=by, at=now, data={"outcome": Outcome.CORRECTED})
