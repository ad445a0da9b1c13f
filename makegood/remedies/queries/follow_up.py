"""The follow-up plan that the playbooks in force have for a case."""

from __future__ import annotations

from datetime import datetime

from makegood.cases.queries import CaseFacts
from makegood.customers.queries import CustomerFacts
from makegood.remedies.models import Grant
from makegood.remedies.queries.picking import situation_of
from makegood.remedies.queries.playbooks import active_playbooks
from makegood.remedies.rules.follow_up import follow_up_plan, told_apart
from makegood.remedies.rules.granting import GrantState
from makegood.remedies.rules.playbooks import FollowUp


def follow_ups_for(case: CaseFacts, customer: CustomerFacts, now: datetime) -> tuple[FollowUp, ...]:
    """When we come back to the customer of a case, and with what."""
    situation = situation_of(case, customer, loss=None, currency="", answers={}, now=now)
    given = Grant.objects.filter(case_id=case.number, state=GrantState.GIVEN)
    chosen = set(given.order_by().values_list("playbook", "rule", "option"))
    return told_apart(follow_up_plan(active_playbooks(), situation, chosen))
