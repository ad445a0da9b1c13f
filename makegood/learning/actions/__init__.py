"""Everything that writes improvements."""

from makegood.learning.actions.improving import begin, bring_live, drop, follow_late
from makegood.learning.actions.judging import judge_due
from makegood.learning.actions.telling import begin_telling, say_changed, stop_telling, tell_due

__all__ = [
    "begin",
    "begin_telling",
    "bring_live",
    "drop",
    "follow_late",
    "judge_due",
    "say_changed",
    "stop_telling",
    "tell_due",
]
