"""Scenes and one's own tries; what was assigned to whom, and what was said of it."""

from makegood.practice.queries.daily import SceneOfDay, scene_of_day
from makegood.practice.queries.first_day import case_for_first, first_day, offered_today
from makegood.practice.queries.playing import (
    Played,
    SceneLine,
    Try,
    require_player,
    run_for,
    scene_named,
    scenes,
    tries,
)

__all__ = [
    "Played",
    "SceneLine",
    "SceneOfDay",
    "Try",
    "case_for_first",
    "first_day",
    "offered_today",
    "require_player",
    "run_for",
    "scene_named",
    "scene_of_day",
    "scenes",
    "tries",
]
