"""Why promises break, the most frequent, costly or fatal cause first. Figures that tell of no customer: for everybody
at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from makegood.measurement.queries.contributions import FAILED
from makegood.measurement.queries.whole import whole_days
from makegood.measurement.rules.headlines import vital
from makegood.platform.installation import organisation
from makegood.platform.rows import fetch_rows

AFTERWARDS = timedelta(days=180)
"""Who leaves within so long after a case was opened counts as lost by it."""


class Measure(StrEnum):
    """By what causes are ordered."""

    COUNT = "count"
    COST = "cost"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseLine:
    """A cause: its cases, what was given in them (in the organisation's currency), and the customers it lost us.

    `share` is of all with a cause, by the measure asked for, `running` with those before it; `vital` says that it is
    one of the few that make most. `improvement` is the one about it or the cause above, 0 for none.
    """

    slug: str
    name: str
    function: str
    cases: int
    cost: Decimal
    lost: int
    share: float
    running: float
    vital: bool
    improvement: int
    improvement_owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pareto:
    """The causes in order. `total` is of what they are ordered by, `known` and `unknown` cases with and without a
    cause; `foreign` remedies in other currencies are in no sum."""

    rows: tuple[CauseLine, ...]
    measure: Measure
    total: Decimal
    known: int
    unknown: int
    foreign: int
    currency: str

    @property
    def vital(self) -> tuple[CauseLine, ...]:
        """The few that make most."""
        return tuple(row for row in self.rows if row.vital)


def pareto(
    *, measure: Measure = Measure.COUNT, since: datetime | None = None, before: datetime, kind: str = "",
    cause: str = "",
) -> Pareto:  # fmt: skip
    """The causes of the cases that were opened from `since` (None: ever) until `before`, of a kind of promise or of
    all; with a `cause` that one and those below it alone. Cases in which nothing had failed after all are left out."""
    ours = organisation()
    asked = {
        "since": since, "before": before, "kind": kind, "currency": ours.currency, "afterwards": AFTERWARDS,
        "cause": cause,
    } | whole_days(since, before, ours.zone)  # fmt: skip
    found = fetch_rows(_PARETO, asked)
    unknown = sum(row[3] for row in found if not row[0])
    rows = [row for row in found if row[0]]
    lines = _lines(rows, measure)
    return Pareto(
        rows=lines, measure=measure, total=sum((_value(row, measure) for row in rows), Decimal(0)),
        known=sum(row[3] for row in rows), unknown=unknown, foreign=sum(row[6] for row in found),
        currency=ours.currency,
    )  # fmt: skip


def _lines(rows: Sequence[Sequence[Any]], measure: Measure) -> tuple[CauseLine, ...]:
    ordered = sorted(rows, key=lambda row: (-_value(row, measure), -row[3], row[1]))
    values = [_value(row, measure) for row in ordered]
    total = sum(values, Decimal(0))
    few = vital(values) if total else 0
    made, running = [], Decimal(0)
    for place, (row, value) in enumerate(zip(ordered, values, strict=True)):
        running += value
        made.append(CauseLine(
            slug=row[0], name=row[1], function=row[2], cases=row[3], cost=row[4], lost=row[5],
            share=float(value / total) if total else 0.0, running=float(running / total) if total else 0.0,
            vital=place < few, improvement=row[7], improvement_owner=row[8],
        ))  # fmt: skip
    return tuple(made)


def _value(row: Sequence[Any], measure: Measure) -> Decimal:
    return Decimal(row[{Measure.COUNT: 3, Measure.COST: 4, Measure.LOST: 5}[measure]])


_WANTED = """
(%(cause)s = '' OR {of} IN (SELECT g.id FROM cases_cause g LEFT JOIN cases_cause u ON u.id = g.parent_id
                            WHERE %(cause)s IN (g.slug, u.slug)))
"""
_HIT = f"""
c.opened_at < %(before)s AND (%(since)s::timestamptz IS NULL OR c.opened_at >= %(since)s) AND {FAILED}
AND (%(kind)s = '' OR c.kind_id = (SELECT id FROM promises_kind WHERE slug = %(kind)s))
AND {_WANTED.format(of="c.cause_id")}
"""  # noqa: S608 - written above
# Cases and money of whole days are told by the tallies, those of the hours at both ends by the rows. A customer is lost
# once, by the last case before they left or said that they will not forgive: both are few, and looked for by index.
_PARETO = f"""
WITH told AS MATERIALIZED (
    SELECT split_part(mark, ':', 1) AS what,
           CASE WHEN mark LIKE 'f:%%' THEN 0 ELSE split_part(mark, ':', 2)::bigint END AS cause_id,
           split_part(mark, ':', 3) AS currency, sum(many) AS many, sum(amount) AS amount
    FROM measurement_tally WHERE day >= %(first_day)s AND day < %(end_day)s
      AND split_part(mark, ':', 1) IN ('f', 'cause', 'given')
      AND (%(kind)s = '' OR kind = (SELECT id FROM promises_kind WHERE slug = %(kind)s))
    GROUP BY 1, 2, 3
), hit AS MATERIALIZED (
    SELECT c.id, c.cause_id FROM cases_case c WHERE {_HIT} AND (c.opened_at < %(first_at)s OR c.opened_at >= %(end_at)s)
), counted AS (
    SELECT cause_id, sum(cases)::bigint AS cases FROM (
        SELECT cause_id, 1 AS cases FROM hit
        UNION ALL SELECT cause_id, many FROM told WHERE what = 'cause' AND {_WANTED.format(of="cause_id")}
        UNION ALL SELECT NULL, CASE what WHEN 'f' THEN many ELSE -many END FROM told
        WHERE what IN ('f', 'cause') AND %(cause)s = ''
    ) each GROUP BY 1 HAVING sum(cases) > 0
), cost AS (
    SELECT cause_id, sum(amount) FILTER (WHERE currency = %(currency)s) AS cost,
           (sum(many) FILTER (WHERE currency <> %(currency)s))::bigint AS foreign_ones
    FROM (
        SELECT h.cause_id, g.currency, 1 AS many, g.entitled + g.correction + g.goodwill AS amount
        FROM hit h CROSS JOIN LATERAL (
            SELECT * FROM remedies_grant WHERE case_id = h.id AND state = 'given' OFFSET 0  -- of these cases alone
        ) g
        UNION ALL SELECT nullif(cause_id, 0), currency, many, amount FROM told
        WHERE what = 'given' AND {_WANTED.format(of="cause_id")}
    ) each GROUP BY 1
), merged AS MATERIALIZED (
    SELECT id, merged_into_id AS living FROM customers_customer WHERE merged_into_id IS NOT NULL
), left_us AS MATERIALIZED (
    SELECT DISTINCT coalesce(m.living, b.customer_id) AS living, b.at
    FROM measurement_behaviour b LEFT JOIN merged m ON m.id = b.customer_id
    WHERE b.deed = 'left' AND (%(since)s::timestamptz IS NULL OR b.at >= %(since)s)
), gone AS (
    SELECT l.living, c.id, c.cause_id, c.opened_at
    FROM (SELECT living, at, living AS person FROM left_us
          UNION ALL SELECT l.living, l.at, m.id FROM left_us l JOIN merged m ON m.living = l.living) l
    CROSS JOIN LATERAL (
        SELECT c.id, c.cause_id, c.opened_at FROM cases_case c
        WHERE c.customer_id = l.person AND c.opened_at <= l.at AND c.opened_at > l.at - %(afterwards)s::interval
          AND {_HIT} ORDER BY c.opened_at DESC, c.id DESC LIMIT 1
    ) c
    UNION ALL
    SELECT coalesce(m.living, c.customer_id), c.id, c.cause_id, c.opened_at
    FROM cases_case c LEFT JOIN merged m ON m.id = c.customer_id
    WHERE c.outcome = 'will_not_forgive' AND {_HIT}
), lost AS (
    SELECT cause_id, count(*) AS lost FROM (
        SELECT DISTINCT ON (living) living, cause_id FROM gone ORDER BY living, opened_at DESC, id DESC
    ) last GROUP BY 1
), changing AS (
    SELECT DISTINCT ON (i.cause_id) i.cause_id, i.id, s.name FROM learning_improvement i
    JOIN people_staff s ON s.id = i.owner_id WHERE i.state <> 'dropped' ORDER BY i.cause_id, i.id DESC
)
SELECT coalesce(g.slug, ''), coalesce(g.name, ''), coalesce(nullif(g.function, ''), up.function, ''), n.cases,
       coalesce(cost.cost, 0), coalesce(lost.lost, 0), coalesce(cost.foreign_ones, 0),
       coalesce(own.id, above.id, 0), coalesce(own.name, above.name, '')
FROM counted n LEFT JOIN cases_cause g ON g.id = n.cause_id LEFT JOIN cases_cause up ON up.id = g.parent_id
LEFT JOIN cost ON cost.cause_id IS NOT DISTINCT FROM n.cause_id
LEFT JOIN lost ON lost.cause_id IS NOT DISTINCT FROM n.cause_id
LEFT JOIN changing own ON own.cause_id = g.id LEFT JOIN changing above ON above.cause_id = g.parent_id
"""  # noqa: S608 - written in our rooms
