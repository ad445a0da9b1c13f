"""Who may do what. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a member of staff is here for."""

    AGENT = "agent"
    LEAD = "lead"
    MANAGER = "manager"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"
    PROCESS_OWNER = "process_owner"
    """Answers for a process outside customer service: sees what is asked of them, and no customer."""


class Ability(StrEnum):
    """What a role lets a person do."""

    WORK = "work"
    """Make promises, open and work cases."""
    SEE_ALL = "see_all"
    """See the work of every team, not only one's own."""
    IMPORT = "import"
    """Bring files of promises in, for every team."""
    ASSIGN = "assign"
    """Give a case to somebody, take one that is not offered."""
    SET_REMEDIES = "set_remedies"
    """Write playbooks, policies and limits: what may be given, and by whom."""
    SET_LADDER = "set_ladder"
    """Say who is drawn in when a promise of a recovery breaks, and how long each may take."""
    SET_CAUSES = "set_causes"
    """Write the tree of causes: what failures are put down to."""
    SET_SCENES = "set_scenes"
    """Write scenes to practise, for everybody to play."""
    MEASURE = "measure"
    """Register reports and experiments: fix what is asked before its answer is in. Say what things cost."""
    ADMINISTER = "administer"
    """Change people, kinds and settings."""


ABILITIES: dict[Role, frozenset[Ability]] = {
    Role.AGENT: frozenset({Ability.WORK}),
    Role.LEAD: frozenset({Ability.WORK, Ability.ASSIGN}),
    Role.MANAGER: frozenset(
        {
            Ability.WORK,
            Ability.SEE_ALL,
            Ability.IMPORT,
            Ability.ASSIGN,
            Ability.SET_REMEDIES,
            Ability.SET_LADDER,
            Ability.SET_CAUSES,
            Ability.SET_SCENES,
        }
    ),
    Role.ANALYST: frozenset({Ability.SEE_ALL, Ability.MEASURE}),
    Role.ADMINISTRATOR: frozenset(Ability),
    Role.PROCESS_OWNER: frozenset(),
}

LADDER = (Role.AGENT, Role.LEAD, Role.MANAGER)
"""Who is drawn in, in order, when nobody acts: the owner, the lead of the team, an executive."""


class TokenScope(StrEnum):
    """What an integration's token lets it do."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody who asks may see and do: by their role, every team's work or their own and their team's.

    `staff_id` is None for an integration that stands for nobody, `team_id` for those in no team.
    """

    role: Role
    staff_id: int | None = None
    team_id: int | None = None

    @property
    def sees_all(self) -> bool:
        """Whether the work of every team is theirs to see."""
        return may(self.role, Ability.SEE_ALL)

    @property
    def sees_customers(self) -> bool:
        """Whether customers are theirs to see: whoever works or reads the work does, of whichever team."""
        return self.sees_all or may(self.role, Ability.WORK)

    def may(self, ability: Ability) -> bool:
        """Whether their role has an ability."""
        return may(self.role, ability)


READS_ALL = Scope(Role.ANALYST)
"""Sees the work of every team and does none of it: for what is read on nobody's behalf."""


def may(role: str, ability: Ability) -> bool:
    """Whether a role has an ability."""
    return ability in ABILITIES[Role(role)]


def token_role(scope: str, staff_role: str | None) -> Role:
    """The role in which a token acts: that of its person, otherwise a manager's to write, an analyst's to read."""
    if staff_role is not None:
        return Role(staff_role)
    return Role.MANAGER if scope == TokenScope.WRITE else Role.ANALYST
