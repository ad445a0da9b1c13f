"""Which incidents somebody may see."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from makegood.incidents.models import Incident
from makegood.kernel.refusals import Refusal, missing
from makegood.people.models import Staff
from makegood.people.rules import Scope

NOBODY = 0


def visible(scope: Scope) -> QuerySet[Incident]:
    """One's own and one's team's, those one was asked to decide about; or all."""
    if scope.sees_all:
        return Incident.objects.all()
    me = scope.staff_id or NOBODY
    mine = Q(owner_id=me) | Q(pk__in=Incident.objects.filter(approvals__asked_of_id=me).order_by().values("pk"))
    if scope.team_id is not None:
        mine |= Q(owner_id__in=Staff.objects.filter(team_id=scope.team_id).order_by().values("pk"))
    return Incident.objects.filter(mine)


def unknown_incident() -> Refusal:
    """The same words whether there is none or none that may be seen."""
    return missing("incident.unknown", "There is no such incident.")
