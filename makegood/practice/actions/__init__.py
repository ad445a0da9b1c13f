"""The only writers of practice."""

from makegood.practice.actions.playing import leave, look_up, say, start, wait

__all__ = ["leave", "look_up", "say", "start", "wait"]
