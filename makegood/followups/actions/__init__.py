"""Everything that asks customers whether it is right, and ends cases."""

from makegood.followups.actions.asking import answer, answer_oneself, ask
from makegood.followups.actions.ending import close
from makegood.followups.actions.undoing import undo

__all__ = ["answer", "answer_oneself", "ask", "close", "undo"]
