"""How promises are kept by place: what the attributes of promises say of where they are due."""

from __future__ import annotations

from dataclasses import dataclass

from makegood.measurement.queries.insights import DUE_MARKS, Narrow, Period
from makegood.measurement.rules.shares import ENOUGH
from makegood.people.rules import Scope
from makegood.platform.rows import fetch_rows


@dataclass(frozen=True, slots=True)
class PlaceFigures:
    """A place, by the attribute `what` that names it, and how the promises due there were kept."""

    what: str
    name: str
    kept: int
    due: int

    @property
    def key(self) -> str:
        """What figures are narrowed by."""
        return f"{self.what}:{self.name}"


MOST_PLACES = 300
_KEPT = """
SELECT split_part(place, ':', 1), substr(place, strpos(place, ':') + 1),
       coalesce(sum(many) FILTER (WHERE mark = 'p:kept'), 0)::bigint, sum(many)::bigint
FROM measurement_tallyofplace
WHERE mark = ANY(%(marks)s::varchar[]) AND day >= %(since)s AND day < %(before)s
  AND (%(kind)s::bigint IS NULL OR kind = %(kind)s::bigint) AND (%(team)s::bigint IS NULL OR team = %(team)s::bigint)
GROUP BY place HAVING sum(many) >= %(fewest)s ORDER BY 4 DESC, place LIMIT %(most)s
"""


def places(scope: Scope, period: Period, narrow: Narrow) -> tuple[PlaceFigures, ...]:
    """The places where ten or more promises were due in a period, those with most first, 300 at most."""
    seen = narrow.of(scope)
    asked = {
        "marks": DUE_MARKS, "since": period.since, "before": period.before, "kind": seen.kind, "team": seen.team,
        "fewest": ENOUGH, "most": MOST_PLACES,
    }  # fmt: skip
    return tuple(PlaceFigures(*row) for row in fetch_rows(_KEPT, asked))
