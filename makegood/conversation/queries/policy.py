"""Where the coach does more than advise, and how often it was overridden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from makegood.conversation.models import CoachRule
from makegood.conversation.rules.messages import Channel
from makegood.kernel.refusals import forbidden
from makegood.people.rules import Ability, Scope
from makegood.platform.rows import fetch_rows


@dataclass(frozen=True, slots=True)
class Overridden:
    """How many messages of a team left with this fault; `team` is "" for people without one."""

    team: str
    code: str
    messages: int


def coach_policy() -> Mapping[Channel, int]:
    """By channel, from which severity on a message must be clean. A channel that is not there is advised only."""
    return {Channel(way): least for way, least in CoachRule.objects.values_list("channel", "from_severity")}


def overridden(scope: Scope, *, since: datetime) -> tuple[Overridden, ...]:
    """What left since then with which faults, by team, most first: nobody is named or ranked. A lead sees their own
    team. Raises Refusal "people.not_allowed"."""
    if not (scope.sees_all or scope.may(Ability.ASSIGN)):
        raise forbidden("people.not_allowed", "Leads, managers and administrators read this.")
    asked = {"since": since, "sees_all": scope.sees_all, "team": scope.team_id or 0}
    return tuple(Overridden(*row) for row in fetch_rows(_OVERRIDDEN, asked))


_OVERRIDDEN = """
SELECT coalesce(t.name, ''), code, count(*)
FROM conversation_coachoverride o CROSS JOIN unnest(o.codes) code
     JOIN people_staff s ON s.id = o.by_id LEFT JOIN people_team t ON t.id = s.team_id
WHERE o.at >= %(since)s AND (%(sees_all)s OR s.team_id = %(team)s)
GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""
