"""Writing to a customer: the first message to them keeps the plan as it stood, as the first spoken word does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from makegood.cases.actions.wording import check_words
from makegood.cases.queries import case_for
from makegood.cases.rules import CONVERSATION, Step
from makegood.conversation import actions as conversation
from makegood.conversation.actions import Enclosed, Written
from makegood.conversation.coach import Finding
from makegood.conversation.queries import coach_policy
from makegood.conversation.rules.messages import Channel
from makegood.conversation.rules.policy import excused, requires
from makegood.customers.queries import customer_for
from makegood.journal.actors import Actor
from makegood.kernel.refusals import invalid
from makegood.kernel.texts import one_line
from makegood.people.rules import Scope
from makegood.remedies.actions.planning import heed, keep_plan
from makegood.remedies.queries.coaching import faults_in
from makegood.remedies.queries.plan import Plan, is_spoken, prepare
from makegood.remedies.rules.plan import Caution, gap_in


@transaction.atomic
def write_to_customer(
    number: int,
    *,
    channel: str,
    words: str,
    subject: str = "",
    to: str = "",
    covers: Sequence[str] = (),
    leave_at: datetime | None = None,
    enclosed: Sequence[Enclosed] = (),
    despite: str = "",
    scope: Scope,
    by: Actor,
    now: datetime,
) -> tuple[Written, tuple[Caution, ...]]:
    """Write a message as `conversation.actions.write_message` does, and tell what there is to heed about it.

    Where a clean message is required, `despite` is why it leaves with what the coach found. Raises Refusal
    "message.coach", "message.gap" for a gap of the plan that nobody filled, "promise.no_improvement" for words that
    promise that it will be better while nothing was changed, and as that does.
    """
    plan, heeded = _before(number, words, covers, scope, now)
    found = _judged(number, channel, words, despite, scope, now)
    written = conversation.write_message(
        number, channel=channel, words=words, subject=subject, to=to, covers=covers, leave_at=leave_at,
        enclosed=enclosed, scope=scope, by=by, now=now,
    )  # fmt: skip
    _after(plan, by, now)
    _note(written.id, found, despite, by, now)
    return written, heeded


@transaction.atomic
def post_letter(
    number: int, *, words: str, covers: Sequence[str] = (), despite: str = "", scope: Scope, by: Actor, now: datetime
) -> tuple[Written, tuple[Caution, ...]]:
    """Record a letter as `conversation.actions.log_letter` does, and tell what there is to heed about it.

    Raises Refusal "message.coach", "message.gap" and "promise.no_improvement" as `write_to_customer` does, and as that
    does.
    """
    plan, heeded = _before(number, words, covers, scope, now)
    found = _judged(number, Channel.POST, words, despite, scope, now)
    written = conversation.log_letter(number, words=words, covers=covers, scope=scope, by=by, now=now)
    _after(plan, by, now)
    _note(written.id, found, despite, by, now)
    return written, heeded


def _before(
    number: int, words: str, covers: Sequence[str], scope: Scope, now: datetime
) -> tuple[Plan | None, tuple[Caution, ...]]:
    """The plan as it stands before the first word, None when that was said; and what there is to heed. Raises Refusal
    "message.gap", "promise.no_improvement"."""
    if gap := gap_in(words):
        raise invalid("message.gap", f"Say it in the place of “{gap}” first, or take that sentence out.", field="words")
    check_words(number, [words], field="words", scope=scope)
    case = case_for(scope, number)
    first = case.closed_at is None and not is_spoken(case)
    plan = prepare(case, customer_for(scope, case.customer_id), scope=scope, now=now) if first else None
    steps = [Step(one) for one in covers if one in CONVERSATION]
    return plan, tuple(one for step in steps for one in heed(case, step, "", now))


def _after(plan: Plan | None, by: Actor, now: datetime) -> None:
    if plan is not None:
        keep_plan(plan, by=by, now=now)


def _judged(number: int, channel: str, words: str, despite: str, scope: Scope, now: datetime) -> tuple[Finding, ...]:
    """What the coach finds where a clean message is required. Raises Refusal "message.coach" without a reason."""
    policy = coach_policy()
    if channel not in policy:
        return ()
    case = case_for(scope, number)
    if not requires(policy, channel, case.severity):
        return ()
    found = faults_in(words, case, customer_for(scope, case.customer_id), now=now)
    excused(found, despite)
    return found


def _note(message_id: int, found: Sequence[Finding], despite: str, by: Actor, now: datetime) -> None:
    if found:
        conversation.note_override(message_id, [one.code for one in found], reason=one_line(despite), by=by, now=now)
