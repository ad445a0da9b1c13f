"""By when: an instant, a day, words, or what the kind of promise usually allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from makegood.kernel.calendars import WorkCalendar
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.worktime import Deadline, explain
from makegood.platform.installation import organisation
from makegood.promises.queries import Due, KindFacts, due_in_words, kind_named, kinds, usual_due
from makegood.promises.rules import day_ends


class SaysWhen(Protocol):
    """A form with the three ways to say by when."""

    due_at: datetime | None
    due_on: date | None
    when: str | None


def due_of(said: SaysWhen, *, kind: str, zone: Callable[[], ZoneInfo], now: datetime) -> Due:
    """When something is due. `zone` tells where the customer is, when that is needed.

    Raises Refusal "promise.due_twice", "promise.no_due", and what reading the words raises.
    """
    ways = [way for way in ("due_at", "due_on", "when") if getattr(said, way) is not None]
    if len(ways) > 1:
        raise invalid("promise.due_twice", f"Say when only once: {' or '.join(ways)}.", field=ways[-1])
    if said.when is not None:
        return due_in_words(said.when, kind_in_use(kind), now=now, zone=zone())
    if said.due_at is not None:
        return Due(said.due_at, None)
    if said.due_on is not None:
        return Due(day_ends(said.due_on, organisation().zone), said.due_on)
    return usual_due(kind_in_use(kind), now=now)


def kind_in_use(slug: str) -> KindFacts:
    """The kind that a body names. Raises Refusal "kind.unknown" (422), which lists those there are."""
    try:
        return kind_named(slug)
    except Refusal:
        known = ", ".join(kind.slug for kind in kinds())
        raise invalid("kind.unknown", f"There is no such kind of promise. Known: {known}.", field="kind") from None


def working_out(working: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The kept arithmetic of a deadline in working time, with its lines for people."""
    if not working:
        return None
    deadline = Deadline.from_json(working["deadline"])
    lines = explain(deadline, WorkCalendar.from_json(working["calendar"]))
    return {"calendar": working["calendar"]["name"], "lines": lines, "steps": working["deadline"]["steps"]}
