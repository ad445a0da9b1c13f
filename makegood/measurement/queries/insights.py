"""Reading the daily figures: a period in even steps, and the period before it, of what the reader may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from makegood.cases.queries.seeing import SEEN, reader_of
from makegood.measurement.marks import DUE, HOW, SAID, WHO, flow
from makegood.people.rules import Scope
from makegood.platform.rows import fetch_rows

PERIODS = {"30": 1, "90": 7, "365": 7}
"""How many days back, and in steps of how many days."""
_NO_TEAM = -1
MOST = 200


@dataclass(frozen=True, slots=True)
class Period:
    """The local days `since` to the one before `before`, in whole steps of `step` days, and as many before them."""

    days: str
    since: date
    before: date
    step: int

    @property
    def steps(self) -> int:
        """How many steps there are in the period."""
        return (self.before - self.since).days // self.step

    def span(self, step: int) -> tuple[date, date]:
        """The days of a step, half open; steps before 0 are those of the period before."""
        start = self.since + timedelta(days=step * self.step)
        return start, start + timedelta(days=self.step)


def period_of(days: str, today: date) -> Period:
    """The last so many days up to today, in whole steps: 30 days, 13 weeks or 52 weeks."""
    step = PERIODS[days]
    steps, before = int(days) // step + (days == "90"), today + timedelta(days=1)
    return Period(days, before - timedelta(days=steps * step), before, step)


@dataclass(frozen=True, slots=True)
class Narrow:
    """Of which kind of promise and which team, None for every one; of which place, "" for all, such as
    `neighbourhood:Dorchester`. `of` reads no other team than the reader's own."""

    kind: int | None = None
    team: int | None = None
    place: str = ""

    @property
    def tally(self) -> str:
        """The table that has it."""
        return "measurement_tallyofplace" if self.place else "measurement_tally"

    def of(self, scope: Scope) -> Narrow:
        """What of it the reader may see: figures of every team, or of one's own."""
        if scope.sees_all:
            return self
        return Narrow(self.kind, scope.team_id if scope.team_id is not None else _NO_TEAM, self.place)


class Figures:
    """Counts by mark and step. `now` and `before` add up the steps of the period and of the one before it."""

    def __init__(self, period: Period, rows: Sequence[tuple[Any, ...]]) -> None:
        self.period = period
        self._many: dict[str, dict[int, int]] = defaultdict(dict)
        self._amount: dict[str, dict[int, Decimal]] = defaultdict(dict)
        for step, mark, many, amount in rows:
            self._many[mark][step] = many
            if amount:
                self._amount[mark][step] = amount

    def steps_of(self, *marks: str) -> list[int]:
        """How many had one of these marks in each step: those of the period before, then those of the period."""
        steps = range(-self.period.steps, self.period.steps)
        return [sum(self._many.get(mark, {}).get(step, 0) for mark in marks) for step in steps]

    def now(self, *marks: str) -> int:
        """How many had one of these marks in the period."""
        return sum(self.steps_of(*marks)[self.period.steps :])

    def before(self, *marks: str) -> int:
        """The same in the period before."""
        return sum(self.steps_of(*marks)[: self.period.steps])

    def of(self, start: str) -> dict[str, int]:
        """The marks that begin with `start` and a colon, by what comes after it, in the period."""
        found = {mark.removeprefix(f"{start}:"): self.now(mark) for mark in self._many if mark.startswith(f"{start}:")}
        return {rest: many for rest, many in found.items() if many}

    def spans(self, start: str, step: int | None = None) -> dict[int, int]:
        """How many took each span of time, in the period or in one step of it."""
        if step is None:
            return {int(rest): many for rest, many in self.of(start).items()}
        named = (mark for mark in self._many if mark.startswith(f"{start}:"))
        found = {int(mark.split(":")[1]): self._many[mark].get(step, 0) for mark in named}
        return {span: many for span, many in found.items() if many}

    def amounts(self, start: str) -> dict[str, Decimal]:
        """The sums of what has an amount, by what comes after `start`, in the period."""
        return {
            mark.removeprefix(f"{start}:"): sum((amount for step, amount in steps.items() if step >= 0), Decimal(0))
            for mark, steps in self._amount.items() if mark.startswith(f"{start}:")
        }  # fmt: skip


def flows(who: str = "", how: str = "", said: str = "") -> list[str]:
    """The marks of cases by who spoke first, how they were put right, what the customer said; "" for any."""
    return [
        flow(first, second, third)
        for first in ([who] if who else WHO)
        for second in ([how] if how else HOW)
        for third in ([said] if said else SAID)
    ]  # fmt: skip


DUE_MARKS = [f"p:{state}" for state in DUE]
CASES = flows()

_TALLIES = """
SELECT floor((day - %(since)s::date)::numeric / %(step)s)::int AS step, mark, sum(many)::bigint, sum(amount)
FROM {tally}
WHERE day >= %(start)s AND day < %(before)s AND {place}
  AND (%(kind)s::bigint IS NULL OR kind = %(kind)s::bigint) AND (%(team)s::bigint IS NULL OR team = %(team)s::bigint)
GROUP BY 1, 2
"""
_OF_PLACE = {False: "true", True: "place = %(place)s"}


def figures(scope: Scope, period: Period, narrow: Narrow) -> Figures:
    """The figures of a period and of the one before it, of every team or, for who sees no others, their own."""
    seen = narrow.of(scope)
    start = period.since - timedelta(days=period.steps * period.step)
    asked = {
        "since": period.since, "start": start, "before": period.before, "step": period.step, "kind": seen.kind,
        "team": seen.team, "place": seen.place,
    }  # fmt: skip
    statement = _TALLIES.format(tally=seen.tally, place=_OF_PLACE[bool(seen.place)])
    return Figures(period, fetch_rows(statement, asked))


def causes_named() -> Mapping[int, str]:
    """Every cause by its number."""
    return dict(fetch_rows("SELECT id, name FROM cases_cause", ()))


_HAPPENED = """
SELECT i.title, i.opened_at FROM incidents_incident i
WHERE i.opened_at >= %(since)s AND i.opened_at < %(before)s ORDER BY i.opened_at
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """A case or a promise that a mark stands for. `may` says whether the reader may open it."""

    number: int
    day: date
    title: str
    who: str
    may: bool


@dataclass(frozen=True, slots=True)
class BehindPage:
    """What stands behind a mark, newest first, up to 200; `hidden` of all `total` are not the reader's to see."""

    rows: tuple[Behind, ...]
    total: int
    is_promise: bool


# The tallies say how many there are, and on which days the newest stand: each case or promise has one mark of a sort,
# and what is rare would else be sought among all the others.
_BEHIND = """
WITH told AS MATERIALIZED (
    SELECT day, sum(many)::bigint AS many FROM {tally}
    WHERE {place} AND day >= %(since)s AND day < %(before)s AND mark = ANY(%(marks)s::varchar[])
      AND (%(kind)s::bigint IS NULL OR kind = %(kind)s::bigint)
      AND (%(team)s::bigint IS NULL OR team = %(team)s::bigint)
    GROUP BY day HAVING sum(many) > 0
), total AS (
    SELECT coalesce(sum(many), 0)::bigint AS many FROM told
), newest AS MATERIALIZED (
    SELECT number, day FROM (
        SELECT day, sum(many) OVER (ORDER BY day DESC) - many AS later FROM told
    ) days, LATERAL (
        SELECT number FROM measurement_counted
        WHERE what = %(what)s AND day = days.day
          AND (%(kind)s::bigint IS NULL OR kind = %(kind)s::bigint)
          AND (%(team)s::bigint IS NULL OR team = %(team)s::bigint) AND marks && %(marks)s::varchar[]
          AND (%(place)s = '' OR places @> ARRAY[%(place)s]::varchar[])
        OFFSET 0  -- of these days alone
    ) theirs
    WHERE later < %(most)s ORDER BY day DESC, number DESC LIMIT %(most)s
)
"""
_CASES_BEHIND = f"""{_BEHIND}
SELECT n.number, n.day, c.title, cu.name, {SEEN}, total.many
FROM newest n JOIN total ON true JOIN cases_case c ON c.id = n.number JOIN people_staff o ON o.id = c.owner_id
JOIN promises_kind k ON k.id = c.kind_id JOIN customers_customer cu ON cu.id = c.customer_id
ORDER BY n.day DESC, n.number DESC
"""  # noqa: S608 - written in our rooms
_PROMISES_BEHIND = f"""{_BEHIND}
SELECT n.number, n.day, p.title, cu.name,
       %(sees_all)s OR p.owner_id = %(me)s OR o.team_id = %(team_id)s OR k.team_id = %(team_id)s, total.many
FROM newest n JOIN total ON true JOIN promises_promise p ON p.id = n.number JOIN promises_kind k ON k.id = p.kind_id
LEFT JOIN people_staff o ON o.id = p.owner_id JOIN customers_customer cu ON cu.id = p.customer_id
ORDER BY n.day DESC, n.number DESC
"""  # noqa: S608 - written in our rooms


def behind(scope: Scope, marks: Sequence[str], *, since: date, before: date, narrow: Narrow) -> BehindPage:
    """The cases, or promises, that a mark of a chart stands for; `_` in a mark is any of its parts, `*` any rest.

    Who sees their own team alone is given no other's title or customer.
    """
    is_promise, seen = marks[0][:2] in ("p:", "v:"), narrow.of(scope)
    asked = {
        "what": "p" if is_promise else "c", "marks": [one for mark in marks for one in meant(mark)],
        "since": since, "before": before,
        "kind": seen.kind, "team": seen.team, "place": seen.place, "most": MOST, "sees_all": scope.sees_all,
        "me": reader_of(scope), "team_id": scope.team_id,
    }  # fmt: skip
    statement = _PROMISES_BEHIND if is_promise else _CASES_BEHIND
    rows = fetch_rows(statement.format(tally=seen.tally, place=_OF_PLACE[bool(seen.place)]), asked)
    found = tuple(
        Behind(number=number, day=day, title=title if may else "", who=who if may else "", may=bool(may))
        for number, day, title, who, may, _total in rows
    )
    return BehindPage(found, rows[0][-1] if rows else 0, is_promise)


def meant(mark: str) -> list[str]:
    """The marks that one with gaps stands for: `_` is any of a part, a last `*` any rest."""
    start, *parts = mark.split(":")
    if start == "f":
        first, second, third = [*("" if part in ("_", "*") else part for part in parts), "", "", ""][:3]
        return flows(first, second, third)
    return [f"{start}:{state}" for state in DUE] if parts == ["*"] else [mark]


def happened(since: datetime, before: datetime) -> tuple[tuple[str, datetime], ...]:
    """The incidents that were opened in a time, oldest first."""
    rows = fetch_rows(_HAPPENED, {"since": since, "before": before})
    return tuple((title, at) for title, at in rows)
