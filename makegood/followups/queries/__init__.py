"""Everything that reads follow-ups and the ends of cases."""

from makegood.followups.queries.closures import (
    ClosureCounts,
    ClosureFacts,
    HearingFacts,
    NamedOwner,
    closure_counts,
    closure_for,
    closures,
    process_owners,
)
from makegood.followups.queries.ending import allowed, obstacles
from makegood.followups.queries.following import FollowUpFacts, follow_ups_of, patience
from makegood.followups.queries.listing import (
    FollowUpFilter,
    FollowUpLine,
    FollowUpPage,
    count_follow_ups,
    follow_ups,
)
from makegood.followups.queries.questions import ways_to_ask
from makegood.followups.queries.recognition import RecognitionFacts, colleague_of, may_read, recognition_of

__all__ = [
    "ClosureCounts",
    "ClosureFacts",
    "FollowUpFacts",
    "FollowUpFilter",
    "FollowUpLine",
    "FollowUpPage",
    "HearingFacts",
    "NamedOwner",
    "RecognitionFacts",
    "allowed",
    "closure_counts",
    "closure_for",
    "closures",
    "colleague_of",
    "count_follow_ups",
    "follow_ups",
    "follow_ups_of",
    "may_read",
    "obstacles",
    "patience",
    "process_owners",
    "recognition_of",
    "ways_to_ask",
]
