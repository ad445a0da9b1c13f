"""What the coach finds in the messages of an incident that a policy requires to be clean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from makegood.cases.queries import is_cause_improved
from makegood.cases.rules import GRAVEST
from makegood.conversation.coach import Context, Finding, languages, read
from makegood.conversation.queries import carried_channels, coach_policy
from makegood.conversation.rules.messages import Channel
from makegood.conversation.rules.policy import requires
from makegood.incidents.models import Incident, Member
from makegood.incidents.queries.preparing import Hit, Prepared, Stage, dues, hits, plight_of, prepare, way_of
from makegood.incidents.rules.judging import judge
from makegood.incidents.rules.plan import Plan, plan_of
from makegood.incidents.rules.saying import message_of
from makegood.people.queries import roster
from makegood.platform.installation import organisation
from makegood.remedies.rules.plan import language_of


def faults_told(row: Incident, *, now: datetime) -> tuple[Finding, ...]:
    """What is wrong with what a release would tell now, each fault once; nothing where no message must be clean.

    Read as the first customer of each language and way gets it, once as whoever we apologised to lately does. Nothing
    is found in a language that the coach has no rules for.
    """
    policy = coach_policy()
    if not policy:
        return ()
    plan = plan_of(row.plan)
    stage = Stage(row.owner_id, roster(now), now)
    improved, found = is_cause_improved(row.cause_id), dict[tuple[str, str], Finding]()
    for one in prepare(_first_of_each(row, plan, policy, now), plan, stage):
        for fault in _faults(one, improved=improved):
            found.setdefault((fault.code, fault.words), fault)
    return tuple(found.values())


def _faults(one: Prepared, *, improved: bool) -> tuple[Finding, ...]:
    if one.language not in languages():
        return ()
    known = Context(apologies=int(one.hit.apologised), improved=improved)
    return read(one.words or message_of(one.told), language=one.language, context=known).faults


def _first_of_each(row: Incident, plan: Plan, policy: Mapping[Channel, int], now: datetime) -> list[int]:
    """Of those who would be told by a message that must be clean, the first of each language and way."""
    waiting = Member.objects.filter(incident=row, told_at=None, left_out="").order_by("pk")
    found = hits(list(waiting.values_list("pk", flat=True)), currency=organisation().currency, now=now)
    owed, able = dues(found, now=now), carried_channels()
    first: dict[tuple[str, str, bool], int] = {}
    for hit in found:
        way = way_of(hit, able)
        channel = way.channel if way else Channel.PAGE
        told = judge(plight_of(hit, owed.get(hit.member_id, ()), plan), plan.line).left is None
        if told and requires(policy, channel, _severity(hit)):
            first.setdefault((language_of(hit.language), channel, hit.apologised), hit.member_id)
    return list(first.values())


def _severity(hit: Hit) -> int:
    """Of what severity their case will be: one more when it joins or follows another, as cases themselves count."""
    graver = max(hit.severity or 1, hit.case_severity or 1)
    return min(GRAVEST, graver + (hit.case_id is not None or hit.earlier > 0))
