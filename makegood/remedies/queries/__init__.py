"""Everything that reads remedies."""

from makegood.remedies.queries.authority import limits
from makegood.remedies.queries.bindings import BindingFacts, binding_named, binding_versions, bindings
from makegood.remedies.queries.coaching import blame_in, coaching, faults_in, hear_words
from makegood.remedies.queries.consistency import Alike, Consistency, Spread, Standout, consistency
from makegood.remedies.queries.ending import BeforeEnding, before_ending
from makegood.remedies.queries.follow_up import follow_ups_for
from makegood.remedies.queries.grants import (
    ApprovalFacts,
    GrantFacts,
    approval_for,
    approvals_asked_of,
    approvals_awaited,
    approvals_waiting,
    grants_of,
    precedents,
    still_to_do,
    words_of,
)
from makegood.remedies.queries.loss import cap
from makegood.remedies.queries.offers import OfferFacts, OptionFacts, offer_for, offers_of
from makegood.remedies.queries.owing import Failed, Owed, owing, owing_to
from makegood.remedies.queries.picking import Decider, Pick, Picker, PickPart, Reckoned, picker
from makegood.remedies.queries.plan import Plan, before_apology, is_spoken, kept_plan, plan_of
from makegood.remedies.queries.playbooks import (
    PlaybookFacts,
    PlaybookPage,
    VersionFacts,
    active_playbooks,
    playbook_named,
    playbook_version,
    playbooks,
)
from makegood.remedies.queries.shelf import policies, policies_at_hand

__all__ = [
    "Alike",
    "ApprovalFacts",
    "BeforeEnding",
    "BindingFacts",
    "Consistency",
    "Decider",
    "Failed",
    "GrantFacts",
    "OfferFacts",
    "OptionFacts",
    "Owed",
    "Pick",
    "PickPart",
    "Picker",
    "Plan",
    "PlaybookFacts",
    "PlaybookPage",
    "Reckoned",
    "Spread",
    "Standout",
    "VersionFacts",
    "active_playbooks",
    "approval_for",
    "approvals_asked_of",
    "approvals_awaited",
    "approvals_waiting",
    "before_apology",
    "before_ending",
    "binding_named",
    "binding_versions",
    "bindings",
    "blame_in",
    "cap",
    "coaching",
    "consistency",
    "faults_in",
    "follow_ups_for",
    "grants_of",
    "hear_words",
    "is_spoken",
    "kept_plan",
    "limits",
    "offer_for",
    "offers_of",
    "owing",
    "owing_to",
    "picker",
    "plan_of",
    "playbook_named",
    "playbook_version",
    "playbooks",
    "policies",
    "policies_at_hand",
    "precedents",
    "still_to_do",
    "words_of",
]
