"""Being let in when nothing else works."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal
from makegood.people.actions.finding import lock_staff
from makegood.people.queries import require
from makegood.people.rules import Ability


@transaction.atomic
def give_way_in(staff_id: int, *, by: Actor, now: datetime) -> None:
    """Put it on record that somebody is given a link that signs them in once.

    Raises Refusal("people.closed") for whoever was let go, ("people.unknown"), ("people.not_allowed").
    """
    require(by, Ability.ADMINISTER)
    person = lock_staff(staff_id)
    if not person.is_active:
        raise Refusal("people.closed", f"{person.name} was deactivated. Take them back under People first.")
    record("staff.way_in_given", by=by, at=now, subject=("staff", person.pk), data={"name": person.name})
