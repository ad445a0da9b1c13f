"""The ledger in figures: how many promises were kept, and how late the others were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from makegood.kernel.refusals import invalid

BY = ("kind", "team", "month")

_GROUPS = {
    "": "''",
    "kind": "k.name",
    "team": "coalesce(ot.name, kt.name, 'No team')",
    "month": "to_char(p.due_at AT TIME ZONE %(zone)s, 'YYYY-MM')",
}

_REPORT = """
SELECT {group} AS name,
       count(*) FILTER (WHERE state IN ('kept', 'kept_late', 'broken', 'released')) AS due,
       count(*) FILTER (WHERE state = 'kept'), count(*) FILTER (WHERE state = 'kept_late'),
       count(*) FILTER (WHERE state = 'broken'), count(*) FILTER (WHERE state = 'open'),
       count(*) FILTER (WHERE state = 'at_risk'), count(*) FILTER (WHERE state = 'replaced'),
       count(*) FILTER (WHERE state = 'withdrawn'), count(*) FILTER (WHERE state = 'released'),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM kept_at - due_at))
           FILTER (WHERE state = 'kept_late'),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM kept_at - due_at))
           FILTER (WHERE state = 'kept_late')
FROM promises_promise p
JOIN promises_kind k ON k.id = p.kind_id
LEFT JOIN people_team kt ON kt.id = k.team_id
LEFT JOIN people_staff o ON o.id = p.owner_id
LEFT JOIN people_team ot ON ot.id = o.team_id
WHERE NOT k.inside_case
  AND (%(since)s::timestamptz IS NULL OR p.due_at >= %(since)s)
  AND (%(before)s::timestamptz IS NULL OR p.due_at < %(before)s)
GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """Promises counted by how they stand.

    `due` are those whose time has come: kept, kept late, broken and released. `right_first_time` is
    kept ÷ due, None while nothing was due. `late_median_s` and `late_p90_s` tell how many seconds after the
    due instant the late ones were kept.
    """

    name: str
    due: int
    kept: int
    kept_late: int
    broken: int
    open: int
    at_risk: int
    replaced: int
    withdrawn: int
    released: int
    late_median_s: float | None
    late_p90_s: float | None

    @property
    def right_first_time(self) -> float | None:
        """Promises kept ÷ promises due."""
        return self.kept / self.due if self.due else None


def ledger_report(
    *, by: str = "", since: datetime | None = None, before: datetime | None = None, zone: str = "UTC"
) -> tuple[LedgerRow, ...]:
    """The figures of the ledger, in one row or by kind, team or month of the due instant (in `zone`).

    Promises made inside cases are not counted: they are the recovery, not what was promised first.
    Raises Refusal "report.unknown_group".
    """
    if by and by not in BY:
        raise invalid("report.unknown_group", f"Group by one of {', '.join(BY)}.", field="by")
    with connection.cursor() as cursor:
        cursor.execute(_REPORT.format(group=_GROUPS[by]), {"since": since, "before": before, "zone": zone})
        return tuple(LedgerRow(**dict(zip(_NAMES, row, strict=True))) for row in cursor.fetchall())


_NAMES = (
    "name", "due", "kept", "kept_late", "broken", "open", "at_risk", "replaced", "withdrawn", "released",
    "late_median_s", "late_p90_s",
)  # fmt: skip
