"""Where the coach does more than advise, and what left although it found faults."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from makegood.cases.actions.holding import entry, person
from makegood.conversation.models import CoachOverride, CoachRule, Message
from makegood.conversation.rules.policy import JUDGED, SEVERITIES, distinct
from makegood.journal.actions import record, record_many
from makegood.journal.actors import Actor
from makegood.kernel.refusals import invalid
from makegood.people.queries import require
from makegood.people.rules import Ability


@transaction.atomic
def require_clean(channel: str, *, from_severity: int | None, by: Actor, now: datetime) -> None:
    """Let messages by a channel leave only clean in cases of this severity or more, or with None only advise.

    Raises Refusal "people.not_allowed", "coach.bad_value".
    """
    require(by, Ability.ADMINISTER)
    if channel not in JUDGED:
        raise invalid("coach.bad_value", f"Choose how it is written: {', '.join(JUDGED)}.", field="channel")
    if from_severity is not None and from_severity not in SEVERITIES:
        raise invalid("coach.bad_value", "Choose a severity from 1 to 4, or none.", field="from_severity")
    if from_severity is None:
        CoachRule.objects.filter(channel=channel).delete()
    else:
        CoachRule.objects.update_or_create(channel=channel, defaults={"from_severity": from_severity})
    record("coach.policy_set", by=by, at=now, data={"channel": channel, "from_severity": from_severity})


def note_override(message_id: int, codes: Collection[str], *, reason: str, by: Actor, now: datetime) -> None:
    """Record that a message leaves with these faults, and why. For whoever wrote it in the same transaction."""
    found = distinct(codes)
    CoachOverride.objects.create(message_id=message_id, by_id=person(by), codes=found, at=now)
    number, customer = Message.objects.values_list("thread__case_id", "thread__case__customer_id").get(pk=message_id)
    told = {"message": message_id, "codes": found, "reason": reason}
    record_many([entry("coach_overridden", number, customer, by=by, at=now, data=told)])
