"""What letters to staff speak of, and what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from makegood.followups.queries.closures import left_to
from makegood.learning.queries.candidates import touching
from makegood.learning.queries.line_up import LineUp
from makegood.learning.rules.asked import PRESSING, SOON, Need, need_of
from makegood.learning.rules.letters import Asked, Closing, DayTold, Found, Held, Needs
from makegood.learning.rules.recurrence import State
from makegood.learning.rules.signals import group_words
from makegood.people.rules import Role, Scope
from makegood.platform.rows import fetch_rows


class LetterFacts(NamedTuple):
    """The last letter of a sort: its subject, when it was taken by a mail server, and why not."""

    what: str
    title: str
    made_at: datetime
    sent_at: datetime | None
    problem: str


def needs_of(staff_id: int, zone: ZoneInfo, now: datetime) -> Needs:
    """All that somebody is written to about, as it stands now."""
    return Needs(
        _asked_of(staff_id, zone, now), _closing_of(staff_id, zone, now), _found_for(staff_id), _held_for(staff_id, now)
    )


def _asked_of(staff_id: int, zone: ZoneInfo, now: datetime) -> list[Asked]:
    """The changes of somebody that need them, what presses most first."""
    found = [
        Asked(number, change, need_of(State(state), due_at, now), due_at.astimezone(zone))
        for number, change, state, due_at in fetch_rows(_ASKED, [staff_id])
    ]
    return sorted((one for one in found if one.need in PRESSING), key=lambda one: list(Need).index(one.need))


_ASKED = """
SELECT i.id, i.change, i.state, p.due_at FROM learning_improvement i JOIN promises_promise p ON p.id = i.promise_id
WHERE i.owner_id = %s AND i.state <> 'dropped' ORDER BY p.due_at, i.id
"""


def _closing_of(staff_id: int, zone: ZoneInfo, now: datetime) -> list[Closing]:
    """What is left to somebody after closed cases: what changes is theirs to say, or a change they promised is due
    within a week. It stands on a page that they can open."""
    left = left_to(staff_id, now + SOON)
    if not left:
        return []
    ((role,),) = fetch_rows("SELECT role FROM people_staff WHERE id = %s", [staff_id])
    page = "/closures/" if Scope(Role(role)).sees_customers else "/asked/"
    return [Closing(one.number, one.about, one.due_at.astimezone(zone) if one.due_at else None, page) for one in left]


def _found_for(staff_id: int) -> list[Found]:
    """What fails beyond chance where somebody answers for it, and is not being changed."""
    return [
        Found(one.id, group_words(one.what, one.value, one.name), one.due, one.failed, one.expected)
        for one in touching(staff_id) if one.improvement is None
    ]  # fmt: skip


def _held_for(staff_id: int, now: datetime) -> list[Held]:
    """The changes of somebody that hold, and were first found to within a week."""
    return [Held(*row) for row in fetch_rows(_HELD, {"me": staff_id, "since": now - SOON, "now": now})]


# Each judgement since says again that it holds: the first after the last that did not is the news.
_HELD = """
SELECT i.id, i.change FROM learning_improvement i CROSS JOIN LATERAL (
    SELECT min(e.at) FILTER (WHERE e.held AND e.id > e.before) AS at
    FROM (
        SELECT id, at, data ->> 'state' = 'held' AS held,
               coalesce(max(id) FILTER (WHERE data ->> 'state' <> 'held') OVER (), 0) AS before
        FROM journal_entry
        WHERE subject_kind = 'improvement' AND subject_id = i.id AND verb = 'improvement.judged' AND at <= %(now)s
    ) e
) first
WHERE i.owner_id = %(me)s::bigint AND i.state = 'held' AND first.at > %(since)s ORDER BY first.at, i.id
"""


def told_of(one: LineUp) -> DayTold:
    """A day of the line-up, for a letter."""
    return DayTold(
        one.day, one.counts, [(kind.name, kind.failed, kind.due) for kind in one.kinds],
        [(cause.name, cause.times) for cause in one.causes], [(change.change, change.verb) for change in one.changes],
        [Found(each.id, group_words(each.what, each.value, each.name), each.due, each.failed, each.expected)
         for each in one.signals],
    )  # fmt: skip


def wants_digest(staff_id: int) -> bool:
    """Whether they are written to when a change of theirs needs them: unless they said no."""
    found = fetch_rows("SELECT wanted FROM learning_digest WHERE staff_id = %s", [staff_id])
    return bool(found[0][0]) if found else True


def last_letters(staff_id: int) -> list[LetterFacts]:
    """The last letter of each sort to somebody."""
    return [LetterFacts(*row) for row in fetch_rows(_LAST, [staff_id])]


_LAST = """
SELECT DISTINCT ON (what) what, title, made_at, sent_at, problem FROM learning_letter WHERE staff_id = %s
ORDER BY what, made_at DESC
"""
