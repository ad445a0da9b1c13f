"""Small makers of rows for tests, and the cast that plays in them.

Everything is written straight into the tables, so that a room's tests need no other room's actions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from makegood.customers.models import ContactPoint, Customer
from makegood.journal.actors import Actor, ActorKind
from makegood.people.models import Absence, Staff, Team
from makegood.people.rules import Role

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
"""A Monday, ten in the morning in New York."""
PASSWORD = "correct-horse-battery"
_number = count(1)


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of the stories: two teams, those above them, and somebody who is none of their colleagues."""

    care: Team
    billing: Team
    mara: Staff
    """An agent of Care, the usual owner."""
    tomas: Staff
    """Another agent of Care."""
    lena: Staff
    """The lead of Care."""
    stranger: Staff
    """An agent of Billing: sees no work of Care."""
    otto: Staff
    """The lead of Billing."""
    greta: Staff
    """The manager, in no team: the executive who is drawn in."""
    anil: Staff
    """The analyst, who sees everything and works nothing."""
    ada: Staff
    """The administrator."""


def make_cast() -> Cast:
    """Everybody, active and there at any hour."""
    care, billing = make_team("Care"), make_team("Billing")
    cast = Cast(
        care=care,
        billing=billing,
        mara=make_staff("Mara Silva", team=care),
        tomas=make_staff("Tomás Reyes", team=care),
        lena=make_staff("Lena Brandt", role=Role.LEAD, team=care, grade=2),
        stranger=make_staff("Sam Stranger", team=billing),
        otto=make_staff("Otto Falk", role=Role.LEAD, team=billing, grade=2),
        greta=make_staff("Greta Moreau", role=Role.MANAGER, grade=4),
        anil=make_staff("Anil Rao", role=Role.ANALYST),
        ada=make_staff("Ada Osei", role=Role.ADMINISTRATOR, grade=3),
    )
    for team, lead in ((care, cast.lena), (billing, cast.otto)):
        team.lead = lead
        team.save(update_fields=["lead"])
    return cast


def make_team(name: str = "", lead: Staff | None = None) -> Team:
    """A team; named by a number unless given a name."""
    return Team.objects.create(name=name or f"Team {next(_number)}", lead=lead)


def make_staff(
    name: str = "Mara Silva",
    *,
    role: Role = Role.AGENT,
    team: Team | None = None,
    password: str | None = None,
    **fields: Any,
) -> Staff:
    """A member of staff who can sign in only when given a `password` (hashing one takes its time)."""
    email = fields.pop("email", "") or f"{name.split()[0].lower()}{next(_number)}@desk.example"
    person = Staff(name=name, email=email, role=role, team=team, **fields)
    person.set_password(password)
    person.save()
    return person


def make_absence(
    person: Staff,
    *,
    starts_at: datetime = NOW - timedelta(hours=1),
    ends_at: datetime = NOW + timedelta(days=1),
    deputy: Staff | None = None,
) -> Absence:
    """A span around `NOW` in which somebody is away."""
    return Absence.objects.create(staff=person, starts_at=starts_at, ends_at=ends_at, deputy=deputy)


def make_customer(
    name: str = "Priya Nair", *, key: str | None = None, email: str = "", phone: str = "", **fields: Any
) -> Customer:
    """A customer with a key of their own, found by their contact points but not by words."""
    row = Customer.objects.create(
        name=name, key=f"C-{next(_number)}" if key is None else key, made_at=fields.pop("made_at", NOW), **fields
    )
    if email:
        make_contact(row, "email", email, email.lower())
    if phone:
        make_contact(row, "phone", phone, "".join(filter(str.isdigit, phone)))
    return row


def make_contact(customer: Customer, channel: str, value: str, normal: str) -> ContactPoint:
    """One way to reach a customer."""
    return ContactPoint.objects.create(customer=customer, channel=channel, value=value, normal=normal)


def actor(person: Staff) -> Actor:
    """Somebody as the journal names them."""
    return Actor(ActorKind.STAFF, person.pk, person.name)
