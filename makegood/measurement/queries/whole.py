"""What of a time is whole days, which the tallies tell, and which hours at its ends are read off the rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

_ONE_DAY = timedelta(days=1)
_EVER = datetime.min.replace(tzinfo=UTC) + 2 * _ONE_DAY


def whole_days(since: datetime | None, before: datetime, zone: tzinfo) -> dict[str, Any]:
    """The days of a time zone, the organisation's, that lie in a half-open time, as what a statement takes:
    `first_day` to the one before `end_day`, and the instants at which these begin. Without any both are the same."""
    end = before.astimezone(zone).date()
    if since is None:
        return {"first_day": date.min, "first_at": _EVER, "end_day": end, "end_at": _begins(end, zone)}
    day = since.astimezone(zone).date()
    first = day if _begins(day, zone) == since else day + _ONE_DAY
    end = max(end, first)
    return {"first_day": first, "first_at": _begins(first, zone), "end_day": end, "end_at": _begins(end, zone)}


def _begins(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
