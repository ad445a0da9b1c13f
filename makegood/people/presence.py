"""Who is there at an instant, who stands in for whom, and whom work goes to. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from makegood.kernel.calendars import local_instant, read_week
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Ability, Role, Scope, may


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFacts:
    """A member of staff as they are at one instant.

    `away_until` (aware UTC) is None when they are not absent. `deputy_ids` are those who stand in, the one
    named for the absence first. `leads` are the teams they lead. `in_hours` tells whether the instant is in
    their working hours; somebody without hours always is.
    """

    id: int
    name: str
    email: str
    initials: str
    role: Role
    team_id: int | None
    team_name: str
    grade: int
    time_zone: str
    is_active: bool
    away_until: datetime | None
    deputy_ids: tuple[int, ...]
    in_hours: bool
    single_keys: bool
    leads: tuple[int, ...] = ()

    @property
    def deputy_id(self) -> int | None:
        """The first who stands in for them."""
        return self.deputy_ids[0] if self.deputy_ids else None

    @property
    def is_present(self) -> bool:
        """Active and not absent, whatever the hour."""
        return self.is_active and self.away_until is None

    @property
    def may_work(self) -> bool:
        """Whether work may be given to them at all."""
        return self.is_active and may(self.role, Ability.WORK)

    @property
    def scope(self) -> Scope:
        """What they may see and do."""
        return Scope(self.role, self.id, self.team_id)


def in_hours(week: Mapping[str, Any], time_zone: str, now: datetime) -> bool:
    """Whether `now` (aware) lies in the working hours `week` ({"mon": ["09:00-17:00"], …}); no hours means always."""
    if not week:
        return True
    local = now.astimezone(ZoneInfo(time_zone or "UTC"))
    minute = local.hour * 60 + local.minute
    return any(opens <= minute < closes for opens, closes in read_week(week)[local.weekday()])


def hours_end(week: Mapping[str, Any], time_zone: str, now: datetime) -> datetime | None:
    """When the working hours that hold `now` (aware) end today; None outside them, and for no hours at all."""
    if not week:
        return None
    local = now.astimezone(ZoneInfo(time_zone or "UTC"))
    minute = local.hour * 60 + local.minute
    ends = [closes for opens, closes in read_week(week)[local.weekday()] if opens <= minute < closes]
    return local_instant(ZoneInfo(time_zone or "UTC"), local.date(), max(ends)) if ends else None


def initials(name: str) -> str:
    """The letters in the mark of a person: of the first and last word that begin with a letter or digit."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()


class Roster:
    """Everybody as they are at one instant."""

    def __init__(self, everybody: Iterable[StaffFacts]) -> None:
        self.people = {person.id: person for person in everybody}
        self._lead_of = {team_id: person for person in self.people.values() for team_id in person.leads}

    def present(self) -> list[StaffFacts]:
        """Those who are active and not absent, by name."""
        return sorted(filter(_is_present, self.people.values()), key=lambda person: (person.name, person.id))

    def deputy_for(self, staff_id: int) -> StaffFacts | None:
        """Who stands in for somebody: the first along their deputies, and the deputies' deputies, who is present
        and may work. None when there is nobody, also when deputies only name each other."""
        seen = {staff_id}
        waiting = list(reversed(self._deputies(staff_id)))
        while waiting:
            person = self.people.get(waiting.pop())
            if person is None or person.id in seen:
                continue
            if person.is_present and person.may_work:
                return person
            seen.add(person.id)
            waiting.extend(reversed(person.deputy_ids))
        return None

    def lead_for(self, team_id: int | None) -> StaffFacts | None:
        """Who leads a team now: its lead or their deputy, another lead of the team, any lead who is present."""
        return next(self._standing(self._leads(team_id)), None)

    def executive(self) -> StaffFacts | None:
        """The nearest manager: one who is present, in hours and of the lowest grade first, or a manager's deputy."""
        return next(self._standing(self._managers(None)), None)

    def next_up(
        self, owner_id: int, *, role: Role | None = None, person_id: int | None = None, exclude: Collection[int] = ()
    ) -> StaffFacts | None:
        """Who is drawn in when the owner does not act: the person named, or of a `role` the nearest.

        Absent people are skipped and their deputies taken. Never the owner, never one of `exclude` (those
        already drawn in). None when nobody is left there.
        """
        owner = self.people.get(owner_id)
        team_id = owner.team_id if owner else None
        named = self.people.get(person_id) if person_id is not None else None
        if named is not None:
            holders = [named]
        elif role is not None:
            holders = self._leads(team_id) if role is Role.LEAD else self._ranked(role, team_id)
        else:
            holders = []
        barred = {owner_id, *exclude}
        return next((person for person in self._standing(holders) if person.id not in barred), None)

    def leader_of(self, staff_id: int) -> StaffFacts | None:
        """Who leads somebody now: a lead of theirs who is there, else a manager, or the deputy of one. Never they
        themselves."""
        return self.next_up(staff_id, role=Role.LEAD) or self.next_up(staff_id, role=Role.MANAGER)

    def stand_in(self, owner_id: int, exclude: Collection[int] = ()) -> StaffFacts | None:
        """Who is drawn in when nobody of a ladder is there: of all who may work, those who may give work to others
        first, then the owner's team, those in hours, the highest grade."""
        owner = self.people.get(owner_id)
        team_id = owner.team_id if owner else None
        there = [one for one in self.people.values() if one.is_present and one.may_work]
        able = [one for one in there if one.id not in {owner_id, *exclude}]
        return min(able, key=lambda one: _rank_of_stand_in(one, team_id), default=None)

    def _deputies(self, staff_id: int) -> tuple[int, ...]:
        person = self.people.get(staff_id)
        return person.deputy_ids if person else ()

    def _standing(self, people: Iterable[StaffFacts]) -> Iterator[StaffFacts]:
        """Each of `people` who is present, in place of the others their deputy; nobody twice."""
        seen = set()
        for person in people:
            standing = person if person.is_present and person.may_work else self.deputy_for(person.id)
            if standing and standing.id not in seen:
                seen.add(standing.id)
                yield standing

    def _leads(self, team_id: int | None) -> list[StaffFacts]:
        named = self._lead_of.get(team_id) if team_id is not None else None
        others = self._ranked(Role.LEAD, team_id)
        return [named, *(person for person in others if person is not named)] if named else others

    def _managers(self, team_id: int | None) -> list[StaffFacts]:
        return self._ranked(Role.MANAGER, team_id)

    def _ranked(self, role: Role, team_id: int | None) -> list[StaffFacts]:
        """All of a role, nearest first: of the team, present, in hours, lowest grade."""
        holders = [person for person in self.people.values() if person.role == role]
        return sorted(
            holders,
            key=lambda person: (
                team_id is None or person.team_id != team_id,
                not person.is_present,
                not person.in_hours,
                person.grade,
                person.id,
            ),
        )


def _rank_of_stand_in(person: StaffFacts, team_id: int | None) -> tuple[bool, bool, bool, int, int]:
    elsewhere = team_id is None or person.team_id != team_id
    return not may(person.role, Ability.ASSIGN), elsewhere, not person.in_hours, -person.grade, person.id


def _is_present(person: StaffFacts) -> bool:
    return person.is_present


_Test = Callable[[StaffFacts], bool]


@dataclass(slots=True)
class Router:
    """Gives work to people evenly. `load` tells how many open cases each has; what is routed here adds to it."""

    roster: Roster
    load: dict[int, int]
    _pools: dict[tuple[int | None, str], list[tuple[int, int]]] = field(default_factory=dict)

    def route(self, team_id: int | None, role: str, promiser_id: int | None = None) -> int:
        """Who gets the next piece of work that a `role` of a team answers for.

        Whoever gave their word (`promiser_id`), when they are at work now: the customer knows them, and so do
        they. What no team answers for is their team's. Else whoever has least to do among the first of these
        groups that has somebody: those of the team in hours, of any team in hours, of the team present, of any
        team present, the lead, anybody present who may work, anybody active who may. Raises
        Refusal("people.nobody") when none has.
        """
        promiser = self.roster.people.get(promiser_id) if promiser_id is not None else None
        if promiser is not None and promiser.is_present and promiser.may_work and promiser.in_hours:
            self.load[promiser.id] = self.load.get(promiser.id, 0) + 1
            return promiser.id
        if team_id is None and promiser is not None:
            team_id = promiser.team_id
        pool = self._pools.get((team_id, role))
        if pool is None:
            pool = self._pools[team_id, role] = self._pool(team_id, role)
        # Loads only grow, so an entry that is out of date can only stand too far in front: correct it there.
        while pool[0][0] != self.load.get(pool[0][1], 0):
            heapq.heapreplace(pool, (self.load[pool[0][1]], pool[0][1]))
        count, staff_id = pool[0]
        self.load[staff_id] = count + 1
        return staff_id

    def _pool(self, team_id: int | None, role: str) -> list[tuple[int, int]]:
        able = [person for person in self.roster.people.values() if person.may_work]
        lead = self.roster.lead_for(team_id)
        for fits in _tiers(team_id, role, lead):
            if pool := [(self.load.get(person.id, 0), person.id) for person in able if fits(person)]:
                heapq.heapify(pool)
                return pool
        raise Refusal(
            "people.nobody",
            "There is nobody to give this to: no active member of staff may work. Add somebody under Settings, People.",
        )


def _tiers(team_id: int | None, role: str, lead: StaffFacts | None) -> tuple[_Test, ...]:
    """The groups that may answer, best first."""

    def there(person: StaffFacts) -> bool:
        return person.is_present and person.role == role

    def ours(person: StaffFacts) -> bool:
        return team_id is not None and person.team_id == team_id

    return (
        lambda person: there(person) and person.in_hours and ours(person),
        lambda person: there(person) and person.in_hours,
        lambda person: there(person) and ours(person),
        there,
        lambda person: person is lead,
        _is_present,
        lambda person: True,
    )
