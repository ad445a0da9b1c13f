"""The only writers of practice."""

from makegood.practice.actions.assigning import assign, take_back
from makegood.practice.actions.basics import set_basics
from makegood.practice.actions.commenting import comment
from makegood.practice.actions.first_day import note_read, put_away, take_first_case
from makegood.practice.actions.from_case import draft_from_case
from makegood.practice.actions.playing import leave, look_up, say, start, start_assigned, wait
from makegood.practice.actions.voicing import phrase
from makegood.practice.actions.writing import publish_scene, save_scene, withdraw_scene

__all__ = [
    "assign",
    "comment",
    "draft_from_case",
    "leave",
    "look_up",
    "note_read",
    "phrase",
    "publish_scene",
    "put_away",
    "save_scene",
    "say",
    "set_basics",
    "start",
    "start_assigned",
    "take_back",
    "take_first_case",
    "wait",
    "withdraw_scene",
]
