"""The ladders that were set: who is drawn in, team by team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from makegood.cases.models import LadderRung
from makegood.people.ladder import USUAL, Rung
from makegood.people.rules import Role


@dataclass(frozen=True, slots=True)
class Ladders:
    """Every ladder that was set, by team; None is the one of all teams that have none of their own."""

    set: Mapping[int | None, tuple[Rung, ...]]

    def of(self, team_id: int | None) -> tuple[Rung, ...]:
        """The ladder that holds for the cases of somebody of this team."""
        return self.set.get(team_id) or self.set.get(None) or USUAL


def ladders() -> Ladders:
    """All of them, in one question."""
    found: dict[int | None, tuple[Rung, ...]] = {}
    for row in LadderRung.objects.order_by("team_id", "position"):
        found[row.team_id] = (*found.get(row.team_id, ()), _rung(row))
    return Ladders(found)


def _rung(row: LadderRung) -> Rung:
    return Rung(
        role=Role(row.role) if row.role else None,
        person_id=row.person_id,
        wait_minutes=row.wait_minutes,
        contact_minutes=row.contact_minutes,
        calendar_id=row.calendar_id,
        from_severity=row.from_severity,
        second_failure=row.second_failure,
    )
