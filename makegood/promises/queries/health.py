"""Whether the watch keeps up: the auditor's questions."""

from __future__ import annotations

from datetime import datetime, timedelta

from makegood.platform.rows import fetch_rows
from makegood.promises.models import Held, Promise
from makegood.promises.rules import State

# A watch that is alive moves a promise within a second of its instant.
PATIENCE = timedelta(seconds=5)


def overdue_checks(now: datetime, *, at_most: int = 1_000_000) -> int:
    """How many promises should have been looked at and were not, counted up to `at_most`."""
    return Promise.objects.past_check(now - PATIENCE)[:at_most].count()


def next_check() -> datetime | None:
    """The earliest instant at which any promise can change without news."""
    return (
        Promise.objects.filter(next_check_at__isnull=False)
        .order_by("next_check_at")
        .values_list("next_check_at", flat=True)
        .first()
    )


def held_count() -> int:
    """How many promises wait for the rest of what there is to know of them."""
    return Held.objects.count()


def in_trouble() -> dict[str, int]:
    """How many promises are at risk and broken now. Costs what is in trouble, not what is open."""
    return {State.AT_RISK.value: 0, State.BROKEN.value: 0} | _counts("state IN ('at_risk', 'broken')", {})


def due_between(start: datetime, end: datetime) -> dict[str, int]:
    """How many promises were due from `start` up to `end`, by the state they are in. Costs what was due then."""
    none = dict.fromkeys((state.value for state in State), 0)
    return none | _counts("due_at >= %(start)s AND due_at < %(end)s", {"start": start, "end": end})


def _counts(which: str, values: dict[str, datetime]) -> dict[str, int]:
    counted = f"SELECT state, count(*) FROM promises_promise WHERE {which} GROUP BY state"  # noqa: S608
    return dict(fetch_rows(counted, values))
