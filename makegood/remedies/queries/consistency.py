"""Same failure, different remedy: how far apart what was given for the like lies, and which cases stand out.

Counted are cases that were given something that stands, each with all it was given in one currency; for a page, of
many the latest, because each is looked up by itself. Nobody is compared with anybody: groups are kinds of failure, of
promise and severities, split by team at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from makegood.people.queries import require_scope
from makegood.people.rules import Ability, Scope
from makegood.platform.planning import planned_anew
from makegood.platform.rows import fetch_rows
from makegood.remedies.rules.fit import COMPENSATION

FEWEST = 5
"""Of fewer cases a spread says nothing, and none is told."""
COMPARED = 2_000
"""So many remedies are compared for a page, those that were given last."""
_LOOKED = 10_000
"""Among so many, the latest, those of a lead's team or of a kind are looked for."""
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
    """The groups, the largest first, and the cases that stand out, the farthest first. `remedies` are compared;
    `compared_from` is since when they were given, None when all that was asked about are among them."""

    groups: tuple[Alike, ...]
    standouts: tuple[Standout, ...]
    compared_from: datetime | None
    remedies: int


_IN_TIME = """
g.state = 'given' AND (%(since)s::timestamptz IS NULL OR g.given_at >= %(since)s)
AND (%(before)s::timestamptz IS NULL OR g.given_at < %(before)s)
"""
# One statement, so that what is read of each case is read once; and each by its key, where the planner would rather
# read all that there are: of a hundred thousand, that took twice as long.
_ASKED = f"""
WITH looked AS MATERIALIZED (
    SELECT g.case_id, g.given_at FROM remedies_grant g WHERE {_IN_TIME}
    ORDER BY g.given_at DESC LIMIT %(looked)s::bigint
), newest AS MATERIALIZED (
    SELECT case_id, given_at FROM looked
    WHERE (%(sees_all)s OR %(team_id)s = (
        SELECT o.team_id FROM cases_case c JOIN people_staff o ON o.id = c.owner_id WHERE c.id = case_id))
    AND (%(kind)s::text = '' OR %(kind)s::text = (
        SELECT k.slug FROM cases_case c JOIN promises_kind k ON k.id = c.kind_id WHERE c.id = case_id))
    ORDER BY given_at DESC LIMIT %(compared)s::bigint
), given AS MATERIALIZED (
    SELECT n.case_id, given.*
    FROM (SELECT DISTINCT case_id FROM newest) n CROSS JOIN LATERAL (
        SELECT g.currency, max(g.failure) AS failure, sum(g.entitled) AS entitled, sum(g.correction) AS correction,
               sum(g.goodwill) AS goodwill,
               coalesce(sum(g.entitled + g.goodwill) FILTER (WHERE g.remedy = ANY(%(comp)s)), 0) AS comp
        FROM remedies_grant g WHERE g.case_id = n.case_id AND {_IN_TIME} GROUP BY g.currency
    ) given
), alike AS MATERIALIZED (
    SELECT g.case_id, g.currency, g.entitled, g.correction, g.goodwill, c.title, c.severity, k.name AS kind,
           coalesce(n.kind, g.failure) AS failure, CASE WHEN %(by_team)s THEN coalesce(t.name, '') ELSE '' END AS team,
           g.entitled + g.correction + g.goodwill AS total, g.comp / nullif((
               SELECT sum(p.amount) FROM cases_failure f JOIN promises_promise p ON p.id = f.promise_id
               WHERE f.case_id = g.case_id AND f.corrected_at IS NULL AND p.currency = g.currency
           ), 0) AS share
    FROM given g
    CROSS JOIN LATERAL (
        SELECT title, severity, kind_id, owner_id FROM cases_case WHERE id = g.case_id OFFSET 0
    ) c
    JOIN promises_kind k ON k.id = c.kind_id
    JOIN people_staff o ON o.id = c.owner_id
    LEFT JOIN people_team t ON t.id = o.team_id
    LEFT JOIN remedies_namedfailure n ON n.case_id = g.case_id
), groups AS MATERIALIZED (
    SELECT failure, kind, severity, currency, team, count(*) AS cases, count(share) AS with_loss,
           percentile_cont(ARRAY[0, 0.25, 0.5, 0.75, 1]) WITHIN GROUP (ORDER BY total) AS money,
           percentile_cont(ARRAY[0, 0.25, 0.5, 0.75, 1]) WITHIN GROUP (ORDER BY share) AS shares,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY entitled) AS entitled,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY correction) AS correction,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY goodwill) AS goodwill
    FROM alike GROUP BY 1, 2, 3, 4, 5
), measured AS (
    -- By their share of the loss where that is known of enough, else by money.
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
    SELECT *, abs(measure - median) / greatest(reach, abs(median), 0.01) AS distance FROM measured
    WHERE measure < lower - reach OR measure > upper + reach
    ORDER BY distance DESC, case_id LIMIT %(most_cases)s
)
SELECT
    (SELECT json_agg(json_build_array(
        failure, kind, severity, currency, team, cases, with_loss, money, shares, entitled, correction, goodwill
     )) FROM (SELECT * FROM groups ORDER BY cases DESC, kind, failure, severity, currency, team LIMIT %(most)s) g),
    (SELECT json_agg(json_build_array(
        far.case_id, far.title, far.failure, far.kind, far.severity, far.currency, far.total::text, far.share::text,
        far.median, far.measure > far.median, coalesce(said.reason, ''), coalesce(said.name, '')
     ) ORDER BY far.distance DESC, far.case_id) FROM far LEFT JOIN LATERAL (
        SELECT d.reason, s.name FROM remedies_difference d JOIN people_staff s ON s.id = d.by_id
        WHERE d.case_id = far.case_id ORDER BY d.id DESC LIMIT 1
     ) said ON true),
    coalesce((SELECT min(given_at) FROM newest HAVING count(*) = %(compared)s::bigint),
             (SELECT min(given_at) FROM looked HAVING count(*) = %(looked)s::bigint)),
    (SELECT count(*) FROM newest)
"""  # noqa: S608 - a condition written above


def consistency(
    scope: Scope, *, by_team: bool = False, kind: str = "", since: datetime | None = None,
    before: datetime | None = None, whole: bool = False,
) -> Consistency:  # fmt: skip
    """What was given from `since` until before `before` (aware UTC) for promises of a `kind` ("": of every), of every
    team or, for a lead, of their own. Of many remedies the latest `COMPARED`, unless the `whole` is to be read, however
    long that takes.

    Raises Refusal "people.not_allowed" for those who neither lead nor see the work of every team.
    """
    if not scope.sees_all:
        require_scope(scope, Ability.ASSIGN)
    asked = {
        "since": since, "before": before, "by_team": by_team, "sees_all": scope.sees_all, "team_id": scope.team_id,
        "comp": [kind.value for kind in COMPENSATION], "fewest": FEWEST, "compared": None if whole else COMPARED,
        "looked": None if whole else COMPARED if scope.sees_all and not kind else _LOOKED, "most": _MOST_GROUPS,
        "most_cases": _MOST_CASES, "kind": kind,
    }  # fmt: skip
    with planned_anew():
        groups, standouts, since_when, remedies = fetch_rows(_ASKED, asked)[0]
    return Consistency(
        tuple(_alike(*row) for row in groups or ()), tuple(_standout(*row) for row in standouts or ()), since_when,
        remedies,
    )  # fmt: skip


def _alike(
    failure: str, kind: str, severity: int, currency: str, team: str, cases: int, with_loss: int, money: list[Any],
    shares: list[Any], *medians: float,
) -> Alike:  # fmt: skip
    entitled, correction, goodwill = map(_exact, medians)
    return Alike(
        failure=failure, kind=kind, severity=severity, currency=currency, team=team, cases=cases, with_loss=with_loss,
        money=_spread(money) if cases >= FEWEST else None, share=_spread(shares) if with_loss >= FEWEST else None,
        entitled=entitled, correction=correction, goodwill=goodwill,
    )  # fmt: skip


def _standout(
    case: int, title: str, failure: str, kind: str, severity: int, currency: str, total: str, share: str | None,
    median: float, more: bool, reason: str, reason_by: str,
) -> Standout:  # fmt: skip
    return Standout(
        case=case, title=title, failure=failure, kind=kind, severity=severity, currency=currency, total=Decimal(total),
        share=None if share is None else Decimal(share), median=_exact(median), more=more, reason=reason,
        reason_by=reason_by,
    )  # fmt: skip


def _spread(values: list[Any]) -> Spread:
    return Spread(*(_exact(one) for one in values))


def _exact(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.0001"))
