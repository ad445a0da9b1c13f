"""Who may do what, and who is there. Pure."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a member of staff is here for."""

    AGENT = "agent"
    LEAD = "lead"
    MANAGER = "manager"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"


class Ability(StrEnum):
    """What a role lets a person do."""

    WORK = "work"
    """Make promises, open and work cases."""
    SEE_ALL = "see_all"
    """See the work of every team, not only one's own."""
    ASSIGN = "assign"
    """Give a case to somebody, take one that is not offered."""
    ADMINISTER = "administer"
    """Change people, kinds and settings."""


ABILITIES: dict[Role, frozenset[Ability]] = {
    Role.AGENT: frozenset({Ability.WORK}),
    Role.LEAD: frozenset({Ability.WORK, Ability.ASSIGN}),
    Role.MANAGER: frozenset({Ability.WORK, Ability.SEE_ALL, Ability.ASSIGN}),
    Role.ANALYST: frozenset({Ability.SEE_ALL}),
    Role.ADMINISTRATOR: frozenset(Ability),
}

LADDER = (Role.AGENT, Role.LEAD, Role.MANAGER)
"""Who is drawn in, in order, when nobody acts: the owner, the lead of the team, an executive."""


def may(role: str, ability: Ability) -> bool:
    """Whether a role has an ability."""
    return ability in ABILITIES[Role(role)]
