"""The ladder: who is drawn in, one after the other, when a promise of a recovery breaks. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from makegood.people.presence import Roster, StaffFacts
from makegood.people.rules import Role

ON_THE_LADDER = (Role.LEAD, Role.MANAGER, Role.ADMINISTRATOR)
"""The roles a rung may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """Who is drawn in here: one person by name, or whoever of a role is nearest.

    `wait_minutes` is how long they have to take it in charge, `contact_minutes` how long, from then on, to speak to
    the customer themselves; None leaves it to the kinds of promise that these are. They count in the working hours of
    `calendar_id`, or at all hours. A case at least as grave as `from_severity` begins here, and, with
    `second_failure`, one whose customer was failed before.
    """

    role: Role | None = None
    person_id: int | None = None
    wait_minutes: int | None = None
    contact_minutes: int | None = None
    calendar_id: int | None = None
    from_severity: int | None = None
    second_failure: bool = False

    def begins(self, severity: int, *, again: bool) -> bool:
        """Whether a case like this begins here, however few were drawn in."""
        grave = self.from_severity is not None and severity >= self.from_severity
        return grave or (again and self.second_failure)


USUAL = (Rung(role=Role.LEAD), Rung(role=Role.MANAGER))
"""The ladder of those who have set none: the lead of the owner's team, then a manager."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Who is drawn in, on which rung (from 1). `beyond`: nobody of the ladder is there, and this is who is."""

    rung: int
    person: StaffFacts
    beyond: bool = False


def draw_in(
    rungs: Sequence[Rung], roster: Roster, owner_id: int, *, severity: int, again: bool, drawn: Mapping[int, int]
) -> Drawn | None:
    """The next person up for a case, None when nobody is left.

    `drawn` tells who was drawn in before and on which rung: nobody is drawn in twice, and it goes up from the highest.
    On the last rung everybody who holds it is asked in turn. When nobody of the ladder is there, and neither is
    anybody drawn in before, whoever is there is drawn in.
    """
    start = max([1, *(number for number, rung in enumerate(rungs, 1) if rung.begins(severity, again=again))])
    start = max(start, max(drawn.values(), default=0) + 1)
    for number in range(min(start, len(rungs)), len(rungs) + 1):
        rung = rungs[number - 1]
        person = roster.next_up(owner_id, role=rung.role, person_id=rung.person_id, exclude=drawn)
        if person is not None:
            return Drawn(number, person)
    if any(one.is_present for staff_id in drawn if (one := roster.people.get(staff_id))):
        return None
    person = roster.stand_in(owner_id, exclude=drawn)
    return Drawn(len(rungs), person, beyond=True) if person else None
