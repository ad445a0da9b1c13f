"""The only writers of practice."""

from makegood.practice.actions.first_day import note_read, put_away, take_first_case
from makegood.practice.actions.playing import leave, look_up, say, start, wait

__all__ = ["leave", "look_up", "note_read", "put_away", "say", "start", "take_first_case", "wait"]
