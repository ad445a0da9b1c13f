"""Everything that writes remedies."""

from makegood.remedies.actions.playbooks import (
    Imported,
    import_playbooks,
    install_shipped,
    retire_playbook,
    save_playbook,
)

__all__ = ["Imported", "import_playbooks", "install_shipped", "retire_playbook", "save_playbook"]
