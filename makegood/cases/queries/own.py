"""Whose a case is, and how much work is somebody's own and not done."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from makegood.cases.queries.seeing import NOBODY
from makegood.cases.queries.standing import CASELESS_MINE, MOST_READ, grouped
from makegood.people.rules import Scope
from makegood.platform.among import array_of
from makegood.platform.rows import fetch_rows


@dataclass(frozen=True, slots=True)
class OwnWork:
    """What stands under Broken on Today, open cases, and promises not kept yet of one member of staff."""

    broken: int
    cases: int
    promises: int


# Asked for every page: by hand and in one, and without asking whether one may see one's own.
_OWN = """
SELECT least(%(at_most)s, {broken}),
       (SELECT count(*) FROM (
            SELECT FROM cases_case WHERE owner_id = %(me)s AND closed_at IS NULL AND NOT light
            LIMIT %(at_most)s) c),
       (SELECT count(*) FROM (
            SELECT FROM promises_promise WHERE owner_id = %(me)s AND state IN ('open', 'at_risk', 'broken')
            LIMIT %(at_most)s) p)
"""


_BROKEN = f"""
(SELECT count(*) FROM stood WHERE "group" = 'broken')
+ (SELECT count(*) FROM ({CASELESS_MINE.format(state="broken", down="DESC")}) p)
"""  # noqa: S608 - written here and in `standing`


def own_work(scope: Scope, *, at_most: int, broken: int | None = None) -> OwnWork:
    """What is theirs, each counted up to `at_most`. `broken` is given when a page has counted it for its own list."""
    asked = {"me": scope.staff_id or NOBODY, "at_most": at_most}
    if broken is not None:
        return OwnWork(*fetch_rows(_OWN.format(broken="%(broken)s"), asked | {"broken": broken})[0])
    return OwnWork(*fetch_rows(grouped(scope, "me") + _OWN.format(broken=_BROKEN), asked | {"read": MOST_READ})[0])


def owners_of(numbers: Collection[int]) -> Mapping[int, int]:
    """Who owns each of these cases."""
    asked = "SELECT id, owner_id FROM cases_case WHERE id = ANY(%s::bigint[])"
    return dict(fetch_rows(asked, [array_of(numbers)])) if numbers else {}
