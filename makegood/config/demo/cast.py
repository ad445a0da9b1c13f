"""The staff of the demo's desk. All invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from makegood.journal.actors import SYSTEM
from makegood.people.actions import add_staff, add_team, change_team, set_absence
from makegood.people.rules import Role

PASSWORD = "every-promise-kept"  # noqa: S105 - printed on the terminal, for a demo on this machine only
KENNEDY, LAGUARDIA = "Kennedy desk", "LaGuardia and Newark desk"


@dataclass(frozen=True, slots=True)
class Part:
    """One of the cast."""

    key: str
    name: str
    role: Role
    team: str = ""
    grade: int = 1

    @property
    def email(self) -> str:
        """The address they sign in with."""
        return f"{self.key}@desk.example"


CAST = (
    Part("priya", "Priya Raman", Role.AGENT, KENNEDY),
    Part("tomas", "Tomás Reyes", Role.AGENT, KENNEDY),
    Part("ben", "Ben Adler", Role.AGENT, KENNEDY),
    Part("ana", "Ana Lima", Role.AGENT, LAGUARDIA),
    Part("marcus", "Marcus Bell", Role.AGENT, LAGUARDIA),
    Part("lena", "Lena Fischer", Role.LEAD, KENNEDY, 2),
    Part("rosa", "Rosa Ortiz", Role.LEAD, LAGUARDIA, 2),
    Part("helen", "Helen Voss", Role.MANAGER, "", 4),
    Part("noor", "Noor Haddad", Role.ANALYST),
    Part("sam", "Sam Okoro", Role.ADMINISTRATOR, "", 3),
)
SHOWN = ("priya", "lena", "helen", "sam")
"""Whose sign-ins are printed."""


def hire(*, now: datetime) -> dict[str, int]:
    """Take the cast in; their ids by key. Ben is away until tomorrow, and Tomás stands in for him."""
    teams = {name: add_team(name, by=SYSTEM, now=now) for name in (KENNEDY, LAGUARDIA)}
    ids = {part.key: _hire(part, teams.get(part.team), now) for part in CAST}
    change_team(teams[KENNEDY], lead_id=ids["lena"], by=SYSTEM, now=now)
    change_team(teams[LAGUARDIA], lead_id=ids["rosa"], by=SYSTEM, now=now)
    set_absence(
        ids["ben"], starts_at=now, ends_at=now + timedelta(days=1), deputy_id=ids["tomas"], reason="Training",
        by=SYSTEM, now=now,
    )  # fmt: skip
    return ids


def _hire(part: Part, team_id: int | None, now: datetime) -> int:
    return add_staff(
        email=part.email, name=part.name, password=PASSWORD, role=part.role, team_id=team_id, grade=part.grade,
        by=SYSTEM, now=now,
    )  # fmt: skip
