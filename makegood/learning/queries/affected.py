"""Whom a cause failed before it was changed, how they stand, and what each would be told: for the dry run and for
telling itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from makegood.conversation.queries import carried_channels
from makegood.conversation.rules.messages import Channel, Way, first_way
from makegood.kernel.texts import first_name
from makegood.learning.models import Improvement
from makegood.learning.rules.recurrence import State
from makegood.learning.rules.telling import DAY, MONTH, Facts, Left, Plight, Words, brief_of, compose, left_out
from makegood.platform.among import array_of
from makegood.platform.installation import organisation
from makegood.platform.rows import fetch_rows
from makegood.remedies.queries.plan import said_day
from makegood.remedies.rules.plan import language_of

BACK = timedelta(days=365)
"""So far before a change went live it is told to whom it failed: later nobody remembers."""
LATELY = timedelta(days=30)
"""Nobody is told of two changes within this time."""


class Hurt(NamedTuple):
    """A living customer whom the cause failed, with their last case by it; `row` is theirs in the telling, 0 before."""

    row: int
    customer_id: int
    case_id: int


class _Hit(NamedTuple):
    """How they stand now."""

    row: int
    customer_id: int
    case_id: int
    name: str
    language: str
    time_zone: str
    preferred: str
    in_peace: bool
    contacts: list[str]
    title: str
    opened_at: datetime
    case_open: bool
    unforgiving: bool
    told_already: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What becomes of one customer: `left` out with a reason, or told `message` by `way` (`sends` is what goes)."""

    row: int
    customer_id: int
    customer_name: str
    case_id: int
    title: str
    language: str
    left: Left | None
    way: Way | None
    message: str
    sends: str

    @property
    def ref(self) -> str:
        """The number of their case as people say it."""
        return f"SR-{self.case_id}"


def affected(row: Improvement, *, now: datetime, after: int = 0, most: int | None = None) -> list[Hurt]:
    """Whom the cause of an improvement, or one below it, failed until it went live, by their numbers."""
    live = row.live_at or now
    asked = {
        "cause": row.cause_id, "kind": row.kind_id, "since": live - BACK, "before": live, "after": after, "most": most
    }  # fmt: skip
    return [Hurt(0, *found) for found in fetch_rows(_AFFECTED, asked)]


_AFFECTED = """
SELECT DISTINCT ON (living) living, id FROM (
    SELECT coalesce(cu.merged_into_id, cu.id) AS living, c.id, c.opened_at
    FROM cases_cause g JOIN cases_case c ON c.cause_id = g.id JOIN customers_customer cu ON cu.id = c.customer_id
    WHERE %(cause)s IN (g.id, g.parent_id) AND c.opened_at >= %(since)s AND c.opened_at < %(before)s
      AND c.outcome <> 'corrected' AND (%(kind)s::bigint IS NULL OR c.kind_id = %(kind)s::bigint)
) hurt WHERE living > %(after)s ORDER BY living, opened_at DESC, id DESC LIMIT %(most)s
"""


def prepare(
    row: Improvement, telling_id: int, words: Words, people: Sequence[Hurt], *, now: datetime
) -> list[Prepared]:  # fmt: skip
    """Each of these judged, with their message, in their order."""
    asked = {
        "telling": telling_id, "rows": array_of(one.row for one in people), "lately": now - LATELY,
        "customers": array_of(one.customer_id for one in people), "cases": array_of(one.case_id for one in people),
    }  # fmt: skip
    texts = _Texts(row, words, carried_channels() - {Channel.PAGE}, now)
    return [texts.prepared(_Hit(*found)) for found in fetch_rows(_HITS, asked)]


class _Texts:
    """What is told to each; days that many share are worded once."""

    def __init__(self, row: Improvement, words: Words, able: Collection[Channel], now: datetime) -> None:
        self.held, self.live, self.words, self.able = row.state == State.HELD, row.live_at or now, words, able
        self.ours = organisation().time_zone
        self.day, self.month = cache(_day), cache(_month)

    def prepared(self, hit: _Hit) -> Prepared:
        language = language_of(hit.language)
        way = first_way(hit.preferred, _contacts(hit.contacts), self.able)
        changed = self.words.of(language)
        left = left_out(Plight(
            hit.case_open, hit.unforgiving, hit.in_peace, hit.told_already, way is not None, bool(changed)
        ))  # fmt: skip
        facts = self._facts(hit, language)
        message = "" if left else compose(changed, language, facts)
        brief = bool(message) and way is not None and way.channel is Channel.SMS
        return Prepared(
            row=hit.row, customer_id=hit.customer_id, customer_name=hit.name, case_id=hit.case_id, title=hit.title,
            language=language, left=left, way=None if left else way, message=message,
            sends=brief_of(language, facts) if brief else message,
        )  # fmt: skip

    def _facts(self, hit: _Hit, language: str) -> Facts:
        zone = ZoneInfo(hit.time_zone or self.ours)
        return Facts(
            first_name(hit.name) if hit.name.strip() else hit.name, hit.title,
            self.month(hit.opened_at.astimezone(zone).date().replace(day=1), language),
            self.day(self.live.astimezone(zone).date(), language), self.held,
        )  # fmt: skip


def _contacts(ways: Iterable[str]) -> list[tuple[str, str]]:
    return [(channel, address) for channel, _, address in (one.partition(" ") for one in ways)]


def _day(day: date, language: str) -> str:
    return said_day(day, DAY[language], language)


def _month(day: date, language: str) -> str:
    return said_day(day, MONTH[language], language)


# Everything about so many is read at once, each part by an index.
_HITS = """
SELECT a.row, c.id, y.id, c.name, c.language, c.time_zone, c.preferred_channel, c.in_peace, coalesce(reach.ways, '{}'),
       coalesce(what.title, y.title), coalesce(what.at, y.opened_at),
       EXISTS (SELECT FROM cases_case o WHERE o.customer_id = ANY(f.ids) AND o.closed_at IS NULL AND NOT o.light),
       EXISTS (SELECT FROM cases_case o WHERE o.customer_id = ANY(f.ids) AND o.outcome = 'will_not_forgive')
       OR EXISTS (SELECT FROM cases_satisfactioncheck s JOIN cases_case o ON o.id = s.case_id
                  WHERE o.customer_id = ANY(f.ids) AND s.answer = 'will_not_forgive' AND s.undone_at IS NULL),
       EXISTS (SELECT FROM learning_told t WHERE t.customer_id = ANY(f.ids) AND t.id <> a.row
               AND (t.told_at >= %(lately)s OR t.telling_id = %(telling)s AND (t.told_at IS NOT NULL OR t.id < a.row)))
FROM unnest(%(rows)s::bigint[], %(customers)s::bigint[], %(cases)s::bigint[])
     WITH ORDINALITY AS a(row, cu, number, place)
JOIN customers_customer was ON was.id = a.cu
JOIN customers_customer c ON c.id = coalesce(was.merged_into_id, was.id)
JOIN cases_case y ON y.id = a.number
CROSS JOIN LATERAL (
    SELECT ARRAY(SELECT c.id UNION ALL SELECT id FROM customers_customer WHERE merged_into_id = c.id) AS ids
) f
LEFT JOIN LATERAL (
    SELECT coalesce(p.title, x.what) AS title, x.at FROM cases_failure x
    LEFT JOIN promises_promise p ON p.id = x.promise_id WHERE x.case_id = y.id ORDER BY x.at, x.id LIMIT 1
) what ON true
LEFT JOIN LATERAL (
    SELECT array_agg(channel || ' ' || value ORDER BY channel = c.preferred_channel DESC, id) AS ways
    FROM customers_contactpoint WHERE customer_id = c.id
) reach ON true
ORDER BY a.place
"""
