"""From practice to work: who writes to customers only with a lead's look. Off until somebody turns it on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from makegood.conversation.actions import require_looks, trust, trust_only
from makegood.journal import actions as journal
from makegood.journal.actors import Actor
from makegood.kernel.refusals import invalid
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.practice.models import Basics
from makegood.practice.queries import scene_to_begin
from makegood.practice.queries.basics import basics, who_passed


@transaction.atomic
def set_basics(*, on: bool, scenes: Sequence[str], by: Actor, now: datetime) -> None:
    """Pick the basic scenes, and turn on or off that an agent who has not passed them all writes to customers only with
    a lead's look. What waits for a look already goes on waiting for it.

    Raises Refusal "people.not_allowed", "practice.no_scene", "practice.nothing".
    """
    require(by, Ability.ADMINISTER)
    names = list(dict.fromkeys(scenes))
    for one in names:
        scene_to_begin(one)
    if not names:
        raise invalid("practice.nothing", "Choose at least one scene.", field="scenes")
    Basics.objects.update_or_create(one=True, defaults={"scenes": names, "on": on})
    trust_only(who_passed(names))
    require_looks(on)
    journal.record("practice.policy_set", by=by, at=now, data={"on": on, "scenes": names})


def trust_who_passed(staff: Sequence[int]) -> None:
    """Let those of these people write alone who have passed every basic scene by now. For the transaction of a play."""
    policy = basics()
    if policy.on:
        trust(who_passed(policy.scenes, staff))
