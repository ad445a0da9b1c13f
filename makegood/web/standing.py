"""The counts in the rail: what is mine and not done; and what I may give."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from makegood.cases.queries import own_work
from makegood.followups.queries import own_part
from makegood.notices.queries import unread
from makegood.remedies.queries import own_standing
from makegood.web.days import span_of_day, today
from makegood.web.desk import Desk

_SHOWN = 999


@dataclass(frozen=True, slots=True)
class Counts:
    """Broken on Today, open cases, promises not kept yet, unread notices, decisions asked of the one who looks,
    follow-ups of theirs that are late or due today, and closed cases in which they have something left to make good."""

    today: int
    cases: int
    promises: int
    notices: int
    approvals: int
    follow_ups: int
    closures: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The counts, and what the one who looks may give in a case alone; no `limit` when nothing bounds it."""

    counts: Counts
    limit: Decimal | None


def counts_for(desk: Desk) -> Counts:
    """The counts, each up to 999."""
    return standing_for(desk).counts


def standing_for(desk: Desk, *, broken: int | None = None) -> Standing:
    """The counts, each up to 999, and the limit. `broken` is what Today counts, when its page has counted it."""
    mine = own_work(desk.scope, at_most=_SHOWN, broken=broken)
    _begins, tonight = span_of_day(today(desk.now, desk.zone), desk.zone)
    after = own_part(desk.staff_id, until=tonight, at_most=_SHOWN)
    own = own_standing(desk.staff_id, desk.organisation.currency, at_most=_SHOWN)
    counts = Counts(
        today=mine.broken, cases=mine.cases, promises=mine.promises, notices=unread(desk.staff_id, at_most=_SHOWN),
        approvals=own.waiting, follow_ups=after.follow_ups, closures=after.closures,
    )  # fmt: skip
    return Standing(counts, own.limit)
