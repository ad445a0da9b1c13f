"""Everything that writes remedies."""

from makegood.remedies.actions.approving import ask_approval, decide, follow_silence
from makegood.remedies.actions.bindings import bind, retire_binding
from makegood.remedies.actions.calling import Next, log_call
from makegood.remedies.actions.choosing import choose, choose_for, settle_offers, want_else
from makegood.remedies.actions.drafting import Draft, draft_message
from makegood.remedies.actions.fulfilling import (
    fail_grant,
    follow_ended,
    fulfil_grant,
    let_off_promise,
    release_commitment,
    replace_commitment,
    replace_promise,
    withdraw_grant,
)
from makegood.remedies.actions.granting import grant, grant_owed
from makegood.remedies.actions.judging import explain_difference, name_failure
from makegood.remedies.actions.limits import install_limits, remove_limit, set_cap, set_limit
from makegood.remedies.actions.offering import let_choose, withdraw_offer
from makegood.remedies.actions.paying import follow_unpaid
from makegood.remedies.actions.planning import change_plan, take_step
from makegood.remedies.actions.playbooks import (
    Imported,
    import_playbooks,
    install_shipped,
    retire_playbook,
    save_playbook,
)
from makegood.remedies.actions.telling import renounce, tell_facts
from makegood.remedies.actions.writing import post_letter, write_to_customer

__all__ = [
    "Draft",
    "Imported",
    "Next",
    "ask_approval",
    "bind",
    "change_plan",
    "choose",
    "choose_for",
    "decide",
    "draft_message",
    "explain_difference",
    "fail_grant",
    "follow_ended",
    "follow_silence",
    "follow_unpaid",
    "fulfil_grant",
    "grant",
    "grant_owed",
    "import_playbooks",
    "install_limits",
    "install_shipped",
    "let_choose",
    "let_off_promise",
    "log_call",
    "name_failure",
    "post_letter",
    "release_commitment",
    "remove_limit",
    "renounce",
    "replace_commitment",
    "replace_promise",
    "retire_binding",
    "retire_playbook",
    "save_playbook",
    "set_cap",
    "set_limit",
    "settle_offers",
    "take_step",
    "tell_facts",
    "want_else",
    "withdraw_grant",
    "withdraw_offer",
    "write_to_customer",
]
