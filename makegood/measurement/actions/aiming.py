"""Saying what is aimed at."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.refusals import invalid
from makegood.measurement.aims import MOST, Aim
from makegood.measurement.models import Target
from makegood.people.queries import require
from makegood.people.rules import Ability


@transaction.atomic
def set_aim(aim: Aim, value: Decimal, *, by: Actor, now: datetime) -> None:
    """Aim at a share in per cent, or at minutes, with a headline figure.

    Raises Refusal "people.not_allowed", "aim.bad_value".
    """
    require(by, Ability.SET_LADDER)
    if not 0 <= value <= MOST[aim]:
        raise invalid("aim.bad_value", f"Give a number between 0 and {MOST[aim]}.", field=aim.value)
    Target.objects.update_or_create(figure=aim.value, defaults={"value": value})
    record("aim.set", by=by, at=now, subject=("aim", None), data={"figure": aim.value, "value": str(value)})
