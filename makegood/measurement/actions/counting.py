"""Keeping the daily figures: what the journal says has moved is counted anew, and its difference is added."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence, Set

from django.db import connection, transaction

from makegood.journal.queries import START, Recorded, latest_cursor, read_after
from makegood.learning.queries.counting import PLACES
from makegood.measurement.actions.taking import CORRECTED, SCORES_TOLD
from makegood.measurement.marks import MINUTES
from makegood.measurement.models import Counted, Counting, Tally, TallyOfPlace
from makegood.measurement.queries.contributions import CONTRIBUTIONS, TABLES
from makegood.platform.installation import organisation
from makegood.platform.rows import fetch_rows

LIMIT = 5_000
_SLICE = 20_000

# All of it in one statement, so that every part sees the same instant: what changes a moment later is moved by a later
# entry of the journal, and is counted then. Rows that stand for the same as before are not written again.
_RECOUNT = """
WITH fresh AS MATERIALIZED ({fresh}),
stale AS MATERIALIZED (
    SELECT number, day, kind, team, marks::text[], places::text[], amounts::numeric[]
    FROM measurement_counted
    WHERE what = %(what)s AND number = ANY(%(ids)s::bigint[])
), moved AS MATERIALIZED (
    (SELECT 1 AS times, * FROM (TABLE fresh EXCEPT TABLE stale) a)
    UNION ALL (SELECT -1, * FROM (TABLE stale EXCEPT TABLE fresh) b)
), added AS (
    INSERT INTO measurement_tally AS t (day, kind, team, mark, many, amount)
    SELECT day, kind, team, mark, sum(times), coalesce(sum(times * amount), 0)
    FROM moved, unnest(marks, amounts) AS one (mark, amount) GROUP BY day, kind, team, mark
    HAVING sum(times) <> 0 OR coalesce(sum(times * amount), 0) <> 0
    ORDER BY day, kind, team, mark
    ON CONFLICT (day, kind, team, mark) DO UPDATE
        SET many = t.many + excluded.many, amount = t.amount + excluded.amount
), added_of_places AS (
    INSERT INTO measurement_tallyofplace AS t (place, day, kind, team, mark, many, amount)
    SELECT place, day, kind, team, mark, sum(times), coalesce(sum(times * amount), 0)
    FROM moved, unnest(places) AS place, unnest(marks, amounts) AS one (mark, amount)
    GROUP BY place, day, kind, team, mark
    HAVING sum(times) <> 0 OR coalesce(sum(times * amount), 0) <> 0
    ORDER BY place, day, kind, team, mark
    ON CONFLICT (place, day, kind, team, mark) DO UPDATE
        SET many = t.many + excluded.many, amount = t.amount + excluded.amount
), gone AS (
    DELETE FROM measurement_counted d USING stale s
    WHERE d.what = %(what)s AND d.number = s.number AND NOT EXISTS (SELECT FROM fresh f WHERE f.number = s.number)
)
INSERT INTO measurement_counted (what, number, day, kind, team, marks, places, amounts)
SELECT %(what)s, number, day, kind, team, marks, places, amounts FROM moved WHERE times = 1
ON CONFLICT (what, number) DO UPDATE SET day = excluded.day, kind = excluded.kind, team = excluded.team,
    marks = excluded.marks, places = excluded.places, amounts = excluded.amounts
"""
_FORGET_NOUGHT = (
    "DELETE FROM measurement_tally WHERE many = 0", "DELETE FROM measurement_tallyofplace WHERE many = 0",
)  # fmt: skip
_CASES_OF = """
SELECT case_id FROM cases_failure WHERE promise_id = ANY(%(promises)s::bigint[])
UNION SELECT case_id FROM cases_commitment WHERE promise_id = ANY(%(promises)s::bigint[])
"""
_GRANTS_OF = "SELECT id FROM remedies_grant WHERE case_id = ANY(%(cases)s::bigint[])"
_VOWS_OF = "SELECT promise_id FROM cases_commitment WHERE case_id = ANY(%(cases)s::bigint[])"
_SCORES_OF = "SELECT id FROM measurement_score WHERE case_id = ANY(%(cases)s::bigint[])"
# Whose team changed takes along what they own; a kind's team stands for those that nobody owns. That may be all there
# is, so it is done in slices, one a turn.
_OWNED = {
    ("staff", "p"): "promises_promise WHERE owner_id = %(whose)s",
    ("staff", "c"): "cases_case WHERE owner_id = %(whose)s",
    ("kind", "p"): "promises_promise WHERE kind_id = %(whose)s",
}
_SETTLED_SCORES = """
SELECT coalesce(max(id), 0), pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
       pg_current_xact_id()::text::bigint
FROM measurement_score
"""
# A number that nobody has takes no turn: a sequence has gaps, and long ones where much was rolled back.
_NEXT_SCORES = """
SELECT id FROM measurement_score WHERE id > %(after)s AND id <= %(upto)s ORDER BY id LIMIT %(most)s
"""


@transaction.atomic
def count_changes(*, limit: int = LIMIT) -> bool:
    """Count what up to `limit` moves since the last time changed, and the answers that came. Whether there was any.

    Several workers share this: one at a time reads on. Days are the organisation's: when its time zone was changed,
    everything is counted anew.
    """
    place = Counting.objects.select_for_update(skip_locked=True).first()
    if place is None:
        return False
    zone = organisation().time_zone
    if place.time_zone and place.time_zone != zone:
        _count_all(place, zone)
        return True
    place.time_zone = zone
    read = read_after(place.cursor or START, limit=limit)
    _count_moved(read.entries, zone)
    place.unfinished += _begun(read.entries)
    more = _count_owned(place, zone) | _count_scores(place, zone)
    place.cursor = read.cursor
    place.save()
    return bool(read.entries) or more


@transaction.atomic
def count_anew() -> None:
    """Count everything from the rows themselves: after they were written past the journal, or when in doubt."""
    place, _ = Counting.objects.select_for_update().get_or_create(pk=1, defaults={"cursor": START})
    _count_all(place, organisation().time_zone)


def _count_all(place: Counting, zone: str) -> None:
    # What moves from here on has an entry after this cursor, and is counted again.
    place.cursor, place.time_zone, place.unfinished = latest_cursor(), zone, []
    Tally.objects.all().delete()
    TallyOfPlace.objects.all().delete()
    Counted.objects.all().delete()
    for what, table in TABLES.items():
        first, last = fetch_rows(f"SELECT coalesce(min(id), 1), coalesce(max(id), 0) FROM {table}", ())[0]  # noqa: S608
        for start in range(first, last + 1, _SLICE):
            _recount(what, range(start, min(start + _SLICE, last + 1)), zone)
    # Answers that are being stored have numbers in between, so all are gone through once more, in turns.
    place.scores_to, place.scores_next, place.scores_xid = 0, 0, 0
    place.save()


def _count_moved(entries: Sequence[Recorded], zone: str) -> None:
    promises = {entry.subject_id for entry in entries if entry.subject_kind == "promise" and entry.subject_id}
    cases = {entry.case_id for entry in entries if entry.case_id}
    _count_of(promises, cases, zone)
    corrected = (entry.data[CORRECTED] for entry in entries if entry.verb == SCORES_TOLD and CORRECTED in entry.data)
    _recount("s", {number for numbers in corrected for number in numbers}, zone)


def _count_of(promises: Set[int], cases: Set[int], zone: str) -> None:
    """Count these, and what stands for them or is of the place that they are of."""
    if promises:
        cases = cases | _numbers(_CASES_OF, promises=list(promises))
    within = {"cases": list(cases)}
    _recount("p", promises | _numbers(_VOWS_OF, **within) if cases else promises, zone)
    if cases:
        _recount("c", cases, zone)
        _recount("g", _numbers(_GRANTS_OF, **within), zone)
        _recount("s", _numbers(_SCORES_OF, **within), zone)


def _numbers(statement: str, **asked: list[int] | int) -> set[int]:
    return {number for (number,) in fetch_rows(statement, asked)}


def _begun(entries: Sequence[Recorded]) -> list[list[str | int]]:
    """What is to be counted anew because people or kinds changed, from its first number on."""
    moved = {whose: _changed(entries, whose) for whose in ("staff", "kind")}
    return [[whose, number, what, 0] for whose, what in _OWNED for number in moved[whose]]


def _count_owned(place: Counting, zone: str) -> bool:
    """Count the next slice of what is left of that. Whether there was any."""
    if not place.unfinished:
        return False
    (whose, number, what, after), *rest = place.unfinished
    statement = f"SELECT id FROM {_OWNED[whose, what]} AND id > %(after)s ORDER BY id LIMIT %(most)s"  # noqa: S608
    found = _numbers(statement, whose=number, after=after, most=_SLICE)
    _count_of(found if what == "p" else set(), found if what == "c" else set(), zone)
    place.unfinished = [[whose, number, what, max(found)], *rest] if len(found) == _SLICE else rest
    return True


def _changed(entries: Iterable[Recorded], what: str) -> list[int]:
    """The people, or kinds of promise, of whom something was changed that tells where their promises count."""
    found = []
    for entry in entries:
        changed = set(entry.data.get("after", entry.data)) if entry.verb == f"{what}.changed" else set()
        if changed & {"team", "team_id", "inside_case"} and entry.subject_id:
            found.append(entry.subject_id)
    return found


def _count_scores(place: Counting, zone: str) -> bool:
    """Count answers in the order of their numbers. A number may be given before another and be stored after it, so
    those seen are counted once everything that was under way when they were seen has ended."""
    newest, oldest_under_way, own = fetch_rows(_SETTLED_SCORES, ())[0]
    if place.scores_next == place.scores_to and newest > place.scores_next:
        place.scores_next, place.scores_xid = newest, own
    if place.scores_next == place.scores_to or place.scores_xid >= oldest_under_way:
        return False
    found = _numbers(_NEXT_SCORES, after=place.scores_to, upto=place.scores_next, most=_SLICE)
    _recount("s", found, zone)
    place.scores_to = max(found) if len(found) == _SLICE else place.scores_next
    return True


def _recount(what: str, numbers: Collection[int], zone: str) -> None:
    """Let the tallies follow how these stand now."""
    for ids in _slices(numbers):
        with connection.cursor() as cursor:
            cursor.execute(
                _RECOUNT.format(fresh=CONTRIBUTIONS[what]),
                {"what": what, "ids": ids, "zone": zone, "minutes": list(MINUTES), "place_names": list(PLACES)},
            )
            for forget in _FORGET_NOUGHT:
                cursor.execute(forget)


def _slices(numbers: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(numbers)
    yield from (ordered[start : start + _SLICE] for start in range(0, len(ordered), _SLICE))
