"""How much work is somebody's own and not done."""

from __future__ import annotations

from dataclasses import dataclass

from makegood.platform.rows import fetch_rows


@dataclass(frozen=True, slots=True)
class OwnWork:
    """Broken promises, open cases, and promises not kept yet of one member of staff."""

    broken: int
    cases: int
    promises: int


# Asked for every page: by hand and in one, and without asking whether one may see one's own.
_OWN = """
SELECT (SELECT count(*) FROM (
            SELECT FROM promises_promise WHERE owner_id = %(staff_id)s AND state = 'broken' LIMIT %(at_most)s) b),
       (SELECT count(*) FROM (
            SELECT FROM cases_case WHERE owner_id = %(staff_id)s AND closed_at IS NULL AND NOT light
            LIMIT %(at_most)s) c),
       (SELECT count(*) FROM (
            SELECT FROM promises_promise WHERE owner_id = %(staff_id)s AND state IN ('open', 'at_risk', 'broken')
            LIMIT %(at_most)s) p)
"""


def own_work(staff_id: int, *, at_most: int) -> OwnWork:
    """What is theirs, each counted up to `at_most`."""
    return OwnWork(*fetch_rows(_OWN, {"staff_id": staff_id, "at_most": at_most})[0])
