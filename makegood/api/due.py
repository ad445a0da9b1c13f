"""By when: an instant, a day, words, or what the kind of promise usually allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from makegood.kernel.calendars import WorkCalendar
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.when import read_when
from makegood.kernel.worktime import Deadline, add_worktime, explain
from makegood.promises.queries import KindFacts, calendar_of, kind_named, kinds


@dataclass(frozen=True, slots=True)
class Due:
    """When it is due, and the arithmetic when that was worked out."""

    at: datetime | None
    on: date | None
    working: dict[str, Any] | None = None


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
        calendar = calendar_of(kind_in_use(kind).id, around=now)
        read = read_when(said.when, now=now, zone=zone(), calendar=calendar)
        return Due(read.due_at, read.due_on)
    if ways:
        return Due(said.due_at, said.due_on)
    return _allowed(kind, now)


def kind_in_use(slug: str) -> KindFacts:
    """The kind that a body names. Raises Refusal "kind.unknown" (422), which lists those there are."""
    try:
        return kind_named(slug)
    except Refusal:
        known = ", ".join(kind.slug for kind in kinds())
        raise invalid("kind.unknown", f"There is no such kind of promise. Known: {known}.", field="kind") from None


def _allowed(slug: str, now: datetime) -> Due:
    kind = kind_in_use(slug)
    if kind.allowance is None:
        raise invalid(
            "promise.no_due", f"Say by when: due_at, due_on or when. {kind.name} has no usual time.", field="due_at"
        )
    calendar = calendar_of(kind.id, around=now)
    if calendar is None:
        return Due(now + kind.allowance, None)
    deadline = add_worktime(calendar, now, kind.allowance)
    return Due(deadline.at, None, {"deadline": deadline.to_json(), "calendar": calendar.to_json()})


def working_out(working: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The kept arithmetic of a deadline in working time, with its lines for people."""
    if not working:
        return None
    deadline = Deadline.from_json(working["deadline"])
    lines = explain(deadline, WorkCalendar.from_json(working["calendar"]))
    return {"calendar": working["calendar"]["name"], "lines": lines, "steps": working["deadline"]["steps"]}
