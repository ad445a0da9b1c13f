"""Scenes and one's own tries; what was assigned to whom, and what was said of it."""

from makegood.practice.queries.assigning import (
    Assigned,
    Member,
    Remark,
    Reviewed,
    assigned_to_me,
    leads,
    my_assignments,
    reviewed,
    team,
)
from makegood.practice.queries.basics import Policy, basics, still_to_pass, who_passed
from makegood.practice.queries.daily import SceneOfDay, scene_of_day
from makegood.practice.queries.first_day import case_for_first, first_day, offered_today
from makegood.practice.queries.from_case import somebody_in
from makegood.practice.queries.playing import (
    Played,
    SceneLine,
    Try,
    require_player,
    run_for,
    scene_named,
    scene_to_begin,
    scenes,
    tries,
)
from makegood.practice.queries.writing import OwnSceneFacts, own_scene, own_scenes, published

__all__ = [
    "Assigned",
    "Member",
    "OwnSceneFacts",
    "Played",
    "Policy",
    "Remark",
    "Reviewed",
    "SceneLine",
    "SceneOfDay",
    "Try",
    "assigned_to_me",
    "basics",
    "case_for_first",
    "first_day",
    "leads",
    "my_assignments",
    "offered_today",
    "own_scene",
    "own_scenes",
    "published",
    "require_player",
    "reviewed",
    "run_for",
    "scene_named",
    "scene_of_day",
    "scene_to_begin",
    "scenes",
    "somebody_in",
    "still_to_pass",
    "team",
    "tries",
    "who_passed",
]
