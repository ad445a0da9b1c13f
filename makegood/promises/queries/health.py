"""Whether the watch keeps up: the auditor's questions."""

from __future__ import annotations

from datetime import datetime, timedelta

from makegood.promises.models import Held, Promise

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
