"""Which scenes are the basic ones, whether they are asked for, and who has passed them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from makegood.people.rules import Scope
from makegood.platform.rows import fetch_rows
from makegood.practice.models import Basics
from makegood.practice.queries.playing import require_player
from makegood.practice.rules.passing import BASICS, PASSED


@dataclass(frozen=True, slots=True)
class Policy:
    """`on` when agents who have not passed all `scenes` write to customers only with a lead's look."""

    on: bool
    scenes: tuple[str, ...]


def basics() -> Policy:
    """The policy "from practice to work" as it stands."""
    row = Basics.objects.filter(one=True).first()
    return Policy(False, BASICS) if row is None else Policy(row.on, tuple(row.scenes))


def who_passed(scenes: Sequence[str], staff: Sequence[int] | None = None) -> list[int]:
    """Those of these people, or of everybody, who have passed every one of these scenes, in whichever role."""
    asked = {"scenes": list(scenes), "many": len(set(scenes)), "ends": [one.value for one in PASSED],
             "anybody": staff is None, "staff": list(staff or ())}  # fmt: skip
    return [number for (number,) in fetch_rows(_PASSED, asked)]


_PASSED = """
SELECT r.staff_id FROM practice_run r
WHERE r.scene = ANY(%(scenes)s::text[]) AND r."end" = ANY(%(ends)s::text[])
  AND (%(anybody)s OR r.staff_id = ANY(%(staff)s::bigint[]))
GROUP BY r.staff_id HAVING count(DISTINCT r.scene) = %(many)s
"""


def still_to_pass(scope: Scope, policy: Policy) -> tuple[str, ...]:
    """The basic scenes that one has not passed oneself, in their order."""
    asked = {"staff": require_player(scope), "ends": [one.value for one in PASSED]}
    passed = {scene for (scene,) in fetch_rows(_MINE, asked)}
    return tuple(one for one in policy.scenes if one not in passed)


_MINE = """
SELECT DISTINCT scene FROM practice_run WHERE staff_id = %(staff)s::bigint AND "end" = ANY(%(ends)s::text[])
"""
