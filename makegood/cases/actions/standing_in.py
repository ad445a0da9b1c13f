"""Nobody who is not there owns a case: whoever stands in takes it at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from makegood.cases.actions.holding import entry, hold_promises
from makegood.cases.actions.noticing import tell_lapsed, tell_stands_in
from makegood.cases.actions.owning import unkept
from makegood.cases.actions.stock import load
from makegood.cases.models import Case
from makegood.journal.actions import NewEntry, record_many
from makegood.journal.actors import SYSTEM
from makegood.kernel.refusals import Refusal
from makegood.people.queries import Roster, Router, StaffFacts, roster
from makegood.platform.among import Among
from makegood.promises import actions as promises
from makegood.promises.models import Kind

# So many in one transaction: a desk with thousands of cases changes hands without keeping the watch waiting.
AT_ONCE = 200


def reassign_absent(*, now: datetime) -> int:
    """Give open cases whose owner is not there to their deputy, else the lead, else whoever is present.

    Offers to people who left lapse. Takes up to two hundred cases, the oldest first, and returns how many changed
    hands; the worker calls it again and again. Where nobody at all is there, a case stays with whom it has.
    """
    everybody = roster(now)
    away = [one.id for one in everybody.people.values() if not (one.is_present and one.may_work)]
    if not away or not everybody.present():
        return 0
    _lapse_offers(away, now)
    waiting = Case.objects.filter(closed_at__isnull=True, owner_id__in=Among(away)).order_by("opened_at", "pk")
    numbers = list(waiting.values_list("pk", flat=True)[:AT_ONCE])
    return _reassign(numbers, away, everybody, now) if numbers else 0


@transaction.atomic
def _reassign(numbers: Sequence[int], away: Collection[int], everybody: Roster, now: datetime) -> int:
    hold_promises(numbers)
    rows = Case.objects.select_for_update().filter(pk__in=Among(numbers), closed_at__isnull=True)
    heirs, given = _Heirs(everybody), defaultdict(list)
    for case in rows.filter(owner_id__in=Among(away)).defer("search").order_by("pk"):
        heir = heirs.of(case)
        if heir is not None:
            given[heir.id].append(case)
    for heir_id, cases in given.items():
        _give(cases, everybody.people[heir_id], now)
    told = {heir_id: [case.pk for case in cases] for heir_id, cases in given.items()}
    tell_stands_in(told, by=SYSTEM, now=now)
    return sum(map(len, given.values()))


class _Heirs:
    """Who takes over, for as many cases as there are."""

    def __init__(self, everybody: Roster) -> None:
        self.everybody = everybody
        self.router = Router(everybody, load())
        self.answers_for = {pk: (team_id, role) for pk, team_id, role in Kind.objects.values_list("pk", "team", "role")}

    def of(self, case: Case) -> StaffFacts | None:
        """The deputy, else the lead of the owner's team, else whom new work of the kind would go to."""
        owner = self.everybody.people.get(case.owner_id)
        standing = self.everybody.deputy_for(case.owner_id) or self.everybody.lead_for(owner.team_id if owner else None)
        if standing is not None:
            return standing
        try:
            heir = self.everybody.people[self.router.route(*self.answers_for[case.kind_id])]
        except Refusal:
            return None
        return heir if heir.is_present else None


def _give(cases: Sequence[Case], heir: StaffFacts, now: datetime) -> None:
    numbers = [case.pk for case in cases]
    Case.objects.filter(pk__in=Among(numbers)).update(
        owner_id=heir.id, taken_at=None, offered_to=None, offered_at=None, offer_note=""
    )
    record_many(
        _entry("reassigned", case, now, **{"from": case.owner_id, "owner": heir.id, "name": heir.name})
        for case in cases
    )
    promises.give(unkept(numbers), owner_id=heir.id, by=SYSTEM, now=now)


@transaction.atomic
def _lapse_offers(away: Collection[int], now: datetime) -> None:
    offers = Case.objects.select_for_update().filter(closed_at__isnull=True, offered_to_id__in=Among(away))
    cases = list(offers.defer("search").order_by("pk"))
    if cases:
        lapsed = Case.objects.filter(pk__in=Among([case.pk for case in cases]))
        lapsed.update(offered_to=None, offered_at=None, offer_note="")
        record_many(_entry("offer_lapsed", case, now, to=case.offered_to_id) for case in cases)
        tell_lapsed(cases, by=SYSTEM, now=now)


def _entry(verb: str, case: Case, now: datetime, **data: object) -> NewEntry:
    return entry(verb, case.pk, case.customer_id, by=SYSTEM, at=now, data=data)
