"""Counting failures per promise due, by what is known of the promises: where, by whom, of what, on which day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from makegood.learning.rules.signals import Cell, Signal, signals
from makegood.platform.rows import fetch_rows

PLACES = (
    "airport", "area", "branch", "building", "city", "country", "department", "depot", "dest", "destination",
    "district", "from", "hotel", "neighborhood", "neighbourhood", "office", "origin", "place", "queue", "region",
    "route", "shop", "site", "state", "station", "store", "to", "ward", "warehouse",
)  # fmt: skip
SUPPLIERS = ("airline", "carrier", "contractor", "courier", "manufacturer", "partner", "shipper", "supplier", "vendor")
PRODUCTS = ("category", "item", "model", "plan", "product", "reason", "service", "sku", "type")
LOOKED_AT = (*PLACES, *SUPPLIERS, *PRODUCTS)
"""Attributes that are known when something is promised. How it ended is also among the attributes of some sources, and
would always stand out: what is not named here is looked at only when asked for."""

_LONGEST_VALUE, _SHORTEST_WORD, _FEWEST = 80, 4, 20

# Kinds are compared with each other, so that theirs is the week alone. A word counts once in a title.
_COUNTED = """
WITH due AS MATERIALIZED (
    SELECT p.id, k.slug AS kind, coalesce(t.name, '') AS team, p.title, p.attributes, p.state <> 'kept' AS failed,
           to_char(p.due_at AT TIME ZONE %(zone)s, 'IYYY-IW') AS week,
           to_char(p.due_at AT TIME ZONE %(zone)s, 'ID') AS day
    FROM promises_promise p JOIN promises_kind k ON k.id = p.kind_id LEFT JOIN people_team t ON t.id = k.team_id
    WHERE NOT k.inside_case AND p.state IN ('kept', 'kept_late', 'broken', 'released')
      AND p.due_at >= %(since)s AND p.due_at < %(before)s
), grouped AS (
    SELECT g.what, g.value, due.kind, due.week, count(*) AS due, count(*) FILTER (WHERE failed) AS failed
    FROM due, LATERAL (
        SELECT name AS what, left(attributes ->> name, %(longest)s) AS value
        FROM unnest(%(names)s::text[]) AS name WHERE attributes ->> name <> ''
        UNION ALL SELECT 'weekday', day
        UNION ALL
        SELECT DISTINCT 'word', word FROM regexp_split_to_table(lower(title), '[^[:alpha:]]+') AS word
        WHERE length(word) >= %(shortest)s
    ) g GROUP BY 1, 2, 3, 4
), large AS (
    SELECT what, value FROM grouped GROUP BY 1, 2 HAVING sum(due) >= %(fewest)s
)
SELECT what, value, kind, week, due, failed FROM grouped JOIN large USING (what, value)
UNION ALL
SELECT 'kind', kind, '', week, count(*), count(*) FILTER (WHERE failed) FROM due GROUP BY kind, week
UNION ALL
SELECT 'team', team, '', week, count(*), count(*) FILTER (WHERE failed) FROM due WHERE team <> '' GROUP BY team, week
UNION ALL
SELECT '', '', coalesce(kind, ''), week, count(*), count(*) FILTER (WHERE failed)
FROM due GROUP BY GROUPING SETS ((kind, week), (week))
"""


def beyond_chance(*, days: int, before: datetime, zone: str, also: Collection[str] = ()) -> tuple[Signal, ...]:
    """What fails beyond chance among the promises due in the `days` that end with `before`."""
    return signals(counted(since=before - timedelta(days=days), before=before, zone=zone, also=also))


def counted(*, since: datetime, before: datetime, zone: str, also: Collection[str] = ()) -> list[Cell]:
    """How many promises were due and failed in each week, of each kind, and in each group of `LOOKED_AT` and of the
    attributes `also`; of weekdays, words of titles, kinds and teams too. Weeks are the calendar's in `zone`; promises
    made inside cases are not counted, nor groups of fewer than twenty."""
    values = {
        "since": since, "before": before, "zone": zone, "names": sorted({*LOOKED_AT, *also}),
        "longest": _LONGEST_VALUE, "shortest": _SHORTEST_WORD, "fewest": _FEWEST,
    }  # fmt: skip
    return [Cell(*row) for row in fetch_rows(_COUNTED, values)]
