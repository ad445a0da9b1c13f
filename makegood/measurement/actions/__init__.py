"""Everything that writes what was measured, and reports."""

from makegood.measurement.actions.counting import count_anew, count_changes
from makegood.measurement.actions.registering import claim_due, note_found, note_problem, note_sizes, register

__all__ = ["claim_due", "count_anew", "count_changes", "note_found", "note_problem", "note_sizes", "register"]
