"""Setting who answers for which process, and how often we try to reach a customer who keeps silent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from makegood.cases.models import Cause
from makegood.followups.models import Patience, ProcessOwner
from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.refusals import invalid
from makegood.people.queries import require, staff_by_id
from makegood.people.rules import Ability
from makegood.promises.queries import kind_named

MOST_TRIES = 10


@transaction.atomic
def set_process_owner(*, cause: str = "", kind: str = "", staff_id: int | None, by: Actor, now: datetime) -> None:
    """Name who answers for the process behind a cause or behind a kind of promise; nobody takes the name away.

    Raises Refusal "people.not_allowed", "closure.one_thing", "cause.unknown", "kind.unknown", "case.nobody".
    """
    require(by, Ability.ADMINISTER)
    if bool(cause) == bool(kind):
        raise invalid("closure.one_thing", "Choose a cause or a kind of promise, one of them.", field="cause")
    of: dict[str, Any] = {"cause_id": _cause(cause)} if cause else {"kind_id": kind_named(kind).id}
    if staff_id is None:
        ProcessOwner.objects.filter(**of).delete()
    else:
        person = staff_by_id(staff_id, now)
        if person is None or not person.is_active:
            raise invalid("case.nobody", "There is no such member of staff.", field="staff")
        ProcessOwner.objects.update_or_create(**of, defaults={"staff_id": staff_id})
    told = {"cause": cause, "kind": kind, "staff": staff_id}
    record("process_owner.set", by=by, at=now, subject=("process", next(iter(of.values()))), data=told)


@transaction.atomic
def set_patience(*, tries: int, wait: timedelta, by: Actor, now: datetime) -> None:
    """Set how often we try to reach a customer who keeps silent, and how long we wait after the first time; each
    further wait is twice as long. Raises Refusal "people.not_allowed", "patience.bad_value"."""
    require(by, Ability.ADMINISTER)
    if not 1 <= tries <= MOST_TRIES:
        raise invalid("patience.bad_value", f"Try once to {MOST_TRIES} times.", field="tries")
    if not timedelta(minutes=5) <= wait <= timedelta(days=30):
        raise invalid("patience.bad_value", "Wait between 5 min and 30 days, such as 1 day.", field="wait")
    Patience.objects.update_or_create(pk=1, defaults={"tries": tries, "wait": wait})
    record("patience.set", by=by, at=now, data={"tries": tries, "wait_s": int(wait.total_seconds())})


def _cause(slug: str) -> int:
    found = Cause.objects.filter(slug=slug).values_list("pk", flat=True).first()
    if found is None:
        raise invalid("cause.unknown", "There is no such cause. Choose one from the tree.", field="cause")
    return found
