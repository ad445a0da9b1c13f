"""How much work is somebody's own and not done."""

from __future__ import annotations

from dataclasses import dataclass

from makegood.cases.queries.seeing import NOBODY
from makegood.cases.queries.standing import CASELESS_MINE, MOST_READ, grouped
from makegood.people.rules import Scope
from makegood.platform.rows import fetch_rows


@dataclass(frozen=True, slots=True)
class OwnWork:
    """What stands under Broken on Today, open cases, and promises not kept yet of one member of staff."""

    broken: int
    cases: int
    promises: int


# Asked for every page: by hand and in one, and without asking whether one may see one's own.
_OWN = """
SELECT least(%(at_most)s, (SELECT count(*) FROM stood WHERE "group" = 'broken') + (SELECT count(*) FROM ({broken}) p)),
       (SELECT count(*) FROM (
            SELECT FROM cases_case WHERE owner_id = %(me)s AND closed_at IS NULL AND NOT light
            LIMIT %(at_most)s) c),
       (SELECT count(*) FROM (
            SELECT FROM promises_promise WHERE owner_id = %(me)s AND state IN ('open', 'at_risk', 'broken')
            LIMIT %(at_most)s) p)
"""


def own_work(scope: Scope, *, at_most: int) -> OwnWork:
    """What is theirs, each counted up to `at_most`."""
    statement = grouped(scope, "me") + _OWN.format(broken=CASELESS_MINE.format(state="broken", down="DESC"))
    asked = {"me": scope.staff_id or NOBODY, "read": MOST_READ, "at_most": at_most}
    return OwnWork(*fetch_rows(statement, asked)[0])
