"""Everything that reads follow-ups and the ends of cases."""

from makegood.followups.queries.ending import allowed, obstacles
from makegood.followups.queries.following import FollowUpFacts, follow_ups_of, patience

__all__ = ["FollowUpFacts", "allowed", "follow_ups_of", "obstacles", "patience"]
