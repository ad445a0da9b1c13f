"""Everything that reads remedies."""

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
    "PlaybookFacts",
    "PlaybookPage",
    "VersionFacts",
    "active_playbooks",
    "playbook_named",
    "playbook_version",
    "playbooks",
]
