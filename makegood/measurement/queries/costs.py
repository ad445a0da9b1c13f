"""What failing cost and what preventing it cost, each figure with its rows: nothing is guessed, and what nobody entered
is left out. Sums of different currencies are never added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from makegood.measurement.queries.contributions import PARTS
from makegood.measurement.queries.whole import whole_days
from makegood.people.queries import require_scope
from makegood.people.rules import Ability, Scope
from makegood.platform.installation import organisation
from makegood.platform.rows import fetch_rows

BY = ("", "kind", "team")
_PARTS = ("owed", "correction", "goodwill", "again")
KEPT_AFTER = timedelta(days=90)
"""So long after a failure a customer who has not left by their own choice counts as kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What customers were given in one currency. `again` is what of it went into second failures."""

    name: str
    currency: str
    owed: Decimal
    correction: Decimal
    goodwill: Decimal
    again: Decimal
    remedies: int

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.owed + self.correction + self.goodwill


@dataclass(frozen=True, slots=True, kw_only=True)
class Talked:
    """Minutes of calls whose length was recorded, and how many calls these are."""

    name: str
    minutes: int
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Customers who were failed: `lost` left by their own choice or will not forgive, `kept` did not within
    `KEPT_AFTER`, of `early` it cannot be said yet."""

    name: str
    failed: int
    kept: int
    lost: int
    early: int


@dataclass(frozen=True, slots=True)
class Rate:
    """What an hour of staff costs, as somebody entered it; `amount` None was taken back."""

    amount: Decimal | None
    currency: str
    source: str
    by: str
    at: datetime

    def of(self, minutes: int) -> Decimal | None:
        """What so many minutes cost; None while nothing is entered."""
        return None if self.amount is None else (self.amount * minutes / 60).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class Prevented:
    """What changes about causes cost, in one currency."""

    currency: str
    amount: Decimal
    changes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CostReport:
    """All of it. `everybody` who was failed is each customer once, who may stand in several lines of `people`;
    `at_risk` are customers with an open case now."""

    given: tuple[Given, ...]
    talked: tuple[Talked, ...]
    people: tuple[People, ...]
    everybody: People
    prevented: tuple[Prevented, ...]
    rate: Rate | None
    at_risk: int

    @property
    def together(self) -> tuple[Given, ...]:
        """What was given of every kind and team, a sum for each currency."""
        ordered = groupby(sorted(self.given, key=lambda one: one.currency), key=lambda one: one.currency)
        return tuple(_added(currency, list(lines)) for currency, lines in ordered)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """One row behind the figures. `what` is "remedy", "call" or "change"; `number` its case, or the improvement."""

    what: str
    number: int
    day: date
    words: str
    owed: Decimal
    correction: Decimal
    goodwill: Decimal
    minutes: int
    spent: Decimal
    currency: str


_NAMED = """
CASE %(by)s WHEN 'kind' THEN k.name WHEN 'team' THEN coalesce(t.name, '') ELSE '' END AS name
FROM {source} JOIN cases_case c ON c.id = {source_case} JOIN promises_kind k ON k.id = c.kind_id
JOIN people_staff o ON o.id = c.owner_id LEFT JOIN people_team t ON t.id = o.team_id
WHERE (%(kind)s::text = '' OR k.slug = %(kind)s) AND (%(team)s::bigint IS NULL OR o.team_id = %(team)s)
"""
_IN_TIME = "({at} >= %(since)s OR %(since)s::timestamptz IS NULL) AND {at} < %(before)s"
# Of whole days the tallies say it; the hours before the first and after the last are read off the rows.
_GIVEN = f"""
WITH parts AS (
    SELECT split_part(mark, ':', 1) AS part, split_part(mark, ':', 2) AS currency, kind, team, many, amount
    FROM measurement_tally WHERE day >= %(first_day)s AND day < %(end_day)s
      AND split_part(mark, ':', 1) IN ('cost', 'owed', 'correction', 'goodwill', 'again')
    UNION ALL
    SELECT p.part, g.currency, c.kind_id, coalesce(o.team_id, 0), 1, p.amount
    FROM remedies_grant g JOIN cases_case c ON c.id = g.case_id JOIN people_staff o ON o.id = c.owner_id
    CROSS JOIN LATERAL ({PARTS}) p (part, amount)
    WHERE g.state = 'given' AND {_IN_TIME.format(at="g.given_at")}
      AND (g.given_at < %(first_at)s OR g.given_at >= %(end_at)s)
)
SELECT CASE %(by)s WHEN 'kind' THEN k.name WHEN 'team' THEN coalesce(t.name, '') ELSE '' END AS name, p.currency,
       coalesce(sum(p.amount) FILTER (WHERE part = 'owed'), 0),
       coalesce(sum(p.amount) FILTER (WHERE part = 'correction'), 0),
       coalesce(sum(p.amount) FILTER (WHERE part = 'goodwill'), 0),
       coalesce(sum(p.amount) FILTER (WHERE part = 'again'), 0), (sum(p.many) FILTER (WHERE part = 'cost'))::bigint
FROM parts p JOIN promises_kind k ON k.id = p.kind LEFT JOIN people_team t ON t.id = p.team
WHERE (%(kind)s::text = '' OR k.slug = %(kind)s) AND (%(team)s::bigint IS NULL OR p.team = %(team)s)
GROUP BY 1, 2 ORDER BY 2, sum(p.amount) FILTER (WHERE part = 'cost') DESC, 1
"""  # noqa: S608 - written above
# The steps that one call covered carry the same length: it counts once, unless all of them were taken back.
_CALLS = f"""
SELECT DISTINCT e.case_id, e.actor_id, (e.data ->> 'held_at')::timestamptz AS at,
       (e.data ->> 'minutes')::int AS minutes,
       {_NAMED.format(source="journal_entry e", source_case="e.case_id")}
  AND e.verb = 'case.step' AND e.data ? 'minutes' AND {_IN_TIME.format(at="e.at")}
  AND EXISTS (SELECT FROM cases_stepdone s WHERE s.id = (e.data ->> 'row')::bigint AND s.undone_at IS NULL)
"""  # noqa: S608 - written above
_TALKED = f"""
SELECT name, sum(minutes), count(*) FROM ({_CALLS}) calls GROUP BY name ORDER BY 2 DESC, name
"""  # noqa: S608 - written above
# Of all customers only the few that were merged are looked at.
_MERGED = "LEFT JOIN customers_customer m ON m.id = {of}.customer_id AND m.merged_into_id IS NOT NULL"
# Of each line, and of all together: who was failed in two kinds is in two lines, and one customer. Names and people are
# looked up once for the failures of a customer and not for each.
_PEOPLE = f"""
WITH failed AS MATERIALIZED (
    SELECT c.customer_id, c.kind_id, c.owner_id, min(f.at) AS at, bool_or(c.outcome = 'will_not_forgive') AS unforgiven
    FROM cases_failure f JOIN cases_case c ON c.id = f.case_id
    WHERE f.corrected_at IS NULL AND {_IN_TIME.format(at="f.at")}
      AND (%(kind)s::text = '' OR c.kind_id = (SELECT id FROM promises_kind WHERE slug = %(kind)s))
    GROUP BY c.customer_id, c.kind_id, c.owner_id
), persons AS MATERIALIZED (
    SELECT CASE %(by)s WHEN 'kind' THEN k.name WHEN 'team' THEN coalesce(t.name, '') ELSE '' END AS name,
           coalesce(m.merged_into_id, c.customer_id) AS person, min(c.at) AS at, bool_or(c.unforgiven) AS unforgiven
    FROM failed c JOIN promises_kind k ON k.id = c.kind_id JOIN people_staff o ON o.id = c.owner_id
    LEFT JOIN people_team t ON t.id = o.team_id {_MERGED.format(of="c")}
    WHERE %(team)s::bigint IS NULL OR o.team_id = %(team)s GROUP BY 1, 2
), gone AS (
    SELECT coalesce(m.merged_into_id, b.customer_id) AS person, max(b.at) AS at
    FROM measurement_behaviour b {_MERGED.format(of="b")}
    WHERE b.deed = 'left' AND (b.at >= %(since)s OR %(since)s::timestamptz IS NULL) GROUP BY 1
), judged AS (
    SELECT p.whole, p.name, p.at, p.unforgiven OR coalesce(g.at > p.at, false) AS lost
    FROM (SELECT false AS whole, * FROM persons
          UNION ALL SELECT true, '', person, min(at), bool_or(unforgiven) FROM persons GROUP BY person) p
    LEFT JOIN gone g ON g.person = p.person
)
SELECT whole, name, count(*), count(*) FILTER (WHERE NOT lost AND at + %(after)s <= %(now)s),
       count(*) FILTER (WHERE lost), count(*) FILTER (WHERE NOT lost AND at + %(after)s > %(now)s)
FROM judged GROUP BY whole, name ORDER BY 3 DESC, name
"""  # noqa: S608 - written above
_PREVENTED = """
SELECT currency, sum(amount), count(DISTINCT improvement_id) FROM measurement_improvementcost
WHERE (spent_on >= %(since)s::timestamptz OR %(since)s::timestamptz IS NULL) AND spent_on < %(before)s::timestamptz
GROUP BY currency ORDER BY currency
"""
_RATE = """
SELECT r.amount, r.currency, r.source, s.name, r.at
FROM measurement_staffrate r JOIN people_staff s ON s.id = r.by_id ORDER BY r.id DESC LIMIT 1
"""
_AT_RISK = f"""
SELECT count(DISTINCT coalesce(m.merged_into_id, c.customer_id)) FROM cases_case c
{_MERGED.format(of="c")} WHERE c.closed_at IS NULL
"""  # noqa: S608 - written above
_ROWS = f"""
SELECT 'remedy', g.case_id, g.given_at, g.title, g.entitled, g.correction, g.goodwill, 0, 0::numeric, g.currency,
       {_NAMED.format(source="remedies_grant g", source_case="g.case_id")}
  AND g.state = 'given' AND {_IN_TIME.format(at="g.given_at")}
UNION ALL SELECT 'call', case_id, at, '', 0, 0, 0, minutes, 0, '', name FROM ({_CALLS}) calls
UNION ALL SELECT 'change', improvement_id, spent_on::timestamptz, words, 0, 0, 0, 0, amount, currency, ''
FROM measurement_improvementcost
WHERE (spent_on >= %(since)s::timestamptz OR %(since)s::timestamptz IS NULL) AND spent_on < %(before)s::timestamptz
ORDER BY 3, 1, 2 LIMIT %(most)s
"""  # noqa: S608 - written above
MOST_ROWS = 100_000


def cost_report(
    scope: Scope,
    *,
    since: datetime | None,
    before: datetime,
    by: str = "",
    kind: str = "",
    team_id: int | None = None,
    now: datetime,
) -> CostReport:
    """What was given, talked and spent in a half-open time, and what became of those who were failed in it; of one
    `kind` of promise or one team's cases when asked for. Raises Refusal "people.not_allowed" for who sees one team."""
    require_scope(scope, Ability.SEE_ALL)
    asked = _asked(since, before, by, kind, team_id, now)
    everybody, people = _people(asked)
    return CostReport(
        given=_given(asked), talked=_talked(asked), people=people, everybody=everybody,
        prevented=tuple(Prevented(*row) for row in fetch_rows(_PREVENTED, asked)),
        rate=staff_rate(), at_risk=fetch_rows(_AT_RISK, [])[0][0],
    )  # fmt: skip


def what_was_spent(
    scope: Scope, *, since: datetime, before: datetime, kind: str = "", team_id: int | None = None, now: datetime
) -> tuple[tuple[Given, ...], tuple[Talked, ...], Rate | None]:
    """What was given and talked alone, and what an hour costs. Raises Refusal "people.not_allowed"."""
    require_scope(scope, Ability.SEE_ALL)
    asked = _asked(since, before, "", kind, team_id, now)
    return _given(asked), _talked(asked), staff_rate()


def who_was_failed(
    scope: Scope, *, since: datetime, before: datetime, kind: str = "", team_id: int | None = None, now: datetime
) -> People:
    """What became of those who were failed, each customer once. Raises Refusal "people.not_allowed"."""
    require_scope(scope, Ability.SEE_ALL)
    return _people(_asked(since, before, "", kind, team_id, now))[0]


def _given(asked: Mapping[str, Any]) -> tuple[Given, ...]:
    return tuple(
        Given(name=name, currency=currency, owed=owed, correction=correction, goodwill=goodwill, again=again,
              remedies=remedies)
        for name, currency, owed, correction, goodwill, again, remedies in fetch_rows(_GIVEN, asked)
    )  # fmt: skip


def _added(currency: str, lines: Sequence[Given]) -> Given:
    sums = {part: sum((getattr(one, part) for one in lines), Decimal(0)) for part in _PARTS}
    return Given(name="", currency=currency, remedies=sum(one.remedies for one in lines), **sums)


def _talked(asked: Mapping[str, Any]) -> tuple[Talked, ...]:
    return tuple(
        Talked(name=name, minutes=minutes, calls=calls) for name, minutes, calls in fetch_rows(_TALKED, asked)
    )  # fmt: skip


def _people(asked: Mapping[str, Any]) -> tuple[People, tuple[People, ...]]:
    """Everybody once, and the lines."""
    everybody, lines = People(name="", failed=0, kept=0, lost=0, early=0), []
    for whole, name, failed, kept, lost, early in fetch_rows(_PEOPLE, asked):
        found = People(name=name, failed=failed, kept=kept, lost=lost, early=early)
        if whole:
            everybody = found
        else:
            lines.append(found)
    return everybody, tuple(lines)


def cost_rows(
    scope: Scope,
    *,
    since: datetime | None,
    before: datetime,
    kind: str = "",
    team_id: int | None = None,
    now: datetime,
) -> Sequence[CostRow]:
    """Every row behind the figures, in order of time; the first 100,000. Raises Refusal "people.not_allowed"."""
    require_scope(scope, Ability.SEE_ALL)
    asked = _asked(since, before, "", kind, team_id, now) | {"most": MOST_ROWS}
    return [
        CostRow(
            what=what, number=number, day=at.date(), words=words, owed=owed, correction=correction, goodwill=goodwill,
            minutes=minutes, spent=spent, currency=currency,
        )
        for what, number, at, words, owed, correction, goodwill, minutes, spent, currency, _ in fetch_rows(_ROWS, asked)
    ]  # fmt: skip


def staff_rate() -> Rate | None:
    """What an hour of staff costs, as it was entered last; None when nobody ever did."""
    found = fetch_rows(_RATE, [])
    return Rate(*found[0]) if found else None


def _asked(
    since: datetime | None, before: datetime, by: str, kind: str, team_id: int | None, now: datetime
) -> dict[str, Any]:
    return {
        "since": since, "before": before, "by": by if by in BY else "", "kind": kind, "team": team_id, "now": now,
        "after": KEPT_AFTER,
    } | whole_days(since, before, organisation().zone)  # fmt: skip
