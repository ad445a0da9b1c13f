"""Who is away, and who stands in."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.journal.actions import record
from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal, invalid, missing
from makegood.kernel.texts import is_text, one_line
from makegood.people.actions.finding import check_deputy, is_oneself, lock_staff
from makegood.people.models import Absence, Staff
from makegood.people.queries import require
from makegood.people.rules import Ability, Role

REASON_LIMIT = 120


@transaction.atomic
def set_absence(
    staff_id: int,
    *,
    starts_at: datetime,
    ends_at: datetime | None,
    deputy_id: int | None = None,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> int:
    """Note that somebody is away from `starts_at` up to `ends_at` (aware UTC). Returns the absence's id.

    Everybody may note their own, the lead of a team that of its members, administrators any. Without a
    `deputy_id` the person's usual deputy stands in. Raises Refusal("absence.no_end"), ("absence.ends_first"),
    ("absence.over"), ("absence.bad_reason"), ("people.own_deputy"), ("people.not_allowed").
    """
    person = lock_staff(staff_id)
    _require_for(person, by)
    check_deputy(staff_id, deputy_id)
    absence = Absence.objects.create(
        staff=person,
        starts_at=starts_at,
        ends_at=_read_end(starts_at, ends_at, now),
        deputy_id=deputy_id,
        reason=_read_reason(reason),
    )
    record(
        "staff.away",
        by=by,
        at=now,
        subject=("staff", person.pk),
        data={"from": starts_at.isoformat(), "to": absence.ends_at.isoformat(), "deputy": deputy_id},
    )
    return absence.pk


@transaction.atomic
def end_absence(absence_id: int, *, by: Actor, now: datetime) -> None:
    """Somebody is back earlier, or does not go: the absence ends at `now`, one still to come is taken away.

    Raises Refusal("absence.unknown"), ("absence.over"), ("people.not_allowed").
    """
    absence = Absence.objects.select_for_update(of=("self",)).select_related("staff").filter(pk=absence_id).first()
    if absence is None:
        raise missing("absence.unknown", "There is no such absence. It may have been taken away already.")
    _require_for(absence.staff, by)
    if absence.ends_at <= now:
        raise Refusal("absence.over", "This absence is over already.")
    if absence.starts_at < now:
        absence.ends_at = now
        absence.save(update_fields=["ends_at"])
    else:
        absence.delete()
    record("staff.back", by=by, at=now, subject=("staff", absence.staff_id))


def _read_end(starts_at: datetime, ends_at: datetime | None, now: datetime) -> datetime:
    if ends_at is None:
        raise invalid(
            "absence.no_end", "Say until when. If it is not known yet, give a day and change it later.", field="ends_at"
        )
    if ends_at <= starts_at:
        raise invalid("absence.ends_first", "The absence ends before it starts. Give a later end.", field="ends_at")
    if ends_at <= now:
        raise invalid("absence.over", "This absence is over already; it would change nothing.", field="ends_at")
    return ends_at


def _read_reason(reason: str) -> str:
    reason = one_line(reason)
    if len(reason) > REASON_LIMIT or not is_text(reason):
        raise invalid("absence.bad_reason", f"Give the reason in at most {REASON_LIMIT} characters.", field="reason")
    return reason


def _require_for(person: Staff, by: Actor) -> None:
    """Oneself, the lead of one's team, or an administrator."""
    if is_oneself(by, person.pk) or _leads(by, person):
        return
    require(by, Ability.ADMINISTER)


def _leads(by: Actor, person: Staff) -> bool:
    return (
        by.kind == ActorKind.STAFF
        and person.team_id is not None
        and Staff.objects.filter(pk=by.id or 0, is_active=True, role=Role.LEAD, team_id=person.team_id).exists()
    )
