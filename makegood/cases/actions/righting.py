"""Correcting cases when late news shows that nothing had been broken, and when it had been after all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from makegood.cases.actions.clocks import let_go
from makegood.cases.actions.closing import reopen_for
from makegood.cases.actions.holding import tell
from makegood.cases.actions.opening import FirstContact, promise_first_contact
from makegood.cases.actions.stock import Family
from makegood.cases.models import Case, Failure
from makegood.cases.rules import Outcome, Purpose, failed_words
from makegood.journal.actors import Actor
from makegood.platform.among import Among
from makegood.promises.rules import Moved


def set_right(moved: Sequence[Moved], *, by: Actor, now: datetime) -> None:
    """Mark the failures of these promises as none, and close the cases in which nobody had spoken yet."""
    mistaken = _failures_by_case(moved, corrected=False)
    for case in _locked(mistaken):
        tell("corrected", case, by=by, at=now, data={"what": [failure.what for failure in mistaken[case.pk]]})
        Failure.objects.filter(pk__in=[failure.pk for failure in mistaken[case.pk]]).update(corrected_at=now)
        if case.closed_at is None and _untouched(case):
            _close(case, by=by, now=now)


def fail_again(moved: Sequence[Moved], *, by: Actor, now: datetime) -> None:
    """Bring back the failures of promises that had been set right and fail after all, with the cases that were
    closed for it."""
    back = _failures_by_case(moved, corrected=True)
    words = {move.promise_id: failed_words(move) for move in moved}
    for case in _locked(back):
        Failure.objects.filter(pk__in=[failure.pk for failure in back[case.pk]]).update(corrected_at=None)
        what = "; ".join(words[failure.promise_id] for failure in back[case.pk] if failure.promise_id)
        if case.outcome == Outcome.CORRECTED:
            reopen_for(case, reason=what, by=by, now=now)
            family = Family(case.customer.name, case.customer.cadence_minutes)
            contact = FirstContact(case.pk, case.customer_id, case.owner_id, family)
            promise_first_contact([contact], by=by, now=now)
        else:
            tell("joined", case, by=by, at=now, data={"what": what, "severity": case.severity})


def _failures_by_case(moved: Sequence[Moved], *, corrected: bool) -> dict[int, list[Failure]]:
    found: dict[int, list[Failure]] = defaultdict(list)
    if not moved:
        return found
    ids = Among([move.promise_id for move in moved])
    rows = Failure.objects.filter(promise_id__in=ids, corrected_at__isnull=not corrected)
    for failure in rows.order_by("at", "id"):
        found[failure.case_id].append(failure)
    return found


def _locked(by_case: dict[int, list[Failure]]) -> list[Case]:
    if not by_case:
        return []
    rows = Case.objects.select_for_update(of=("self",)).select_related("customer").defer("search")
    return list(rows.filter(pk__in=by_case).order_by("pk"))


def _untouched(case: Case) -> bool:
    """Whether every failure was a mistake and the customer has heard nothing of it."""
    return not (
        case.failures.filter(corrected_at__isnull=True).exists()
        or case.steps_done.exists()
        or case.checks.exists()
        or case.commitments.exclude(purpose__in=(Purpose.FIRST_CONTACT, Purpose.TAKE_IN_CHARGE)).exists()
    )


def _close(case: Case, *, by: Actor, now: datetime) -> None:
    let_go(case, list(Purpose), reason="Nothing had been broken.", by=by, now=now)
    case.closed_at, case.outcome = now, Outcome.CORRECTED
    case.offered_to, case.offered_at = None, None
    case.save(update_fields=["closed_at", "outcome", "offered_to", "offered_at"])
    tell("closed", case, by=by, at=now, data={"outcome": Outcome.CORRECTED})
