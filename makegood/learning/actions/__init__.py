"""Everything that writes improvements."""

from makegood.learning.actions.improving import begin, bring_live, drop, follow_late
from makegood.learning.actions.judging import judge_due

__all__ = ["begin", "bring_live", "drop", "follow_late", "judge_due"]
