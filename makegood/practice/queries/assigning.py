"""What was assigned to whom, and how far each is: people by name, never ranked, and no scores beside one another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from makegood.conversation.queries import WRITES_ALONE
from makegood.kernel.refusals import forbidden, missing
from makegood.people.rules import Ability, Scope
from makegood.platform.rows import fetch_rows
from makegood.practice.queries.playing import Played, played, require_player
from makegood.practice.rules.passing import Stage, stage
from makegood.practice.rules.values import Grade

KEPT = timedelta(days=180)
"""How long what was passed still shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """A scene that somebody is asked to play by the end of `due_on`. `plays` are tries as assigned that were played to
    an end, `last_run` the latest of them, `open_run` one under way. Instants are aware UTC."""

    id: int
    scene: str
    name: str
    staff_id: int
    staff_name: str
    role: Grade
    second: bool
    due_on: date
    why: str
    by_name: str
    at: datetime
    passed_at: datetime | None
    plays: int
    last_at: datetime | None
    last_run: int | None
    open_run: int | None

    @property
    def stage(self) -> Stage:
        return stage(plays=self.plays, begun=self.open_run is not None, passed=self.passed_at is not None)

    @property
    def is_done(self) -> bool:
        return self.passed_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who practises, and what was assigned to them, by day. `writes_alone` tells whether what they write to
    customers leaves without a lead's look."""

    id: int
    name: str
    email: str
    team: str
    writes_alone: bool
    assigned: tuple[Assigned, ...]


def leads(scope: Scope) -> bool:
    """Whether practice of others is theirs to assign and to read at all: leads, managers and administrators."""
    return scope.may(Ability.ASSIGN)


def require_lead(scope: Scope) -> None:
    """Raises Refusal "people.not_allowed" for whoever leads nobody."""
    if not leads(scope):
        raise forbidden("people.not_allowed", "Practice is assigned and looked at by leads and managers. Ask yours.")


# Whom somebody leads, `s` being a member of staff: a lead their team, and those naming them; who sees all, everybody.
LED = """
(%(all)s OR s.team_id = %(team)s::bigint
 OR s.team_id IN (SELECT id FROM people_team WHERE lead_id = %(me)s::bigint))
"""
# Who practises with customers, `s` being a member of staff.
PRACTISES = "s.is_active AND s.role IN ('agent', 'lead', 'manager')"


def asker(scope: Scope) -> dict[str, Any]:
    """What `LED` asks about."""
    return {"all": scope.sees_all, "team": scope.team_id, "me": scope.staff_id}


def my_assignments(scope: Scope, now: datetime) -> tuple[Assigned, ...]:
    """What is assigned to oneself and not passed, the earliest day first."""
    asked = {"staff": require_player(scope), "since": now}
    wanted = "a.staff_id = %(staff)s::bigint AND a.passed_at IS NULL"
    return tuple(_assigned(row) for row in fetch_rows(_ASSIGNED.format(wanted), asked))


def assigned_to_me(scope: Scope, scene: str, now: datetime) -> tuple[Assigned, ...]:
    """What of one scene is assigned to oneself and not passed."""
    return tuple(one for one in my_assignments(scope, now) if one.scene == scene)


def team(scope: Scope, now: datetime) -> tuple[Member, ...]:
    """Everybody one leads, by name, with what was assigned to them; what was passed shows half a year. Raises Refusal
    "people.not_allowed"."""
    require_lead(scope)
    asked = asker(scope) | {"since": now - KEPT}
    wanted = f"s.is_active AND {LED} AND (a.passed_at IS NULL OR a.passed_at > %(since)s)"
    of: dict[int, list[Assigned]] = {}
    for row in fetch_rows(_ASSIGNED.format(wanted), asked):
        one = _assigned(row)
        of.setdefault(one.staff_id, []).append(one)
    return tuple(
        Member(id=number, name=name, email=email, team=group, writes_alone=alone, assigned=tuple(of.get(number, ())))
        for number, name, email, group, alone in fetch_rows(_PEOPLE, asked)
    )


_PEOPLE = f"""
SELECT s.id, s.name, s.email, coalesce(t.name, ''),
       {WRITES_ALONE}
FROM people_staff s LEFT JOIN people_team t ON t.id = s.team_id
WHERE {PRACTISES} AND {LED}
ORDER BY lower(s.name), s.id
"""  # noqa: S608 - written above

_ASSIGNED = """
SELECT a.id, a.scene, a.name, a.staff_id, s.name, a.role, a.second, a.due_on, a.why, a.by_name, a.at, a.passed_at,
       r.plays, r.last_at, r.last_run, r.open_run
FROM practice_assignment a JOIN people_staff s ON s.id = a.staff_id
     CROSS JOIN LATERAL (
         SELECT count(*) FILTER (WHERE r."end" <> '') AS plays, max(r.ended_at) AS last_at,
                max(r.id) FILTER (WHERE r."end" <> '') AS last_run, max(r.id) FILTER (WHERE r."end" = '') AS open_run
         FROM practice_run r WHERE r.assignment_id = a.id
     ) r
WHERE a.withdrawn_at IS NULL AND {}
ORDER BY a.due_on, a.id
"""


def _assigned(row: tuple[Any, ...]) -> Assigned:
    names = (
        "id", "scene", "name", "staff_id", "staff_name", "role", "second", "due_on", "why", "by_name", "at",
        "passed_at", "plays", "last_at", "last_run", "open_run",
    )  # fmt: skip
    told = dict(zip(names, row, strict=True))
    return Assigned(**(told | {"role": Grade(told["role"])}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What was said of one line of a play; `theirs` when the player said it."""

    line: int
    by_name: str
    theirs: bool
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A play as its player or whoever leads them reads it. `mine` for the player; `name` is theirs."""

    played: Played
    mine: bool
    name: str
    staff_id: int
    remarks: tuple[Remark, ...]

    def said_of(self, line: int) -> tuple[Remark, ...]:
        """What was said of a line, oldest first."""
        return tuple(one for one in self.remarks if one.line == line)


def reviewed(scope: Scope, number: int) -> Reviewed:
    """A play: one's own, or one that was assigned to somebody one leads and has ended. What somebody plays for
    themselves is nobody else's. Raises Refusal "practice.no_run"."""
    asked = asker(scope) | {"run": number, "leads": leads(scope)}
    found = fetch_rows(_READABLE, asked)
    if not found:
        raise missing("practice.no_run", "There is no such try of yours.")
    staff, name, text, moves, voiced, assigned = found[0]
    mine = staff == scope.staff_id
    return Reviewed(
        played=played(number, text, moves, voiced, alone=not mine), mine=mine, name=name, staff_id=staff,
        remarks=_remarks(number) if assigned else (),
    )  # fmt: skip


_READABLE = f"""
SELECT r.staff_id, s.name, r.text, r.moves, r.voiced, r.assignment_id IS NOT NULL
FROM practice_run r JOIN people_staff s ON s.id = r.staff_id
WHERE r.id = %(run)s AND (
    r.staff_id = %(me)s::bigint OR (%(leads)s AND r.assignment_id IS NOT NULL AND r."end" <> '' AND {LED})
)
"""  # noqa: S608 - written above


def _remarks(number: int) -> tuple[Remark, ...]:
    return tuple(
        Remark(line=line, by_name=name, theirs=theirs, text=text, at=at)
        for line, name, theirs, text, at in fetch_rows(_REMARKS, {"run": number})
    )


_REMARKS = """
SELECT c.line, c.by_name, coalesce(c.by_id = r.staff_id, FALSE), c.text, c.at
FROM practice_comment c JOIN practice_run r ON r.id = c.run_id WHERE c.run_id = %(run)s ORDER BY c.id
"""
