"""Which incidents somebody may see."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from makegood.cases.queries.seeing import NOBODY, owned_by_team
from makegood.incidents.models import Incident
from makegood.kernel.refusals import Refusal, missing
from makegood.people.rules import Scope


def visible(scope: Scope) -> QuerySet[Incident]:
    """One's own and one's team's, those one was asked to decide about; or all."""
    if scope.sees_all:
        return Incident.objects.all()
    if not scope.sees_customers:
        return Incident.objects.none()
    me = scope.staff_id or NOBODY
    mine = Q(owner_id=me) | Q(pk__in=Incident.objects.filter(approvals__asked_of_id=me).order_by().values("pk"))
    if scope.team_id is not None:
        mine |= owned_by_team(scope.team_id)
    return Incident.objects.filter(mine)


def unknown_incident() -> Refusal:
    """The same words whether there is none or none that may be seen."""
    return missing("incident.unknown", "There is no such incident.")
