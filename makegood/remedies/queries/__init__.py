"""Everything that reads remedies."""

from makegood.remedies.queries.authority import limits
from makegood.remedies.queries.grants import (
    ApprovalFacts,
    GrantFacts,
    approval_for,
    approvals_waiting,
    grants_of,
    precedents,
)
from makegood.remedies.queries.picking import Decider, Pick, Picker, picker
from makegood.remedies.queries.playbooks import (
    PlaybookFacts,
    PlaybookPage,
    VersionFacts,
    active_playbooks,
    playbook_named,
    playbook_version,
    playbooks,
)

__all__ = [
    "ApprovalFacts",
    "Decider",
    "GrantFacts",
    "Pick",
    "Picker",
    "PlaybookFacts",
    "PlaybookPage",
    "VersionFacts",
    "active_playbooks",
    "approval_for",
    "approvals_waiting",
    "grants_of",
    "limits",
    "picker",
    "playbook_named",
    "playbook_version",
    "playbooks",
    "precedents",
]
