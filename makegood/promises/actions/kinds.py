"""Kinds of promise and the calendars they count in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.calendars import WorkCalendar
from makegood.kernel.public_holidays import check_place
from makegood.kernel.refusals import invalid, missing
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.promises.models import Calendar, Kind

_CHANGEABLE = frozenset(
    {"name", "warning", "grace", "allowance", "severity", "role", "team_id", "calendar_id", "opens_case"}
)


@transaction.atomic
def ensure_kind(
    slug: str,
    *,
    name: str,
    warning: timedelta = timedelta(0),
    grace: timedelta = timedelta(0),
    severity: int = 2,
    team_id: int | None = None,
    by: Actor,
    now: datetime,
) -> Kind:
    """The kind of that slug, made when there is none yet. One that exists is left as people set it."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", slug):
        raise invalid(
            "kind.bad_slug", "A kind is named in small letters, digits and dashes, such as street-light.", field="kind"
        )
    kind, made = Kind.objects.get_or_create(
        slug=slug,
        defaults={"name": name[:80], "warning": warning, "grace": grace, "severity": severity, "team_id": team_id},
    )
    if made:
        record("kind.made", by=by, at=now, subject=("kind", kind.pk), data={"name": kind.name})
    return kind


@transaction.atomic
def change_kind(slug: str, changes: Mapping[str, Any], *, by: Actor, now: datetime) -> Kind:
    """Change a kind's policy. Promises already made keep the clocks they were given.

    Raises Refusal "people.not_allowed", "kind.unknown", "kind.bad_value".
    """
    require(by, Ability.ADMINISTER)
    kind = Kind.objects.select_for_update().filter(slug=slug).first()
    if kind is None:
        raise missing("kind.unknown", "There is no such kind of promise.")
    _check(changes)
    before = {name: str(getattr(kind, name)) for name in changes}
    for name, value in changes.items():
        setattr(kind, name, value)
    kind.save(update_fields=list(changes))
    after = {name: str(value) for name, value in changes.items()}
    record("kind.changed", by=by, at=now, subject=("kind", kind.pk), data={"before": before, "after": after})
    return kind


@transaction.atomic
def make_calendar(
    *, name: str, time_zone: str, week: Mapping[str, list[str]], holidays_of: str = "", by: Actor, now: datetime
) -> Calendar:
    """Make a calendar of working hours. `holidays_of` names a country or a part of one: "GB", "US-NY".

    Raises Refusal "people.not_allowed", and what is wrong with a field.
    """
    require(by, Ability.ADMINISTER)
    read = WorkCalendar.from_json({"name": name, "time_zone": time_zone, "week": week})
    check_place(holidays_of)
    calendar = Calendar.objects.create(
        name=read.name, time_zone=read.time_zone, week=read.to_json()["week"], holidays_of=holidays_of
    )
    record("calendar.made", by=by, at=now, subject=("calendar", calendar.pk), data={"name": name})
    return calendar


def _check(changes: Mapping[str, Any]) -> None:
    unknown = set(changes) - _CHANGEABLE
    if unknown:
        raise invalid("kind.bad_value", f"A kind has no {', '.join(sorted(unknown))}.")
    if not 1 <= changes.get("severity", 2) <= 4:
        raise invalid("kind.bad_value", "Severity goes from 1 (slight) to 4 (grave).", field="severity")
    for name in ("warning", "grace", "allowance"):
        value = changes.get(name)
        if value is not None and not timedelta(0) <= value <= timedelta(days=366):
            raise invalid(
                "kind.bad_value", "Give a time between nothing and a year, such as 30 min or 2 d.", field=name
            )
    if not changes.get("name", "x").strip():
        raise invalid("kind.bad_value", "Give the kind a name.", field="name")
