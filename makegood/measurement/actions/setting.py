"""Saying whether customers are asked, whom the lot finds, and how often at most."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction

from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.journal.queries import latest_cursor
from makegood.kernel.refusals import invalid
from makegood.measurement.asking import SINGLE, AskingFacts, Because
from makegood.measurement.models import Asking, Survey
from makegood.people.queries import require
from makegood.people.rules import Ability

_MOST = {"window_days": (7, 365), "wait_days": (0, 60), "holds_days": (2, 90), "remind_days": (0, 60)}


@transaction.atomic
def set_asking(wanted: AskingFacts, *, by: Actor, now: datetime) -> None:
    """Set how customers are asked. Turned on, it asks after cases that are closed from now on; turned off, it drops
    what was planned, and what was asked may still be answered. Raises Refusal "people.not_allowed",
    "survey.bad_value"."""
    require(by, Ability.ADMINISTER)
    _check(wanted)
    values: dict[str, Any] = {
        "is_on": wanted.is_on, "owners_read": wanted.owners_read,
        "pulse_percent": wanted.pulse_percent, "pulse_scale": wanted.pulse_scale,
        **{name: getattr(wanted, name) for name in _MOST},
    }  # fmt: skip
    row, _made = Asking.objects.select_for_update().get_or_create(
        pk=1, defaults={**values, "is_on": False, "seed": secrets.randbits(62)}
    )
    if wanted.is_on and not row.is_on:
        row.cursor = latest_cursor()
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    if not wanted.is_on:
        planned = Survey.objects.filter(due_at__isnull=False)
        planned.filter(asked_at=None).update(
            due_at=None, dropped_at=now, dropped_because=Because.TURNED_OFF
        )  # fmt: skip
        planned.update(due_at=None)
    told = {name: str(value) if name.startswith("pulse") else value for name, value in values.items()}
    record("survey.set", by=by, at=now, data=told)


def _check(wanted: AskingFacts) -> None:
    if not (wanted.pulse_percent.is_finite() and 0 <= wanted.pulse_percent <= 100):
        raise _bad("pulse_percent", "Ask between 0 and 100 per cent of all customers in a month.")
    if wanted.pulse_scale not in SINGLE:
        raise _bad("pulse_scale", f"One question is asked: {', '.join(SINGLE)}.")
    for name, (least, most) in _MOST.items():
        if not least <= getattr(wanted, name) <= most:
            raise _bad(name, f"Choose between {least} and {most} days.")
    if wanted.remind_days >= wanted.holds_days:
        raise _bad("remind_days", "Remind them before the link ends.")


def _bad(field: str, words: str) -> Exception:
    return invalid("survey.bad_value", words, field=field)
