"""Scenes and one's own tries; what was assigned to whom, and what was said of it."""

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
    "Try",
    "case_for_first",
    "first_day",
    "offered_today",
    "require_player",
    "run_for",
    "scene_named",
    "scenes",
    "tries",
]
