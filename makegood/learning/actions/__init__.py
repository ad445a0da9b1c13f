"""Everything that writes improvements."""

from makegood.learning.actions.improving import begin, bring_live, drop, follow_late, say_later
from makegood.learning.actions.judging import judge_due
from makegood.learning.actions.letters import claim_letter, note_posted, note_unposted, want_digest, write_digest
from makegood.learning.actions.line_up import leave_line_up, tell_line_up, want_line_up
from makegood.learning.actions.looking import dismiss, look_through, search_cause
from makegood.learning.actions.telling import begin_telling, say_changed, stop_telling, tell_due

__all__ = [
    "begin",
    "begin_telling",
    "bring_live",
    "claim_letter",
    "dismiss",
    "drop",
    "follow_late",
    "judge_due",
    "leave_line_up",
    "look_through",
    "note_posted",
    "note_unposted",
    "say_changed",
    "say_later",
    "search_cause",
    "stop_telling",
    "tell_due",
    "tell_line_up",
    "want_digest",
    "want_line_up",
    "write_digest",
]
