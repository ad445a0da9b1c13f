"""How far somebody is on their first day, and the case that it ends with."""

from __future__ import annotations

from django.db.models import Case as When
from django.db.models import Exists, F, IntegerField, OuterRef, Q, Value
from django.db.models import When as If

from makegood.cases.models import Escalation, StepDone
from makegood.cases.queries.listing import CaseLine, lines_by_number
from makegood.cases.queries.seeing import owned_by_team, visible
from makegood.people.rules import Ability, Scope
from makegood.platform.rows import fetch_rows
from makegood.practice.queries.playing import require_player
from makegood.practice.rules.first_day import READ, Progress, progress
from makegood.practice.rules.passing import PASSED

_GRAVEST = 2
"""What is graver is nobody's first case."""


def first_day(scope: Scope) -> Progress:
    """How far one is oneself. Raises Refusal "practice.needs_a_person"."""
    asked = {"staff": require_player(scope), "ends": [one.value for one in PASSED]}
    ((*read, case, at, away, well),) = fetch_rows(_FIRST_DAY, asked)
    return progress(
        read=dict(zip(READ, read, strict=True)), well=tuple(well), case=case, had_case=at is not None,
        away=away is not None, works=scope.may(Ability.WORK),
    )  # fmt: skip


# The case that was taken on the path, else the first of those in hand: one is one's first however it was taken.
_FIRST_DAY = """
SELECT f.why_at, f.watch_at, f.marks_at,
       coalesce(f.case_id, (SELECT min(id) FROM cases_case
                            WHERE closed_at IS NULL AND owner_id = me.id AND taken_at IS NOT NULL)),
       f.case_at, f.away_at,
       ARRAY(SELECT scene FROM practice_run WHERE staff_id = me.id AND "end" = ANY(%(ends)s::text[])
             GROUP BY scene ORDER BY min(id))
FROM (SELECT %(staff)s::bigint AS id) me LEFT JOIN practice_firstday f ON f.staff_id = me.id
"""


def offered_today(scope: Scope) -> Progress | None:
    """The path, for whom Today offers it: whoever has begun it and not ended it, and whoever works in a team and has no
    case in hand yet. None for all others, and once it was put away."""
    if not scope.may(Ability.WORK):
        return None
    found = first_day(scope)
    is_new = scope.team_id is not None and found.case is None and not found.away
    return found if found.is_under_way or (is_new and found.next is not None) else None


def case_for_first(scope: Scope) -> CaseLine | None:
    """An open case for somebody who never worked one: not grave, not a second failure, nobody drawn in, nothing said to
    the customer yet; their own before those that nobody has taken up, then what weighs least, then the newest."""
    if not scope.may(Ability.WORK):
        return None
    me = require_player(scope)
    rows = visible(scope).filter(
        Q(owner_id=me) | Q(taken_at__isnull=True), ~Exists(StepDone.objects.filter(case=OuterRef("pk"))),
        ~Exists(Escalation.objects.filter(case=OuterRef("pk"))), closed_at__isnull=True, light=False,
        severity__lte=_GRAVEST, ordinal=1, sponsor__isnull=True,
    )  # fmt: skip
    if scope.team_id is not None:
        rows = rows.filter(Q(owner_id=me) | owned_by_team(scope.team_id) | Q(kind__team_id=scope.team_id))
    mine = When(If(owner_id=me, then=Value(0)), default=Value(1), output_field=IntegerField())
    number = rows.order_by(mine, F("severity"), F("criticality"), "-opened_at", "-id").values_list("pk", flat=True)
    found = number.first()
    return lines_by_number([found])[found] if found is not None else None
