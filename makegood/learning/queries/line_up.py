"""The daily line-up: what failed on a day, what was learned, what went well. It tells of no customer by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from makegood.learning.rules.line_up import Counts, Topic
from makegood.learning.rules.signals import group_words
from makegood.platform.rows import fetch_rows


class KindOfDay(NamedTuple):
    """A kind of promise on a day: how many were due, kept in time, and failed."""

    slug: str
    name: str
    due: int
    kept: int
    failed: int


class CauseFound(NamedTuple):
    """A cause that was found on a day, and in how many cases."""

    slug: str
    name: str
    times: int


class Change(NamedTuple):
    """An improvement that went live, held or came back on a day (`verb`)."""

    number: int
    change: str
    verb: str


class SignalOfDay(NamedTuple):
    """A group that was found to fail beyond chance on a day: `what` (an attribute, "kind", "weekday" …) is `value`,
    called `name`; so many `failed` of those `due` where `expected` were."""

    id: int
    what: str
    value: str
    name: str
    due: int
    failed: int
    expected: float


class Thanks(NamedTuple):
    """Somebody who is recognised, and for what; what was said of them is theirs to read."""

    staff_id: int
    name: str
    told_first: bool
    stayed: bool
    in_person: bool


class Talk(NamedTuple):
    """The one thing to talk about: its topic, what it is about, and where it stands in the desk."""

    topic: Topic
    about: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineUp:
    """A day. `told_first` counts cases in which we spoke before the promise broke."""

    day: date
    kinds: tuple[KindOfDay, ...]
    causes: tuple[CauseFound, ...]
    changes: tuple[Change, ...]
    signals: tuple[SignalOfDay, ...]
    thanks: tuple[Thanks, ...]
    told_first: int
    talk: Talk

    @property
    def counts(self) -> Counts:
        """The day in figures."""
        return Counts(
            due=sum(one.due for one in self.kinds), failed=sum(one.failed for one in self.kinds),
            causes=sum(one.times for one in self.causes), changes=len(self.changes), recognised=len(self.thanks),
            signals=len(self.signals),
        )  # fmt: skip

    @property
    def kept(self) -> int:
        """Promises kept in time."""
        return sum(one.kept for one in self.kinds)


def line_up(day: date, zone: ZoneInfo) -> LineUp:
    """What happened on a day of a time zone."""
    span, kinds = _span(day, zone), kinds_of_day(day, zone)
    causes = tuple(CauseFound(*row) for row in fetch_rows(_CAUSES, span))
    changes = tuple(Change(*row) for row in fetch_rows(_CHANGES, span))
    thanks = tuple(Thanks(*row) for row in fetch_rows(_THANKS, span))
    ((told_first,),) = fetch_rows(_TOLD_FIRST, span)
    signals = tuple(SignalOfDay(*row) for row in fetch_rows(_SIGNALS, span))
    talk = _talk(kinds, causes, changes, thanks, signals)
    return LineUp(
        day=day, kinds=kinds, causes=causes, changes=changes, signals=signals, thanks=thanks, told_first=told_first,
        talk=talk,
    )  # fmt: skip


def kinds_of_day(day: date, zone: ZoneInfo) -> tuple[KindOfDay, ...]:
    """What was due on a day of a time zone, by kind; what failed most first."""
    return tuple(KindOfDay(*row) for row in fetch_rows(_KINDS, _span(day, zone)))


def _span(day: date, zone: ZoneInfo) -> dict[str, datetime]:
    tomorrow = day + timedelta(days=1)
    return {"since": datetime.combine(day, time(), zone), "before": datetime.combine(tomorrow, time(), zone)}


_KINDS = """
SELECT k.slug, k.name, count(*), count(*) FILTER (WHERE p.state = 'kept'), count(*) FILTER (WHERE p.state <> 'kept')
FROM promises_promise p JOIN promises_kind k ON k.id = p.kind_id
WHERE p.due_at >= %(since)s AND p.due_at < %(before)s AND NOT k.inside_case
  AND p.state IN ('kept', 'kept_late', 'broken', 'released')
GROUP BY k.slug, k.name ORDER BY 5 DESC, 3 DESC, 1
"""
_CAUSES = """
SELECT coalesce(g.slug, e.data ->> 'cause'), coalesce(g.name, e.data ->> 'name'), count(DISTINCT e.case_id)
FROM journal_entry e LEFT JOIN cases_cause g ON g.slug = e.data ->> 'cause'
WHERE e.verb = 'case.cause' AND e.at >= %(since)s AND e.at < %(before)s AND e.data ->> 'cause' <> ''
GROUP BY 1, 2 ORDER BY 3 DESC, 2 LIMIT 10
"""
_CHANGES = """
SELECT e.subject_id, i.change, CASE e.verb WHEN 'improvement.live' THEN 'live' ELSE e.data ->> 'state' END
FROM journal_entry e JOIN learning_improvement i ON i.id = e.subject_id
WHERE e.at >= %(since)s AND e.at < %(before)s
  AND (e.verb = 'improvement.live'
       OR e.verb = 'improvement.judged' AND e.data ->> 'state' IN ('held', 'came_back'))
ORDER BY e.id LIMIT 20
"""
_THANKS = """
SELECT r.staff_id, s.name, r.told_first, r.stayed, r.in_person
FROM followups_recognition r JOIN people_staff s ON s.id = r.staff_id
WHERE r.at >= %(since)s AND r.at < %(before)s ORDER BY r.id LIMIT 20
"""
_TOLD_FIRST = """
SELECT count(*) FROM cases_case WHERE opened_at >= %(since)s AND opened_at < %(before)s AND detected_by = 'forecast'
"""
_SIGNALS = """
SELECT s.id, s.what, s.value, coalesce(k.name, s.value), s.due, s.failed, s.expected
FROM learning_candidate s LEFT JOIN promises_kind k ON s.what = 'kind' AND k.slug = s.value
WHERE s.first_at >= %(since)s AND s.first_at < %(before)s AND s.standing AND s.dismissed_at IS NULL
ORDER BY s.failed - s.expected DESC, s.id LIMIT 10
"""


def _talk(
    kinds: tuple[KindOfDay, ...], causes: tuple[CauseFound, ...], changes: tuple[Change, ...],
    thanks: tuple[Thanks, ...], signals: tuple[SignalOfDay, ...],
) -> Talk:  # fmt: skip
    """What came back first, then what is new, then what was most of the day."""
    for one in changes:
        if one.verb == "came_back":
            return Talk(Topic.CAME_BACK, one.change, f"/improvements/{one.number}/")
    if signals:
        new = signals[0]
        return Talk(Topic.SIGNAL, group_words(new.what, new.value, new.name), f"/signals/{new.id}/")
    if causes:
        return Talk(Topic.CAUSE, causes[0].name, f"/causes/{causes[0].slug}/")
    if kinds and kinds[0].failed:
        return Talk(Topic.KIND, kinds[0].name, f"/promises/?kind={kinds[0].slug}&due=any")
    return Talk(Topic.THANKS, thanks[0].name, "") if thanks else Talk(Topic.NOTHING, "", "")


class WishFacts(NamedTuple):
    """When somebody is told, whether also when nothing happened, and whether by a letter."""

    hour: int
    quiet_too: bool
    by_mail: bool


def wish_of(staff_id: int) -> WishFacts | None:
    """Whether somebody is told of the line-up; None when not."""
    found = fetch_rows("SELECT hour, quiet_too, by_mail FROM learning_lineupwish WHERE staff_id = %s", [staff_id])
    return WishFacts(*found[0]) if found else None
