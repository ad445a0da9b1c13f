"""Which cases somebody may see."""

from __future__ import annotations

import re
from collections.abc import Collection

from django.db.models import Q, QuerySet

from makegood.cases.models import Case, Escalation
from makegood.kernel.refusals import Refusal, missing
from makegood.people.models import Staff
from makegood.people.rules import Scope
from makegood.platform.among import Among
from makegood.promises.models import Kind

NOBODY = 0
"""The id of no member of staff: None would find the cases that are offered to nobody."""


def visible(scope: Scope) -> QuerySet[Case]:
    """One's own and one's team's cases, those one was offered, sponsors, was drawn into or finds the cause of; or
    all."""
    if scope.sees_all:
        return Case.objects.all()
    if not scope.sees_customers:
        return Case.objects.none()
    me = scope.staff_id or NOBODY
    drawn_into = Escalation.objects.filter(person_id=me).order_by().values("case_id")
    mine = Q(owner_id=me) | Q(offered_to_id=me) | Q(sponsor_id=me) | Q(cause_finder_id=me) | Q(pk__in=drawn_into)
    if scope.team_id is not None:
        kinds = Kind.objects.filter(team_id=scope.team_id).order_by().values("pk")
        mine |= owned_by_team(scope.team_id) | Q(kind_id__in=kinds)
    return Case.objects.filter(mine)


def reader_of(scope: Scope) -> int:
    """Whom `SEEN` takes for the reader: nobody, for those who see no customers."""
    return scope.staff_id or NOBODY if scope.sees_customers else NOBODY


# The same in statements written by hand, of a case `c`: of one case with its owner `o` and kind `k`, whose own
# escalations are looked at; and of many for somebody in no team, whose escalations are.
SEEN = """
(%(sees_all)s::boolean OR c.owner_id = %(me)s::bigint OR c.offered_to_id = %(me)s::bigint
 OR c.sponsor_id = %(me)s::bigint OR c.cause_finder_id = %(me)s::bigint
 OR EXISTS (SELECT FROM cases_escalation WHERE case_id = c.id AND person_id = %(me)s::bigint)
 OR o.team_id = %(team_id)s::bigint OR k.team_id = %(team_id)s::bigint)
"""
SEEN_WITHOUT_TEAM = """
(c.owner_id = %(me)s::bigint OR c.offered_to_id = %(me)s::bigint OR c.sponsor_id = %(me)s::bigint
 OR c.cause_finder_id = %(me)s::bigint
 OR c.id IN (SELECT case_id FROM cases_escalation WHERE person_id = %(me)s::bigint))
"""


def stakes(scope: Scope, numbers: Collection[int]) -> dict[int, tuple[str, str]]:
    """What it means to the customers of these cases, and what they need; of those that may be seen and say so."""
    rows = visible(scope).filter(pk__in=Among(numbers)).values_list("pk", "harm", "needs")
    return {number: (harm, needs) for number, harm, needs in rows if harm or needs}


def owned_by_team(team_id: int) -> Q:
    """Those whose owner is of this team."""
    return Q(owner_id__in=Staff.objects.filter(team_id=team_id).order_by().values("pk"))


def parse_number(text: str) -> int:
    """The number in "SR-1001", "sr1001" or "1001". Raises Refusal "case.unknown"."""
    found = re.fullmatch(r"(?:sr-?)?([0-9]{1,12})", text.strip().lower())
    if found is None:
        raise unknown_case()
    return int(found[1])


def unknown_case() -> Refusal:
    """The same words whether there is no such case or none that may be seen."""
    return missing("case.unknown", "There is no such case.")
