"""Everything that asks customers whether it is right, comes back to them, and ends cases."""

from makegood.followups.actions.asking import answer, answer_oneself, ask, follow_up
from makegood.followups.actions.ending import close, reopen
from makegood.followups.actions.planning import attend, spare
from makegood.followups.actions.undoing import undo

__all__ = ["answer", "answer_oneself", "ask", "attend", "close", "follow_up", "reopen", "spare", "undo"]
