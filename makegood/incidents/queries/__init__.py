"""Everything that reads incidents."""

from makegood.incidents.queries.collecting import Common, Found, look
from makegood.incidents.queries.members import (
    MemberLine,
    MembersPage,
    Tally,
    dry_run,
    every_message,
    members,
    tally,
)
from makegood.incidents.queries.reading import (
    AskedFacts,
    Counts,
    IncidentFacts,
    IncidentLine,
    Told,
    Waits,
    incident_for,
    incidents,
    told_in_case,
    waits_for_decision,
)
from makegood.incidents.queries.suggesting import suggestions

__all__ = [
    "AskedFacts",
    "Common",
    "Counts",
    "Found",
    "IncidentFacts",
    "IncidentLine",
    "MemberLine",
    "MembersPage",
    "Tally",
    "Told",
    "Waits",
    "dry_run",
    "every_message",
    "incident_for",
    "incidents",
    "look",
    "members",
    "suggestions",
    "tally",
    "told_in_case",
    "waits_for_decision",
]
