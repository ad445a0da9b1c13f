"""Which cases somebody may see."""

from __future__ import annotations

import re

from django.db.models import Exists, OuterRef, Q, QuerySet

from makegood.cases.models import Case, Escalation
from makegood.kernel.refusals import Refusal, missing
from makegood.people.rules import Scope

PREFIX = "SR-"


def visible(scope: Scope) -> QuerySet[Case]:
    """One's own and one's team's cases, those one was offered, sponsors or was drawn into; or all."""
    if scope.sees_all:
        return Case.objects.all()
    mine = Q(owner_id=scope.staff_id) | Q(offered_to_id=scope.staff_id) | Q(sponsor_id=scope.staff_id)
    if scope.team_id is not None:
        mine |= Q(owner__team_id=scope.team_id) | Q(kind__team_id=scope.team_id)
    drawn_in = Exists(Escalation.objects.filter(case=OuterRef("pk"), person_id=scope.staff_id))
    return Case.objects.filter(mine | drawn_in)


def parse_number(text: str) -> int:
    """The number in "SR-1001", "sr1001" or "1001". Raises Refusal "case.unknown"."""
    found = re.fullmatch(r"(?:sr-?)?([0-9]{1,12})", text.strip().lower())
    if found is None:
        raise unknown_case()
    return int(found[1])


def unknown_case() -> Refusal:
    """The same words whether there is no such case or none that may be seen."""
    return missing("case.unknown", "There is no such case.")
