"""Whether the daily figures are what counting them anew would give: of some days, or of all."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from makegood.journal.queries import START, read_after
from makegood.learning.queries.counting import PLACES
from makegood.measurement.marks import MINUTES
from makegood.measurement.models import Counting
from makegood.measurement.queries.contributions import CONTRIBUTIONS, TABLES
from makegood.platform.installation import organisation
from makegood.platform.rows import fetch_rows

_LATEST, _BY_LOT = 8, 12
_DAYS = """
SELECT first, (now() AT TIME ZONE %(zone)s)::date FROM (
    SELECT least(min(day), (SELECT (min(due_at) AT TIME ZONE %(zone)s)::date FROM promises_promise)) AS first
    FROM measurement_tally) known
"""
_LOT = """
SELECT day::date FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS day
ORDER BY random() LIMIT %(many)s
"""
_AT = {"p": "due_at", "c": "opened_at", "g": "given_at", "s": "answered_at"}
_IDS = """
SELECT t.id FROM unnest(%(days)s::date[]) AS day JOIN {table} t
  ON t.{at} >= day::timestamp AT TIME ZONE %(zone)s AND t.{at} < (day + 1)::timestamp AT TIME ZONE %(zone)s
UNION SELECT number FROM measurement_counted WHERE what = %(what)s AND day = ANY(%(days)s::date[])
"""
_ROWS = """
WITH fresh AS MATERIALIZED ({fresh}), stored AS MATERIALIZED (
    SELECT number, day, kind, team, marks::text[], places::text[], amounts::numeric[]
    FROM measurement_counted
    WHERE what = %(what)s AND number = ANY(%(ids)s::bigint[])
)
SELECT day FROM (TABLE fresh EXCEPT TABLE stored) a UNION SELECT day FROM (TABLE stored EXCEPT TABLE fresh) b
"""
_SUMS = """
WITH summed AS MATERIALIZED (
    SELECT {place} day, kind, team, mark, count(*)::bigint AS many, coalesce(sum(amount), 0) AS amount
    FROM measurement_counted, unnest(marks, amounts) AS one (mark, amount) {places} WHERE day = ANY(%(days)s::date[])
    GROUP BY {place} day, kind, team, mark
), stored AS MATERIALIZED (
    SELECT {place} day, kind, team, mark, many::bigint, amount FROM {table} WHERE day = ANY(%(days)s::date[])
)
SELECT day FROM (TABLE summed EXCEPT TABLE stored) a UNION SELECT day FROM (TABLE stored EXCEPT TABLE summed) b
"""


def counted_up() -> bool:
    """Whether all that has happened is counted: nothing of the journal, no change and no answer waits."""
    place = Counting.objects.first()
    if place is None or place.time_zone != organisation().time_zone or place.unfinished:
        return False
    newest = fetch_rows("SELECT coalesce(max(id), 0) FROM measurement_score", [])[0][0]
    return place.scores_to >= newest and not read_after(place.cursor or START, limit=1).entries


def waits_since() -> datetime | None:
    """When the first of what waits to be counted happened (aware UTC); None where nothing of the journal waits."""
    place = Counting.objects.first()
    waiting = read_after(place.cursor or START, limit=1).entries if place else ()
    return waiting[0].at if waiting else None


def days_counted() -> tuple[date, ...]:
    """Every day that there are figures of or might be, up to today; oldest first."""
    first, last = _ends()
    return tuple(first + timedelta(days=past) for past in range((last - first).days + 1))


def some_days() -> tuple[date, ...]:
    """The last eight days, and twelve of all by lot."""
    first, last = _ends()
    drawn = fetch_rows(_LOT, {"first": first, "last": last, "many": _BY_LOT})
    latest = {last - timedelta(days=past) for past in range(_LATEST)}
    return tuple(sorted({day for (day,) in drawn} | latest))


def differing(days: Collection[date]) -> tuple[date, ...]:
    """Those of these days whose figures differ from what the promises, cases, remedies and answers say."""
    asked = {"days": list(days), "zone": organisation().time_zone}
    found: set[date] = set()
    for what, table in TABLES.items():
        ids = [
            number for (number,) in fetch_rows(_IDS.format(table=table, at=_AT[what]), asked | {"what": what})
        ]  # fmt: skip
        more = {"what": what, "ids": ids, "minutes": list(MINUTES), "place_names": list(PLACES)}
        found |= {day for (day,) in fetch_rows(_ROWS.format(fresh=CONTRIBUTIONS[what]), asked | more)}
    for place, places, table in (
        ("", "", "measurement_tally"), ("place,", ", unnest(places) AS place", "measurement_tallyofplace")
    ):  # fmt: skip
        found |= {day for (day,) in fetch_rows(_SUMS.format(place=place, places=places, table=table), asked)}
    return tuple(sorted(found))


def _ends() -> tuple[date, date]:
    first, last = fetch_rows(_DAYS, {"zone": organisation().time_zone})[0]
    return min(first or last, last), last
