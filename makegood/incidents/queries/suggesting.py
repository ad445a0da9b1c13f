"""Looking for one cause behind what broke within the hour, before somebody works on it case by case."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from makegood.incidents.models import Affected
from makegood.incidents.rules.suggesting import Recent, Suspect, suspects
from makegood.people.rules import Ability, Scope
from makegood.platform.rows import any_row
from makegood.promises.queries.reading import visible
from makegood.promises.rules import LIVE, State

WITHIN = timedelta(hours=1)
_LOOKED_AT, _OTHERS = 2_000, 300


def suggestions(scope: Scope, *, least: int, now: datetime) -> tuple[Suspect, ...]:
    """What promises to at least so many customers that broke within the hour share and others do not; () for those who
    may not open an incident. What is in one already is left out.

    One look into an index where less than that broke, which is nearly always.
    """
    since = now - WITHIN
    if not scope.may(Ability.ASSIGN) or not any_row(_BROKE, [since, now, least - 1]):
        return ()
    ours = visible(scope).filter(kind__inside_case=False)
    broke = ours.filter(state=State.BROKEN, breaks_at__range=(since, now)).exclude(attributes={})
    lately = broke.filter(~Exists(Affected.objects.filter(promise=OuterRef("pk")))).order_by("-breaks_at")
    found = list(lately.values_list("customer_id", "kind__slug", "due_at", "attributes")[:_LOOKED_AT])
    if len(found) < least:
        return ()
    ahead = ours.filter(state__in=LIVE, due_at__gt=now).order_by("due_at")
    others = list(ahead.values_list("attributes", flat=True)[:_OTHERS])
    return suspects([Recent(*one) for one in found], others, least=least)


_BROKE = "promises_promise WHERE state = 'broken' AND breaks_at BETWEEN %s AND %s OFFSET %s"
