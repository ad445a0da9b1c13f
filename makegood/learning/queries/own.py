"""What stands in the rail of every page: how much is one's own and not done, and what one may give alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from makegood.cases.queries.seeing import NOBODY
from makegood.cases.queries.standing import ASKED_OF_ME, CASELESS_MINE, grouped
from makegood.followups.queries.closures import MINE
from makegood.notices.queries import UNREAD
from makegood.people.rules import Ability, Scope
from makegood.platform.planning import planned_once
from makegood.platform.rows import fetch_rows


@dataclass(frozen=True, slots=True)
class Own:
    """Of one member of staff: what stands under Broken on Today, open cases, promises not kept yet, notices not read,
    questions asked of them about cases and incidents, follow-ups that are due, and closed cases in which something is
    left for them to make good, what came in and is nobody's yet (for those who may sort it), and improvements of theirs
    that are under way.

    `limit` bounds what they give in a case alone, None when nothing does; `team` is the name of theirs, or "".
    """

    broken: int
    cases: int
    promises: int
    notices: int
    approvals: int
    follow_ups: int
    closures: int
    unsorted: int
    improvements: int
    limit: Decimal | None
    team: str


# Asked for every page: by hand and in one, and without asking whether one may see one's own.
_OWN = f"""
SELECT least(%(at_most)s::bigint, {{broken}}),
       (SELECT count(*) FROM (
            SELECT FROM cases_case WHERE owner_id = %(me)s::bigint AND closed_at IS NULL AND NOT light
            LIMIT %(at_most)s::bigint) c),
       (SELECT least(%(at_most)s::bigint, count(*)) FROM mine),
       (SELECT count(*) FROM ({UNREAD}) n),
       (SELECT count(*) FROM (
            SELECT FROM remedies_approval WHERE asked_of_id = %(me)s::bigint AND decided_at IS NULL
            UNION ALL SELECT FROM incidents_approval WHERE asked_of_id = %(me)s::bigint AND decided_at IS NULL
            LIMIT %(at_most)s::bigint) a),
       (SELECT least(%(at_most)s::bigint, count(*)) FROM asked_of_me
        WHERE purpose = 'follow_up' AND due_at < %(until)s::timestamptz),
       (SELECT count(*) FROM (
            SELECT FROM ({MINE}) l JOIN cases_case c ON c.id = l.case_id AND c.closed_at IS NOT NULL
            LIMIT %(at_most)s::bigint) l),
       (SELECT count(*) FROM (
            SELECT FROM conversation_thread WHERE %(works)s AND case_id IS NULL AND settled_at IS NULL
            LIMIT %(at_most)s::bigint) t),
       (SELECT count(*) FROM (
            SELECT FROM learning_improvement WHERE owner_id = %(me)s::bigint AND state <> 'dropped'
            LIMIT %(at_most)s::bigint) i),
       (SELECT min("case") FROM remedies_limit WHERE remedy = '' AND currency = %(currency)s::text AND grade = (
            SELECT max(l.grade) FROM remedies_limit l JOIN people_staff s ON l.grade <= s.grade
            WHERE s.id = %(me)s::bigint AND l.currency = %(currency)s::text)),
       coalesce((SELECT name FROM people_team WHERE id = %(team_id)s::bigint), '')
"""  # noqa: S608 - written here and above
_BROKEN = f"""
(SELECT count(*) FROM stood WHERE "group" = 'broken')
+ (SELECT count(*) FROM ({CASELESS_MINE.format(state="broken", down="DESC")}) p)
"""  # noqa: S608 - written here and in `standing`


def own_standing(scope: Scope, currency: str, *, until: datetime, at_most: int, broken: int | None = None) -> Own:
    """What is theirs, each counted up to `at_most`; follow-ups that are due before `until` (aware UTC). `broken` is
    given when a page has counted it for its own list."""
    asked = {
        "me": scope.staff_id or NOBODY, "team_id": scope.team_id, "currency": currency, "until": until,
        "at_most": at_most, "works": scope.may(Ability.WORK),
    }  # fmt: skip
    if broken is None:
        statement = grouped(scope, "me") + _OWN.format(broken=_BROKEN)
    else:
        statement, asked["broken"] = ASKED_OF_ME + _OWN.format(broken="%(broken)s::bigint"), broken
    return Own(*fetch_rows(planned_once(statement), asked)[0])
