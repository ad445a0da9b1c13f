"""Reading people: who they are, who is there, what their tokens and views are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.db import connection
from django.db.models import Count, Q

from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal, forbidden, missing
from makegood.kernel.texts import is_text
from makegood.people.models import Absence, ApiToken, SavedView, Staff, Team
from makegood.people.presence import Roster, Router, StaffFacts, hours_end, in_hours, initials
from makegood.people.queries.tokens import (
    STANDS,
    Proof,
    TokenFacts,
    authenticate_token,
    read_token,
    stands,
    token_digest,
    unknown_token,
)
from makegood.people.rules import Ability, Role, Scope, TokenScope, token_role
from makegood.platform.installation import organisation
from makegood.platform.rows import fetch_rows

__all__ = [
    "STANDS",
    "Proof",
    "Roster",
    "Router",
    "StaffFacts",
    "TokenFacts",
    "authenticate_token",
    "read_token",
    "stands",
    "token_digest",
    "unknown_token",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamFacts:
    """A team, its lead and how many active members it has."""

    id: int
    name: str
    lead_id: int | None
    lead_name: str
    members: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceFacts:
    """A span in which somebody is away (aware UTC, half-open)."""

    id: int
    starts_at: datetime
    ends_at: datetime
    deputy_id: int | None
    deputy_name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCard:
    """All that the form about one person shows; `absences` are those that are not over, soonest first."""

    facts: StaffFacts
    language: str
    week: Mapping[str, Any]
    standing_deputy_id: int | None
    absences: tuple[AbsenceFacts, ...]
    may_change: bool


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Everybody and every team, by name; `may_change` tells whether the one who asks administers them."""

    staff: tuple[StaffFacts, ...]
    teams: tuple[TeamFacts, ...]
    may_change: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewFacts:
    """A filtered list that somebody named."""

    slug: str
    name: str
    path: str
    query: str
    made_by_id: int

    @property
    def address(self) -> str:
        """Where it opens."""
        return f"{self.path}?{self.query}" if self.query else self.path


# Staff and presence


def staff_by_id(staff_id: int, now: datetime) -> StaffFacts | None:
    """One member of staff as they are at `now`."""
    return next(iter(_facts("WHERE s.id = %(one)s", now, one=staff_id)), None)


def staff_zone(staff_id: int) -> ZoneInfo:
    """The time zone of a member of staff: their own, else that of the organisation."""
    own = Staff.objects.values_list("time_zone", flat=True).get(pk=staff_id)
    return ZoneInfo(own) if own else organisation().zone


def there_until(staff_id: int, now: datetime) -> datetime | None:
    """Until when today (aware UTC) somebody who is there now goes on working; None for one without hours."""
    facts = staff_by_id(staff_id, now)
    if facts is None or not (facts.is_present and facts.in_hours):
        return None
    return hours_end(Staff.objects.values_list("week", flat=True).get(pk=staff_id), facts.time_zone, now)


def staff_by_email(email: str, now: datetime, *, proof: Proof | None = None) -> StaffFacts | None:
    """The member of staff who signs in with `email`, whatever its case; nobody when the `proof` of a token fails."""
    wanted = f"WHERE lower(s.email) = lower(%(one)s) AND {STANDS}"
    found = _facts(wanted, now, one=email.strip(), **stands(proof)) if is_text(email) else []
    return found[0] if found else None


def roster(now: datetime) -> Roster:
    """Everybody as they are at `now`, in one query."""
    return Roster(_facts("ORDER BY s.name, s.id", now))


def router(now: datetime, load: Mapping[int, int]) -> Router:
    """Gives out work to those who are there at `now`; `load` tells the open cases each has already."""
    return Router(roster(now), dict(load))


def present(now: datetime) -> list[StaffFacts]:
    """Those who are active and not absent, by name."""
    return roster(now).present()


def deputy_for(staff_id: int, now: datetime) -> StaffFacts | None:
    """Who stands in for somebody; see `Roster.deputy_for`."""
    return roster(now).deputy_for(staff_id)


def lead_for(team_id: int | None, now: datetime) -> StaffFacts | None:
    """Who leads a team now; see `Roster.lead_for`."""
    return roster(now).lead_for(team_id)


def executive(now: datetime) -> StaffFacts | None:
    """The nearest manager who is there; see `Roster.executive`."""
    return roster(now).executive()


def route(team_id: int | None, role: str, now: datetime, load: Mapping[int, int]) -> int:
    """Who gets one piece of work; see `Router.route`. Raises Refusal("people.nobody")."""
    return router(now, load).route(team_id, role)


# Asked for every case that is opened and every step of a page: by hand, because putting the statements together
# took longer than asking them. Of several absences the one that began last names the first deputy.
_PEOPLE = """
SELECT s.id, s.name, s.email, s.role, s.team_id, coalesce(t.name, ''), s.grade, s.time_zone, s.is_active, s.week::text,
       s.single_keys, away.until, array_append(away.deputies, s.deputy_id),
       ARRAY(SELECT id FROM people_team WHERE lead_id = s.id ORDER BY name)
FROM people_staff s LEFT JOIN people_team t ON t.id = s.team_id, LATERAL (
    SELECT max(ends_at) AS until, array_agg(deputy_id ORDER BY starts_at DESC, id DESC) AS deputies
    FROM people_absence WHERE staff_id = s.id AND starts_at <= %(now)s AND ends_at > %(now)s
) away
"""


def _facts(wanted: str, now: datetime, **given: int | str | None) -> list[StaffFacts]:
    # As text: in the binary form of the protocol, weeks and all, this was slower.
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE + wanted, {"now": now, **given})
        return [_as_of(row, now) for row in cursor.fetchall()]


def _as_of(row: tuple[Any, ...], now: datetime) -> StaffFacts:
    (number, name, email, role, team_id, team, grade, zone, is_active, week, single_keys, until, deputies, leads) = row
    return StaffFacts(
        id=number,
        name=name,
        email=email,
        initials=initials(name),
        role=Role(role),
        team_id=team_id,
        team_name=team,
        grade=grade,
        time_zone=zone,
        is_active=is_active,
        away_until=until,
        deputy_ids=tuple(dict.fromkeys(deputy for deputy in deputies if deputy is not None)),
        in_hours=in_hours(msgspec.json.decode(week), zone, now),
        single_keys=single_keys,
        leads=tuple(leads),
    )


# Pages


def teams() -> tuple[TeamFacts, ...]:
    """Every team, by name."""
    rows = Team.objects.select_related("lead").annotate(count=Count("members", filter=Q(members__is_active=True)))
    return tuple(
        TeamFacts(
            id=row.pk,
            name=row.name,
            lead_id=row.lead_id,
            lead_name=row.lead.name if row.lead else "",
            members=row.count,
        )
        for row in rows.order_by("name")
    )


def people_page(scope: Scope, now: datetime) -> PeoplePage:
    """Everybody, also those who are deactivated: all staff may know who their colleagues are."""
    everybody = sorted(roster(now).people.values(), key=lambda person: (not person.is_active, person.name, person.id))
    return PeoplePage(tuple(everybody), teams(), scope.may(Ability.ADMINISTER))


def staff_for(scope: Scope, staff_id: int, now: datetime) -> StaffCard:
    """All about one person, for themselves and for those who administer people.

    Raises Refusal("people.unknown") for anybody else.
    """
    person = Staff.objects.filter(pk=staff_id).first()
    may_change = scope.may(Ability.ADMINISTER)
    if person is None or not (may_change or scope.staff_id == staff_id):
        raise missing("people.unknown", "There is no such member of staff that you may open.")
    coming = Absence.objects.filter(staff=person, ends_at__gt=now).select_related("deputy").order_by("starts_at", "id")
    return StaffCard(
        facts=_facts("WHERE s.id = %(one)s", now, one=staff_id)[0],
        language=person.language,
        week=person.week,
        standing_deputy_id=person.deputy_id,
        absences=tuple(map(_absence, coming)),
        may_change=may_change,
    )


def _absence(row: Absence) -> AbsenceFacts:
    return AbsenceFacts(
        id=row.pk,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        deputy_id=row.deputy_id,
        deputy_name=row.deputy.name if row.deputy else "",
        reason=row.reason,
    )


# Tokens and views


def tokens(scope: Scope) -> tuple[TokenFacts, ...]:
    """Every token, those in use first. Raises Refusal("people.not_allowed") for those who do not administer."""
    require_scope(scope, Ability.ADMINISTER)
    rows = ApiToken.objects.select_related("staff").order_by("-revoked_at", "name", "id")
    return tuple(map(_token, rows))


def _token(row: ApiToken) -> TokenFacts:
    return TokenFacts(
        id=row.pk,
        name=row.name,
        scope=TokenScope(row.scope),
        role=token_role(row.scope, row.staff.role if row.staff else None),
        staff_id=row.staff_id,
        staff_name=row.staff.name if row.staff else "",
        team_id=row.staff.team_id if row.staff else None,
        made_at=row.made_at,
        revoked_at=row.revoked_at,
    )


def views() -> tuple[ViewFacts, ...]:
    """The saved views of everybody, by name: anyone may open them, and each list checks who asks."""
    return tuple(map(_view, SavedView.objects.order_by("name", "id")))


def views_first_of(staff_id: int) -> tuple[ViewFacts, ...]:
    """The same with those of one person before the others."""
    return tuple(sorted(views(), key=lambda view: view.made_by_id != staff_id))


def view_by_slug(slug: str) -> ViewFacts:
    """One saved view. Raises Refusal("view.unknown")."""
    row = SavedView.objects.filter(slug=slug).first()
    if row is None:
        raise missing("view.unknown", "There is no saved view of that name. It may have been removed.")
    return _view(row)


def _view(row: SavedView) -> ViewFacts:
    return ViewFacts(slug=row.slug, name=row.name, path=row.path, query=row.query, made_by_id=row.made_by_id)


# Authority


def abilities_of(by: Actor) -> frozenset[Ability]:
    """What whoever makes a move may do at this moment, read from the database; the system may everything."""
    if by.kind == ActorKind.SYSTEM:
        return frozenset(Ability)
    role = _role_of(by)
    return frozenset() if role is None else frozenset(ability for ability in Ability if Scope(role).may(ability))


def require(by: Actor, ability: Ability) -> None:
    """Let the move pass only when whoever makes it has the ability. Raises Refusal("people.not_allowed")."""
    if ability not in abilities_of(by):
        raise _not_allowed(ability)


def require_scope(scope: Scope, ability: Ability) -> None:
    """Let the reader see something only with the ability. Raises Refusal("people.not_allowed")."""
    if not scope.may(ability):
        raise _not_allowed(ability)


_ROLES = {
    ActorKind.STAFF: "SELECT 'write', role FROM people_staff WHERE id = %s AND is_active",
    ActorKind.TOKEN: (
        "SELECT t.scope, s.role FROM people_apitoken t LEFT JOIN people_staff s ON s.id = t.staff_id"
        " WHERE t.id = %s AND t.revoked_at IS NULL AND t.scope = 'write' AND s.is_active IS NOT FALSE"
    ),
}


def _role_of(by: Actor) -> Role | None:
    asked = _ROLES.get(by.kind)
    if by.id is None or asked is None:
        return None
    held = fetch_rows(asked, [by.id])
    return token_role(*held[0]) if held else None


def _not_allowed(ability: Ability) -> Refusal:
    return forbidden("people.not_allowed", _NEEDS[ability])


_NEEDS = {
    Ability.WORK: "You may look, but not change this: your role reads the work and does not do it.",
    Ability.SEE_ALL: "Your role shows you the work of your own team only. Ask a manager to look.",
    Ability.IMPORT: "Bringing files in is for managers and administrators. Ask one of yours.",
    Ability.ASSIGN: "Giving work to somebody is for leads and managers. Ask yours.",
    Ability.SET_REMEDIES: "Writing what may be given is for managers and administrators. Ask one of yours.",
    Ability.SET_LADDER: "Saying who is drawn in is for managers and administrators. Ask one of yours.",
    Ability.MEASURE: "Registering reports and experiments is for analysts and administrators. Ask one of yours.",
    Ability.SET_CAUSES: "Writing the tree of causes is for managers and administrators. Ask one of yours.",
    Ability.SET_SCENES: "Writing scenes to practise is for managers and administrators. Ask one of yours.",
    Ability.ADMINISTER: "Only an administrator may change this. Ask one of yours.",
}
