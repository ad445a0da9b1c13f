"""Everything that writes cases."""

from makegood.cases.actions.causes import bring_causes, move_cause, restore_cause, retire_cause, save_cause
from makegood.cases.actions.charging import take_in_charge
from makegood.cases.actions.closing import name_cause_finder, record_cause
from makegood.cases.actions.committing import commit, keep_commitment, release_commitment, replace_commitment
from makegood.cases.actions.following import follow, forecast_promise, keep_promise
from makegood.cases.actions.hearing import change_customer, hear_as_wished
from makegood.cases.actions.owning import accept, assign, decline, offer, take
from makegood.cases.actions.presence import Here, come_to, forget_who_left
from makegood.cases.actions.reporting import mistakes_of, report_failure
from makegood.cases.actions.setting_ladder import set_ladder
from makegood.cases.actions.speaking import ask_for_link, write
from makegood.cases.actions.standing_in import reassign_absent
from makegood.cases.actions.working import note, record_step

__all__ = [
    "Here",
    "accept",
    "ask_for_link",
    "assign",
    "bring_causes",
    "change_customer",
    "come_to",
    "commit",
    "decline",
    "follow",
    "forecast_promise",
    "forget_who_left",
    "hear_as_wished",
    "keep_commitment",
    "keep_promise",
    "mistakes_of",
    "move_cause",
    "name_cause_finder",
    "note",
    "offer",
    "reassign_absent",
    "record_cause",
    "record_step",
    "release_commitment",
    "replace_commitment",
    "report_failure",
    "restore_cause",
    "retire_cause",
    "save_cause",
    "set_ladder",
    "take",
    "take_in_charge",
    "write",
]
