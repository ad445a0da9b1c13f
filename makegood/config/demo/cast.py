"""The staff of the demo's desk. All invented."""

from __future__ import annotations

from dataclasses import dataclass

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
    Part("priya", "Priya Raman", Role.AGENT, LAGUARDIA),
    Part("tomas", "Tomás Reyes", Role.AGENT, LAGUARDIA),
    Part("ben", "Ben Adler", Role.AGENT, LAGUARDIA),
    Part("ana", "Ana Lima", Role.AGENT, KENNEDY),
    Part("marcus", "Marcus Bell", Role.AGENT, KENNEDY),
    Part("lena", "Lena Fischer", Role.LEAD, LAGUARDIA, 2),
    Part("rosa", "Rosa Ortiz", Role.LEAD, KENNEDY, 2),
    Part("helen", "Helen Voss", Role.MANAGER, "", 4),
    Part("iris", "Iris Okoye", Role.PROCESS_OWNER),
    Part("noor", "Noor Haddad", Role.ANALYST),
    Part("sam", "Sam Okoro", Role.ADMINISTRATOR, "", 3),
)
SHOWN = ("priya", "lena", "helen", "iris", "sam")
"""Whose sign-ins are printed."""
