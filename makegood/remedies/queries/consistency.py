"""Same failure, different remedy: how far apart what was given for the like lies, and which cases stand out.

Counted are cases that were given something that stands, each with all it was given in one currency. Nobody is compared
with anybody: groups are kinds of failure, of promise and severities, split by team at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from makegood.people.queries import require_scope
from makegood.people.rules import Ability, Scope
from makegood.platform.rows import fetch_rows
from makegood.remedies.rules.fit import COMPENSATION

FEWEST = 5
"""Of fewer cases a spread says nothing, and none is told."""
_MOST_GROUPS, _MOST_CASES = 200, 20


@dataclass(frozen=True, slots=True)
class Spread:
    """How far apart figures lie: the least, the quartiles, the most."""

    least: Decimal
    lower: Decimal
    median: Decimal
    upper: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Cases with the same kind of failure ("" when it was never judged), of promise, and severity.

    `money` is all they were given, `share` what made up for the loss against the loss, of those `with_loss` whose loss
    is known; both None of fewer than `FEWEST`. The three medians part what was given.
    """

    failure: str
    kind: str
    severity: int
    currency: str
    team: str
    cases: int
    with_loss: int
    money: Spread | None
    share: Spread | None
    entitled: Decimal
    correction: Decimal
    goodwill: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Standout:
    """A case that was given far more or less than its like: beyond one and a half times the middle half. `share` is
    None where money was compared. `reason` is why, as a person said, "" as long as nobody has."""

    case: int
    title: str
    failure: str
    kind: str
    severity: int
    currency: str
    total: Decimal
    share: Decimal | None
    median: Decimal
    more: bool
    reason: str
    reason_by: str


@dataclass(frozen=True, slots=True)
class Consistency:
    """The groups, the largest first, and the cases that stand out, the farthest first."""

    groups: tuple[Alike, ...]
    standouts: tuple[Standout, ...]


_CASES = """
WITH given AS (
    SELECT case_id, currency, max(failure) AS failure, sum(entitled) AS entitled, sum(correction) AS correction,
           sum(goodwill) AS goodwill,
           coalesce(sum(entitled + goodwill) FILTER (WHERE remedy = ANY(%(comp)s)), 0) AS comp
    FROM remedies_grant
    WHERE state = 'given' AND (%(since)s::timestamptz IS NULL OR given_at >= %(since)s)
      AND (%(before)s::timestamptz IS NULL OR given_at < %(before)s)
    GROUP BY case_id, currency
), lost AS (
    SELECT f.case_id, p.currency, sum(p.amount) AS loss
    FROM cases_failure f JOIN promises_promise p ON p.id = f.promise_id
    WHERE f.corrected_at IS NULL AND f.case_id IN (SELECT case_id FROM given) GROUP BY 1, 2
), alike AS (
    SELECT g.case_id, g.currency, g.entitled, g.correction, g.goodwill, c.title, c.severity, k.name AS kind,
           coalesce(n.kind, g.failure) AS failure, CASE WHEN %(by_team)s THEN coalesce(t.name, '') ELSE '' END AS team,
           g.entitled + g.correction + g.goodwill AS total, g.comp / nullif(l.loss, 0) AS share
    FROM given g
    JOIN cases_case c ON c.id = g.case_id
    JOIN promises_kind k ON k.id = c.kind_id
    JOIN people_staff o ON o.id = c.owner_id
    LEFT JOIN people_team t ON t.id = o.team_id
    LEFT JOIN remedies_namedfailure n ON n.case_id = g.case_id
    LEFT JOIN lost l ON l.case_id = g.case_id AND l.currency = g.currency
    WHERE %(sees_all)s OR o.team_id = %(team_id)s
), groups AS (
    SELECT failure, kind, severity, currency, team, count(*) AS cases, count(share) AS with_loss,
           percentile_cont(ARRAY[0, 0.25, 0.5, 0.75, 1]) WITHIN GROUP (ORDER BY total) AS money,
           percentile_cont(ARRAY[0, 0.25, 0.5, 0.75, 1]) WITHIN GROUP (ORDER BY share) AS shares,
           percentile_cont(ARRAY[0.5]) WITHIN GROUP (ORDER BY entitled) AS entitled,
           percentile_cont(ARRAY[0.5]) WITHIN GROUP (ORDER BY correction) AS correction,
           percentile_cont(ARRAY[0.5]) WITHIN GROUP (ORDER BY goodwill) AS goodwill
    FROM alike GROUP BY 1, 2, 3, 4, 5
)
"""
_GROUPS = f"""{_CASES}
SELECT * FROM groups ORDER BY cases DESC, kind, failure, severity, currency, team LIMIT %(most)s
"""  # noqa: S608 - a statement written above
# By their share of the loss where that is known of enough, else by money.
_STANDOUTS = f"""{_CASES}, measured AS (
    SELECT a.case_id, a.title, a.failure, a.kind, a.severity, a.currency, a.total, m.measure,
           CASE WHEN m.by_share THEN a.share END AS share, m.spread[2] AS lower, m.spread[3] AS median,
           m.spread[4] AS upper, 1.5 * (m.spread[4] - m.spread[2]) AS reach
    FROM alike a
    JOIN groups g USING (failure, kind, severity, currency, team)
    CROSS JOIN LATERAL (
        SELECT g.with_loss >= %(fewest)s AND a.share IS NOT NULL AS by_share
    ) s
    CROSS JOIN LATERAL (
        SELECT s.by_share, CASE WHEN s.by_share THEN a.share ELSE a.total END AS measure,
               CASE WHEN s.by_share THEN g.shares ELSE g.money END AS spread
    ) m
    WHERE g.cases >= %(fewest)s
), far AS (
    SELECT * FROM measured WHERE measure < lower - reach OR measure > upper + reach
    ORDER BY abs(measure - median) / greatest(reach, abs(median), 0.01) DESC, case_id LIMIT %(most)s
)
SELECT far.case_id, far.title, far.failure, far.kind, far.severity, far.currency, far.total, far.share, far.median,
       far.measure > far.median, coalesce(said.reason, ''), coalesce(said.name, '')
FROM far LEFT JOIN LATERAL (
    SELECT d.reason, s.name FROM remedies_difference d JOIN people_staff s ON s.id = d.by_id
    WHERE d.case_id = far.case_id ORDER BY d.id DESC LIMIT 1
) said ON true
ORDER BY abs(far.measure - far.median) / greatest(far.reach, abs(far.median), 0.01) DESC, far.case_id
"""  # noqa: S608 - a statement written above


def consistency(
    scope: Scope, *, by_team: bool = False, since: datetime | None = None, before: datetime | None = None
) -> Consistency:
    """What was given from `since` until before `before` (aware UTC), of every team or, for a lead, of their own.

    Raises Refusal "people.not_allowed" for those who neither lead nor see the work of every team.
    """
    if not scope.sees_all:
        require_scope(scope, Ability.ASSIGN)
    asked = {
        "since": since, "before": before, "by_team": by_team, "sees_all": scope.sees_all, "team_id": scope.team_id,
        "comp": [kind.value for kind in COMPENSATION], "fewest": FEWEST,
    }  # fmt: skip
    groups = tuple(_alike(*row) for row in fetch_rows(_GROUPS, asked | {"most": _MOST_GROUPS}))
    return Consistency(groups, tuple(_standout(asked)))


def _alike(
    failure: str, kind: str, severity: int, currency: str, team: str, cases: int, with_loss: int, money: list[Any],
    shares: list[Any], *medians: list[Any],
) -> Alike:  # fmt: skip
    entitled, correction, goodwill = (_exact(one[0]) for one in medians)
    return Alike(
        failure=failure, kind=kind, severity=severity, currency=currency, team=team, cases=cases, with_loss=with_loss,
        money=_spread(money) if cases >= FEWEST else None, share=_spread(shares) if with_loss >= FEWEST else None,
        entitled=entitled, correction=correction, goodwill=goodwill,
    )  # fmt: skip


def _standout(asked: Mapping[str, Any]) -> list[Standout]:
    names = (
        "case", "title", "failure", "kind", "severity", "currency", "total", "share", "median", "more", "reason",
        "reason_by",
    )  # fmt: skip
    rows = fetch_rows(_STANDOUTS, {**asked, "most": _MOST_CASES})
    told = [dict(zip(names, row, strict=True)) for row in rows]
    return [Standout(**one | {"median": _exact(one["median"])}) for one in told]


def _spread(values: list[Any]) -> Spread:
    return Spread(*(_exact(one) for one in values))


def _exact(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.0001"))
