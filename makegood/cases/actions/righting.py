"""Correcting cases when late news shows that nothing had been broken, and when it had been after all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef

from makegood.cases.actions.clocks import let_go
from makegood.cases.actions.closing import reopen_for
from makegood.cases.actions.holding import entry, tell
from makegood.cases.actions.opening import FirstContact, promise_first_contact
from makegood.cases.actions.stock import Family
from makegood.cases.models import Case, Commitment, Failure, SatisfactionCheck, StepDone
from makegood.cases.rules import OF_ONE_PERSON, Outcome, Purpose, failed_words
from makegood.journal.actions import record_many
from makegood.journal.actors import Actor
from makegood.platform.among import Among
from makegood.promises.rules import Moved


def set_right(moved: Sequence[Moved], *, by: Actor, now: datetime) -> None:
    """Mark the failures of these promises as none, and close the cases in which nobody had spoken yet.

    A nightly file may set right a whole day at once: this costs the same for a thousand. The cases must be held.
    """
    mistaken = _failures_by_case(moved, corrected=False)
    if not mistaken:
        return
    failures = [failure for of_case in mistaken.values() for failure in of_case]
    Failure.objects.filter(pk__in=Among([failure.pk for failure in failures])).update(corrected_at=now)
    cases = dict(Case.objects.filter(pk__in=Among(mistaken)).order_by("pk").values_list("pk", "customer_id"))
    record_many(
        entry("corrected", number, customer_id, by=by, at=now, data={"what": [one.what for one in mistaken[number]]})
        for number, customer_id in cases.items()
    )
    _close({number: cases[number] for number in _untouched(mistaken)}, by=by, now=now)


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
            family = Family(case.customer.name, case.customer.cadence_minutes, case.customer.time_zone)
            contact = FirstContact(case.pk, case.customer_id, case.owner_id, family)
            promise_first_contact(contact, by=by, now=now)
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


def _untouched(numbers: Collection[int]) -> list[int]:
    """Those of these cases in which every failure was a mistake and the customer has heard nothing of it."""
    mine = {"case": OuterRef("pk")}
    asked_for = Commitment.objects.filter(**mine, undone_at=None).exclude(
        purpose__in=(Purpose.FIRST_CONTACT, *OF_ONE_PERSON)
    )
    rows = Case.objects.filter(
        ~Exists(Failure.objects.filter(**mine, corrected_at=None)),
        ~Exists(StepDone.objects.filter(**mine, undone_at=None)),
        ~Exists(SatisfactionCheck.objects.filter(**mine, undone_at=None)),
        ~Exists(asked_for),
        pk__in=Among(numbers),
        closed_at=None,
    )
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _close(cases: Mapping[int, int], *, by: Actor, now: datetime) -> None:
    """Close cases, given as their numbers and customers."""
    if not cases:
        return
    let_go(cases, list(Purpose), reason="Nothing had been broken.", by=by, now=now)
    Case.objects.filter(pk__in=Among(cases)).update(
        closed_at=now, outcome=Outcome.CORRECTED, offered_to=None, offered_at=None, offer_note=""
    )
    record_many(
        entry("closed", number, customer_id, by=by, at=now, data={"outcome": Outcome.CORRECTED})
        for number, customer_id in cases.items()
    )
