"""Everything that writes reports."""

from makegood.measurement.actions.registering import claim_due, note_found, note_problem, note_sizes, register

__all__ = ["claim_due", "note_found", "note_problem", "note_sizes", "register"]
