"""Everything that reads follow-ups and the ends of cases."""

from makegood.followups.queries.closures import (
    ClosureCounts,
    ClosureFacts,
    HearingFacts,
    NamedOwner,
    closure_counts,
    closure_for,
    closures,
    own_closures,
    process_owners,
)
from makegood.followups.queries.ending import allowed, obstacles
from makegood.followups.queries.following import FollowUpFacts, follow_ups_of, patience

__all__ = [
    "ClosureCounts",
    "ClosureFacts",
    "FollowUpFacts",
    "HearingFacts",
    "NamedOwner",
    "allowed",
    "closure_counts",
    "closure_for",
    "closures",
    "follow_ups_of",
    "obstacles",
    "own_closures",
    "patience",
    "process_owners",
]
