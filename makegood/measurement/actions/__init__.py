"""Everything that writes what was measured, and reports."""

from makegood.measurement.actions.counting import count_anew, count_changes
from makegood.measurement.actions.registering import claim_due, note_found, note_problem, note_sizes, register
from makegood.measurement.actions.taking import Heard, take_behaviour, take_scores

__all__ = [
    "Heard",
    "claim_due",
    "count_anew",
    "count_changes",
    "note_found",
    "note_problem",
    "note_sizes",
    "register",
    "take_behaviour",
    "take_scores",
]
