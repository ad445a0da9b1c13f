"""The ladder: when a promise of a case breaks, or a customer is failed again, somebody with more authority is drawn
in, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from makegood.cases.actions.climbing import Call, Climber, call, called, drawn_into
from makegood.cases.actions.holding import entry
from makegood.cases.actions.noticing import Climbed, tell_climbed, tell_sponsors
from makegood.cases.actions.storing import set_severities
from makegood.cases.models import Case, Commitment
from makegood.cases.rules import AMONG_US, FOR_THE_CUSTOMER, GRAVEST, Purpose
from makegood.journal.actions import NewEntry, record_many
from makegood.journal.actors import Actor
from makegood.people.ladder import Drawn, Rung
from makegood.platform.among import Among
from makegood.promises.rules import Moved

# A case may be closed while a named person finds the cause, and we come back to the customer after it: these promises,
# and the rungs they climb, live on.
_AFTER_THE_CLOSE = (Purpose.FIND_CAUSE, Purpose.TAKE_IN_CHARGE, Purpose.FOLLOW_UP, Purpose.CHANGE)
SECOND_FAILURE = "second_failure"
"""Why somebody is drawn in when no promise of the case broke: the customer was failed before."""


class Broken(NamedTuple):
    """A promise of a case that broke."""

    id: int
    case_id: int
    promise_id: int
    purpose: str
    customer_id: int
    owner_id: int
    severity: int
    ordinal: int

    @property
    def raised(self) -> int:
        """How grave the case is with it: what broke among colleagues makes it no graver."""
        return min(GRAVEST, self.severity + 1) if self.purpose in FOR_THE_CUSTOMER else self.severity


class Failed(NamedTuple):
    """A case whose customer was failed before, or is failed again while it is being put right; `what` failed."""

    case_id: int
    customer_id: int
    owner_id: int
    severity: int
    what: str


Found = Mapping[int, tuple[Drawn, Rung]]


def climb(moved: Sequence[Moved], *, by: Actor, now: datetime) -> None:
    """A second failure: each broken promise of a case draws in the next person up.

    Whoever was drawn in before on the same case is not drawn in twice; when nobody is left above, the journal
    says so and the case stays with those it has. Breaking the promise to take it in charge, or to speak to the
    customer, climbs further. The cases must be held.
    """
    if not moved:
        return
    titles = {move.promise_id: move.title for move in moved}
    broken = _broken(list(titles))
    found = _choose(broken, now)
    record_many(_entry(one, titles[one.promise_id], found, by, now) for one in broken)
    set_severities({one.case_id: one.raised for one in broken if one.raised != one.severity})
    call(
        [Call(one.case_id, one.customer_id, one.id, *found[one.id]) for one in broken if one.id in found],
        by=by,
        now=now,
    )
    tell_climbed([_climbed(one, found) for one in broken], by=by, now=now)


def _broken(promise_ids: Sequence[int]) -> list[Broken]:
    lives = Q(case__closed_at__isnull=True) | Q(purpose__in=_AFTER_THE_CLOSE)
    rows = Commitment.objects.filter(lives, promise_id__in=Among(promise_ids), escalation__isnull=True)
    columns = (
        "id", "case_id", "promise_id", "purpose", "case__customer_id", "case__owner_id", "case__severity",
        "case__ordinal",
    )  # fmt: skip
    return [Broken(*row) for row in rows.order_by("case_id", "id").values_list(*columns)]


def _choose(broken: Sequence[Broken], now: datetime) -> Found:
    """Per broken commitment the person drawn in; those for whom nobody is left are missing."""
    if not broken:
        return {}
    climber, drawn = Climber(now), drawn_into({one.case_id for one in broken})
    chosen = {}
    for one in broken:
        already = drawn.setdefault(one.case_id, {})
        found = climber.next_for(one.owner_id, severity=one.raised, again=one.ordinal > 1, drawn=already)
        if found is not None:
            chosen[one.id] = found
            already[found[0].person.id] = found[0].rung
    return chosen


def _entry(one: Broken, title: str, found: Found, by: Actor, now: datetime) -> NewEntry:
    data: dict[str, object] = {"title": title, "purpose": one.purpose, "promise": one.promise_id}
    data |= called(found[one.id][0] if one.id in found else None)
    return entry("escalated", one.case_id, one.customer_id, by=by, at=now, data=data)


def _climbed(one: Broken, found: Found) -> Climbed:
    person = found[one.id][0].person if one.id in found else None
    contact = one.purpose not in AMONG_US
    return Climbed(
        one.case_id, one.id, one.owner_id, person.id if person else None, person.name if person else "", contact
    )


def name_sponsors(failed: Sequence[Failed], *, by: Actor, now: datetime) -> None:
    """A customer who was failed before, or again: somebody above the owner is named from the first minute, and is to
    take the case in charge. Of these cases nobody was drawn into any. The cases must be held."""
    if not failed:
        return
    climber = Climber(now)
    found = {one.case_id: climber.next_for(one.owner_id, severity=one.severity, again=True, drawn={}) for one in failed}
    named = [(one, chosen) for one in failed if (chosen := found[one.case_id])]
    for staff_id in {drawn.person.id for _, (drawn, _) in named}:
        theirs = [one.case_id for one, (drawn, _) in named if drawn.person.id == staff_id]
        Case.objects.filter(pk__in=Among(theirs)).update(sponsor_id=staff_id)
    record_many(_named(one, found[one.case_id], by, now) for one in failed)
    call([Call(one.case_id, one.customer_id, None, *chosen) for one, chosen in named], by=by, now=now)
    tell_sponsors([(chosen[0].person.id, one.case_id) for one, chosen in named], by=by, now=now)


def _named(one: Failed, chosen: tuple[Drawn, Rung] | None, by: Actor, now: datetime) -> NewEntry:
    data: dict[str, object] = {"title": one.what, "purpose": SECOND_FAILURE}
    return entry(
        "escalated", one.case_id, one.customer_id, by=by, at=now, data=data | called(chosen[0] if chosen else None)
    )
