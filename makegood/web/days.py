"""Days as the reader counts them, as spans of instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


def starts(day: date, zone: ZoneInfo) -> datetime:
    """The first instant (aware UTC) of a local day."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def today(now: datetime, zone: ZoneInfo) -> date:
    """The local day of an instant."""
    return now.astimezone(zone).date()


def span_of_day(day: date, zone: ZoneInfo, days: int = 1) -> tuple[datetime, datetime]:
    """A local day, or several from it on, as a half-open span of instants."""
    return starts(day, zone), starts(day + days * DAY, zone)
