"""Working out what policies owe to everybody whom an incident hits, as its page shows it, again and again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from makegood.incidents.actions.holding import bring_all
from makegood.incidents.models import Incident
from makegood.incidents.queries.owing import reckoned
from makegood.incidents.rules.plan import plan_of, stored

EVERY = timedelta(minutes=10)


def reckon_due(*, now: datetime) -> bool:
    """Work out what one incident owes whose turn has come, and say whether there was one.

    It is claimed for ten minutes first, so that nobody waits for it: a batch goes on, a stop takes hold. A light case
    in which something is owed comes to its owner's desk, where the plan says so.
    """
    with transaction.atomic():
        due = Incident.objects.select_for_update(skip_locked=True).filter(next_reckon_at__lte=now)
        row = due.order_by("next_reckon_at", "pk").first()
        if row is None:
            return False
        Incident.objects.filter(pk=row.pk).update(next_reckon_at=now + EVERY)
    found = reckoned(row.pk, now=now)
    if plan_of(row.plan).line.owed:
        bring_all(found.cases)
    kept = [stored(one) for one in found.sums]
    Incident.objects.filter(pk=row.pk).update(owed=kept, reckoned_at=now)
    if not any(one.open or one.unknown for one in found.sums):
        Incident.objects.filter(Q(pk=row.pk) & ~Q(ended_at=None)).update(next_reckon_at=None)
    return True
