"""Looking for one cause behind what broke within the hour, before somebody works on it case by case."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from makegood.incidents.models import Affected, Dismissal
from makegood.incidents.rules.suggesting import DISMISSED_FOR, Question, Recent, Suspect, suspects
from makegood.people.rules import Ability, Scope
from makegood.platform.rows import any_row
from makegood.promises.queries.reading import visible
from makegood.promises.rules import LIVE, State

WITHIN = timedelta(hours=1)
_LOOKED_AT, _OTHERS = 2_000, 300


def suggestions(scope: Scope, *, least: int, now: datetime) -> tuple[Suspect, ...]:
    """What promises to at least so many customers that broke within the hour share and others do not; () for those who
    may not open an incident. What is in one already is left out, and what somebody dismissed.

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
    return suspects([Recent(*one) for one in found], others, least=least, dismissed=_dismissed(scope, now))


def _dismissed(scope: Scope, now: datetime) -> dict[Question, int]:
    """What was dismissed lately for this reader, and at how many customers."""
    counts_for = Q(team=None) if scope.team_id is None else Q(team=None) | Q(team=scope.team_id)
    rows = Dismissal.objects.filter(counts_for, undone_at=None, at__gt=now - DISMISSED_FOR).order_by("at")
    return {Question(*asked): many for *asked, many in rows.values_list("name", "value", "kind", "many")}


_BROKE = "promises_promise WHERE state = 'broken' AND breaks_at BETWEEN %s AND %s OFFSET %s"
