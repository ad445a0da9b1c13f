"""The promises that a case makes by itself: by when they are due, and letting go of those that are needed no more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache

from makegood.cases.models import Commitment
from makegood.cases.rules import Purpose
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal
from makegood.kernel.worktime import add_worktime
from makegood.platform.among import Among
from makegood.promises import actions as promises
from makegood.promises.queries import KindFacts, calendar_of, kind_named
from makegood.promises.rules import UNKEPT

FIRST_CONTACT = "first-contact"
TAKE_IN_CHARGE = "take-in-charge"
PROGRESS = "progress-update"
PERSONAL_CONTACT = "personal-contact"
FOLLOW_UP = "follow-up"
_UNLESS_TOLD = {
    FIRST_CONTACT: timedelta(minutes=15),
    TAKE_IN_CHARGE: timedelta(minutes=30),
    PERSONAL_CONTACT: timedelta(hours=2),
    FOLLOW_UP: timedelta(hours=4),
}


class Clock:
    """When promises of one of these kinds, made at one instant, are due.

    `minutes`, in the working hours of `calendar_id`, stand in the place of the kind's own time and hours.
    """

    def __init__(
        self, kind: str | KindFacts, now: datetime, *, minutes: int | None = None, calendar_id: int | None = None
    ) -> None:
        self.now = now
        if minutes is None:
            policy = kind if isinstance(kind, KindFacts) else kind_named(kind)
            self.allowance, calendar_id = policy.allowance or _UNLESS_TOLD[policy.slug], policy.calendar_id
        else:
            self.allowance = timedelta(minutes=minutes)
        self.calendar = calendar_of(calendar_id, around=now)
        self._due_after = cache(self._count)

    def due(self, cadence_minutes: int | None = None) -> datetime:
        """The instant (aware UTC); sooner for a customer who wants to hear from us more often than usual."""
        if cadence_minutes is None:
            return self._due_after(self.allowance)
        return self._due_after(min(self.allowance, timedelta(minutes=max(cadence_minutes, 1))))

    def after(self, span: timedelta) -> datetime:
        """The instant (aware UTC) so long from then, on the kind's calendar where it has one."""
        return self._due_after(span)

    def _count(self, allowance: timedelta) -> datetime:
        if self.calendar is None:
            return self.now + allowance
        try:
            return add_worktime(self.calendar, self.now, allowance).at
        except Refusal:
            # A calendar that never opens must not keep the watch from opening cases.
            return self.now + allowance


def let_go(numbers: Collection[int], purposes: Collection[Purpose], *, reason: str, by: Actor, now: datetime) -> None:
    """End every promise of these cases made for one of these purposes that is still to be kept."""
    made = Commitment.objects.filter(case_id__in=Among(numbers), purpose__in=purposes, promise__state__in=UNKEPT)
    promises.let_go(list(made.values_list("promise_id", flat=True)), reason=reason, by=by, now=now)
