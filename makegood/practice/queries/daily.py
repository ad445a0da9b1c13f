"""The scene of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from makegood.learning.queries.line_up import LineUp, kinds_of_day
from makegood.practice.queries.writing import published_before
from makegood.practice.rules.daily import of_day
from makegood.practice.rules.scene_file import shipped
from makegood.practice.rules.values import Scene


@dataclass(frozen=True, slots=True)
class SceneOfDay:
    """A scene, and the kind of promise that failed most on that day and of which it is ("" when it is of none)."""

    scene: Scene
    kind: str


def scene_of_day(day: date, zone: ZoneInfo, known: LineUp | None = None) -> SceneOfDay:
    """The scene to talk about a day with, the same for everybody: `zone` is the organisation's. What is `known` of the
    day in that zone is not counted again. The organisation's own scenes take part from the day after they were first
    published, so that what was shown for a day does not change by it."""
    failed = [one for one in (known.kinds if known else kinds_of_day(day, zone)) if one.failed]
    worst, name = (failed[0].slug, failed[0].name) if failed else ("", "")
    ends = datetime.combine(day + timedelta(days=1), time(), zone)
    found = of_day(day, worst, (*shipped().values(), *published_before(ends)))
    return SceneOfDay(found, name if worst in found.about else "")
