"""Everything that asks customers whether it is right, comes back to them, and ends cases."""

from makegood.followups.actions.asking import answer, answer_oneself, ask, follow_up
from makegood.followups.actions.closures import close_process, keep_change
from makegood.followups.actions.ending import close, reopen
from makegood.followups.actions.hearing import hear_carrier, name_carrier, say_how_it_was
from makegood.followups.actions.planning import attend, come_back, spare
from makegood.followups.actions.questions import ask_due, follow_lost, send_question
from makegood.followups.actions.recognition import thank
from makegood.followups.actions.setting import set_patience, set_process_owner
from makegood.followups.actions.standing_in import stand_in
from makegood.followups.actions.undoing import undo

__all__ = [
    "answer",
    "answer_oneself",
    "ask",
    "ask_due",
    "attend",
    "close",
    "close_process",
    "come_back",
    "follow_lost",
    "follow_up",
    "hear_carrier",
    "keep_change",
    "name_carrier",
    "reopen",
    "say_how_it_was",
    "send_question",
    "set_patience",
    "set_process_owner",
    "spare",
    "stand_in",
    "thank",
    "undo",
]
