"""A case that was opened just now, whole, without reading it again."""

from __future__ import annotations

from makegood.cases.actions.opening import Opened, Trouble
from makegood.cases.queries.record import CaseFacts, CommitmentFacts, FailureFacts
from makegood.cases.rules import Purpose, Story, allowed, stage_of
from makegood.customers.queries import Living
from makegood.people.rules import Scope
from makegood.promises.queries import KindFacts

# What has happened in a case that was opened just now: nothing yet, and one promise to speak to the customer.
_NEW = Story(
    taken_at=None, closed_at=None, reopened=False, steps=(), commitments_open=1, commitments_broken=0, promised=False,
    answers=(), has_cause=False, has_cause_finder=False, awaits_take_in_charge=False,
)  # fmt: skip


def facts_of_opened(opened: Opened, trouble: Trouble, kind: KindFacts, scope: Scope) -> CaseFacts:
    """What reading it again would give to somebody who may see it, for a harm of no promise to a customer who was not
    failed before."""
    case, people = opened.case, opened.everybody.people
    owner = people[case.owner_id]
    return CaseFacts(
        number=case.id, customer_id=case.customer_id, customer_name=opened.customer.name, kind=kind.slug,
        kind_name=kind.name, title=case.title, severity=case.severity, criticality=case.criticality,
        detected_by=case.detected_by, opened_at=case.opened_at, owner_id=owner.id, owner_name=owner.name,
        taken_at=None, offered_to_id=None, offered_to_name="", offered_at=None, offer_note="",
        sponsor_id=None, sponsor_name="", ordinal=case.ordinal,
        repeat_of=case.repeat_of_id, harm=case.harm, needs=case.needs,
        cause="", cause_name="", cause_note="", whys=(), improved_at=None, cause_finder_id=None,
        cause_finder_name="", outcome="", closed_at=None, reopened_at=None, stage=stage_of(_NEW),
        story=_NEW,
        allowed=allowed(_NEW, scope=scope, owner_id=owner.id, offered_to_id=None, drawn_in=False),
        failures=(_failure(opened, trouble),), steps=(), commitments=(_first_contact(opened),), escalations=(),
        checks=(),
    )  # fmt: skip


def _failure(opened: Opened, trouble: Trouble) -> FailureFacts:
    return FailureFacts(
        what=opened.case.title, failure_class=trouble.failure_class, severity=trouble.severity,
        detected_by=trouble.detected_by, at=opened.case.opened_at, corrected_at=None, promise=None,
    )  # fmt: skip


def _first_contact(opened: Opened) -> CommitmentFacts:
    owner = opened.everybody.people[opened.case.owner_id]
    customer = Living(opened.case.customer_id, opened.customer.name, opened.customer.time_zone)
    return CommitmentFacts(Purpose.FIRST_CONTACT, opened.contact.facts(customer, owner_name=owner.name))
