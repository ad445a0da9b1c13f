"""When somebody is told outside the app, and how many things one message tells. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from makegood.kernel.calendars import WorkCalendar, read_week
from makegood.kernel.worktime import add_worktime

MOST = 3
WITHIN = timedelta(minutes=5)
"""No address gets more than `MOST` messages in any stretch of `WITHIN`; what is more comes together in one."""

BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""How long is waited after each failure; after one more the message is given up."""

LISTED = 20
_MOMENT = timedelta(microseconds=1)


class Waiting(NamedTuple):
    """One notice that waits to leave for one address. `id` is that of its delivery."""

    id: int
    words: str
    link: str
    urgent: bool
    attempts: int = 0


class Message(NamedTuple):
    """One message, and the deliveries that it makes."""

    ids: tuple[int, ...]
    title: str
    text: str


class Plan(NamedTuple):
    """What leaves now, each bundle as one message, and what waits until when."""

    bundles: tuple[tuple[Waiting, ...], ...]
    later: tuple[tuple[Waiting, datetime], ...]


def plan(waiting: Sequence[Waiting], sent: Sequence[datetime], *, opens_at: datetime, now: datetime) -> Plan:
    """What to do with all that waits for one address; `sent` are the instants of its latest messages.

    Outside working hours only what is urgent leaves; the rest waits until they begin (`opens_at`, which is `now`
    within them). As long as there is room for a message each, each thing has its own; else one tells all, as soon
    as there is room for one.
    """
    ready = [one for one in waiting if one.urgent or opens_at <= now]
    quiet = tuple((one, opens_at) for one in waiting if not (one.urgent or opens_at <= now))
    recent = sorted(at for at in sent if at > now - WITHIN)
    room = MOST - len(recent)
    if len(ready) <= room:
        return Plan(tuple((one,) for one in ready), quiet)
    if room > 0:
        return Plan((tuple(ready),), quiet)
    free_at = recent[-MOST] + WITHIN
    return Plan((), (*((one, free_at) for one in ready), *quiet))


def remembered(sent: Sequence[datetime], now: datetime) -> list[datetime]:
    """The instants of the latest messages, with one that left `now`: as many as `plan` looks at."""
    return [*sorted(sent), now][-MOST:]


def retry_at(attempts: int, now: datetime) -> datetime | None:
    """When a message is tried again that failed for the `attempts`-th time (from 1); None when it is given up."""
    return now + BACKOFF[attempts - 1] if attempts <= len(BACKOFF) else None


def opens_at(week: Mapping[str, Any], time_zone: str, now: datetime) -> datetime:
    """When working hours begin: `now` within them, and for somebody without hours."""
    if not week:
        return now
    hours = WorkCalendar("Working hours", time_zone or "UTC", read_week(week))
    return add_worktime(hours, now, _MOMENT).at - _MOMENT


def compose(bundle: Sequence[Waiting], base_url: str) -> Message:
    """The message that tells a bundle. `base_url` is where people open the desk."""
    ids = tuple(one.id for one in bundle)
    if len(bundle) == 1:
        (one,) = bundle
        return Message(ids, one.words, f"{base_url}{one.link}")
    urgent_first = sorted(bundle, key=lambda one: not one.urgent)
    lines = [f"{one.words} {base_url}{one.link}" for one in urgent_first[:LISTED]]
    if len(bundle) > LISTED:
        lines.append(f"And {len(bundle) - LISTED} more: {base_url}/notices/")
    return Message(ids, f"{len(bundle)} things for you at Makegood", "\n".join(lines))
