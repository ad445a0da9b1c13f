"""Everything that writes what was measured, and reports."""

from makegood.measurement.actions.aiming import set_aim
from makegood.measurement.actions.answering import answer, leave_in_peace, skip
from makegood.measurement.actions.asking import ask_due
from makegood.measurement.actions.counting import count_anew, count_changes
from makegood.measurement.actions.looking import ask_look, note_look
from makegood.measurement.actions.monthly import ToSend, claim_reader, note_sent, note_unsent, subscribe, unsubscribe
from makegood.measurement.actions.planning import draw_today, plan_after_cases
from makegood.measurement.actions.registering import (
    claim_due,
    let_go,
    note_found,
    note_problem,
    note_progress,
    note_sizes,
    register,
)
from makegood.measurement.actions.setting import set_asking
from makegood.measurement.actions.sharing import revoke_view, share_view
from makegood.measurement.actions.taking import Heard, take_behaviour, take_scores
from makegood.measurement.actions.tokens import token_of

__all__ = [
    "Heard",
    "ToSend",
    "answer",
    "ask_due",
    "ask_look",
    "claim_due",
    "claim_reader",
    "count_anew",
    "count_changes",
    "draw_today",
    "leave_in_peace",
    "let_go",
    "note_found",
    "note_look",
    "note_problem",
    "note_progress",
    "note_sent",
    "note_sizes",
    "note_unsent",
    "plan_after_cases",
    "register",
    "revoke_view",
    "set_aim",
    "set_asking",
    "share_view",
    "skip",
    "subscribe",
    "take_behaviour",
    "take_scores",
    "token_of",
    "unsubscribe",
]
