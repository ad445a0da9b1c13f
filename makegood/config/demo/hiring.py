"""Taking the demo's staff in."""

from __future__ import annotations

from datetime import datetime, timedelta

from makegood.config.demo.cast import CAST, KENNEDY, LAGUARDIA, PASSWORD, SHOWN, Part
from makegood.journal.actors import SYSTEM
from makegood.people.actions import add_staff, add_team, change_team, set_absence


def hire(*, now: datetime) -> dict[str, int]:
    """Take the cast in; their ids by key. Ben is away until tomorrow, and Tomás stands in for him."""
    teams = {name: add_team(name, by=SYSTEM, now=now) for name in (KENNEDY, LAGUARDIA)}
    ids = {part.key: _hire(part, teams.get(part.team), now) for part in CAST}
    change_team(teams[LAGUARDIA], lead_id=ids["lena"], by=SYSTEM, now=now)
    change_team(teams[KENNEDY], lead_id=ids["rosa"], by=SYSTEM, now=now)
    set_absence(
        ids["ben"],
        starts_at=now,
        ends_at=now + timedelta(days=1),
        deputy_id=ids["tomas"],
        reason="Training",
        by=SYSTEM,
        now=now,
    )
    return ids


def _hire(part: Part, team_id: int | None, now: datetime) -> int:
    return add_staff(
        email=part.email,
        name=part.name,
        password=PASSWORD if part.key in SHOWN else None,
        role=part.role,
        team_id=team_id,
        grade=part.grade,
        by=SYSTEM,
        now=now,
    )
