"""What stands in the rail, as every page and its polls count it."""

from __future__ import annotations

from makegood.learning.queries.own import Own, own_standing
from makegood.web.days import span_of_day, today
from makegood.web.desk import Desk

_SHOWN = 999


def own_of(desk: Desk, *, broken: int | None = None) -> Own:
    """What is the reader's own, each counted up to 999. `broken` is what Today counts, when its page has counted it."""
    _begins, tonight = span_of_day(today(desk.now, desk.zone), desk.zone)
    return own_standing(desk.scope, desk.organisation.currency, until=tonight, at_most=_SHOWN, broken=broken)


def counts_of(own: Own) -> dict[str, int]:
    """The counts by the place in the rail where each stands."""
    return {
        "today": own.broken, "cases": own.cases, "promises": own.promises, "notices": own.notices,
        "approvals": own.approvals, "follow_ups": own.follow_ups, "closures": own.closures,
        "unsorted": own.unsorted, "improvements": own.improvements,
    }  # fmt: skip
