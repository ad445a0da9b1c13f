"""Members of staff: coming, changing, leaving."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.calendars import read_week, read_zone
from makegood.kernel.refusals import Refusal, invalid
from makegood.people.actions.finding import check_deputy, check_team, clean_name, is_oneself, lock_staff
from makegood.people.models import Staff
from makegood.people.queries import require
from makegood.people.rules import Ability, Role

HIGHEST_GRADE = 9
_OWN = frozenset({"time_zone", "language", "deputy_id", "single_keys"})


class WorkDetails(TypedDict, total=False):
    """What may be said of a member of staff's work; what is left out stays as it is."""

    role: str
    team_id: int | None
    grade: int
    time_zone: str
    language: str
    week: Mapping[str, Any]
    deputy_id: int | None
    single_keys: bool


class StaffDetails(WorkDetails, total=False):
    """What may be changed about a member of staff."""

    name: str
    email: str


@transaction.atomic
def add_staff(
    *, email: str, name: str, password: str | None = None, by: Actor, now: datetime, **details: Unpack[WorkDetails]
) -> int:
    """Take somebody in; without a `password` they cannot sign in until they are given one. Returns their id.

    Raises Refusal("people.not_allowed"), ("people.email_taken") or one that names the field to change.
    """
    require(by, Ability.ADMINISTER)
    person = Staff()
    _apply(person, {"email": email, "name": name, **details})
    _give_password(person, password)
    _save(person)
    record("staff.added", by=by, at=now, subject=("staff", person.pk), data={"name": person.name, "role": person.role})
    return person.pk


@transaction.atomic
def change_staff(staff_id: int, *, by: Actor, now: datetime, **details: Unpack[StaffDetails]) -> None:
    """Change what is given. Everybody may change their own time zone, language, deputy and keys.

    Raises Refusal("people.not_allowed"), ("people.last_administrator") or one that names the field to change.
    """
    if not (is_oneself(by, staff_id) and _OWN.issuperset(details)):
        require(by, Ability.ADMINISTER)
    person = lock_staff(staff_id)
    before = {field: getattr(person, field) for field in details}
    if "role" in details and details["role"] != Role.ADMINISTRATOR:
        _keep_an_administrator(person)
    _apply(person, details)
    _save(person)
    changed = {field: [old, getattr(person, field)] for field, old in before.items() if getattr(person, field) != old}
    if changed:
        record("staff.changed", by=by, at=now, subject=("staff", person.pk), data=changed)


@transaction.atomic
def deactivate(staff_id: int, *, by: Actor, now: datetime) -> None:
    """Let somebody go: they can no longer sign in, and tokens that stand for them no longer work.

    Their open cases are given to others by the room of cases. Raises Refusal("people.already_gone"),
    ("people.last_administrator"), ("people.not_allowed").
    """
    require(by, Ability.ADMINISTER)
    person = lock_staff(staff_id)
    if not person.is_active:
        raise Refusal("people.already_gone", f"{person.name} is deactivated already.")
    _keep_an_administrator(person)
    _mark(person, "staff.deactivated", is_active=False, by=by, now=now)


@transaction.atomic
def reactivate(staff_id: int, *, by: Actor, now: datetime) -> None:
    """Take somebody back. Raises Refusal("people.still_here"), ("people.not_allowed")."""
    require(by, Ability.ADMINISTER)
    person = lock_staff(staff_id)
    if person.is_active:
        raise Refusal("people.still_here", f"{person.name} is active already.")
    _mark(person, "staff.reactivated", is_active=True, by=by, now=now)


@transaction.atomic
def set_password(staff_id: int, password: str, *, by: Actor, now: datetime) -> None:
    """Give somebody, or oneself, a new password. Raises Refusal("people.weak_password"), ("people.not_allowed")."""
    if not is_oneself(by, staff_id):
        require(by, Ability.ADMINISTER)
    person = lock_staff(staff_id)
    _give_password(person, password)
    person.save(update_fields=["password"])
    record("staff.password_set", by=by, at=now, subject=("staff", person.pk))


def _mark(person: Staff, verb: str, *, is_active: bool, by: Actor, now: datetime) -> None:
    person.is_active = is_active
    person.save(update_fields=["is_active"])
    record(verb, by=by, at=now, subject=("staff", person.pk), data={"name": person.name})


def _apply(person: Staff, details: Mapping[str, Any]) -> None:
    """Set each field that is given, read and checked."""
    for field, read in _READERS.items():
        if field in details:
            setattr(person, field, read(details[field]))
    check_deputy(person.pk, person.deputy_id if "deputy_id" in details else None)
    check_team(person.team_id if "team_id" in details else None)
    if person.role == Role.PROCESS_OWNER and person.team_id is not None:
        raise invalid(
            "people.owner_in_team",
            "Somebody who owns a process is in no team: people of a team see its customers.",
            field="team_id",
        )
    if person.week and not person.time_zone:
        raise invalid(
            "people.hours_without_zone",
            "Say in which time zone these working hours are, such as “Europe/London”.",
            field="time_zone",
        )


def _read_email(email: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise invalid(
            "people.bad_email", "Give an e-mail address such as ana@example.org. It is used to sign in.", field="email"
        ) from None
    return email


def _read_role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        known = ", ".join(Role)
        raise invalid(
            "people.unknown_role", f"“{role[:40]}” is not a role. Choose one of: {known}.", field="role"
        ) from None


def _read_grade(grade: int) -> int:
    if not 1 <= grade <= HIGHEST_GRADE:
        raise invalid("people.bad_grade", f"Give a grade from 1 (lowest) to {HIGHEST_GRADE}.", field="grade")
    return grade


def _read_language(language: str) -> str:
    language = language.strip()
    if not 2 <= len(language) <= 12 or not language.replace("-", "").isalnum():
        raise invalid("people.bad_language", "Give a language code such as en, en-GB or pt-BR.", field="language")
    return language


def _read_hours(week: Mapping[str, Any]) -> dict[str, Any]:
    if week:
        read_week(week)
    return dict(week)


_READERS: dict[str, Any] = {
    "name": lambda name: clean_name(name, limit=120, what="the person"),
    "email": _read_email,
    "role": _read_role,
    "team_id": lambda team_id: team_id,
    "grade": _read_grade,
    "time_zone": lambda zone: read_zone(zone) if zone else "",
    "language": _read_language,
    "week": _read_hours,
    "deputy_id": lambda deputy_id: deputy_id,
    "single_keys": bool,
}


def _give_password(person: Staff, password: str | None) -> None:
    if password is not None:
        try:
            validate_password(password, user=person)
        except ValidationError as fault:
            raise invalid("people.weak_password", " ".join(fault.messages), field="password") from None
    person.set_password(password)


def _save(person: Staff) -> None:
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as fault:
        if "email" not in str(fault):
            raise
        raise invalid(
            "people.email_taken",
            f"Somebody signs in with {person.email} already. Change that person, or use another address.",
            field="email",
        ) from None


def _keep_an_administrator(leaving: Staff) -> None:
    """Refuse to lock everybody out. All administrators are held, so that two cannot leave at the same time."""
    if leaving.role != Role.ADMINISTRATOR:
        return
    active = Staff.objects.select_for_update(no_key=True).filter(role=Role.ADMINISTRATOR, is_active=True)
    if {person.pk for person in active.order_by("pk")} <= {leaving.pk}:
        raise Refusal(
            "people.last_administrator",
            f"{leaving.name} is the last administrator. Make somebody else an administrator first.",
        )
