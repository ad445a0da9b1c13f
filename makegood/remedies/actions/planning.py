"""The plan of a case: changed by people, kept as it stood when the customer was first spoken to."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db import transaction

from makegood.cases.actions import record_step
from makegood.cases.actions.holding import hold, person, tell
from makegood.cases.actions.wording import check_words
from makegood.cases.queries import CaseFacts, case_for, is_improved
from makegood.cases.rules import CONVERSATION, Held, Outcome, Step, outcome_of
from makegood.customers.queries import customer_for, ids_of
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.texts import one_line
from makegood.people.rules import Scope
from makegood.remedies.models import PlanKept, PlanLine
from makegood.remedies.queries.plan import Plan, apologies_to, is_spoken, prepare
from makegood.remedies.rules.plan import LONGEST_CHANGE, Caution, cautions, language_of, speaks
from makegood.remedies.rules.spoken import of_step


@transaction.atomic
def take_step(
    number: int,
    *,
    step: str,
    words: str = "",
    channel: str = "",
    harm: str = "",
    held: Held | None = None,
    needs: str = "",
    scope: Scope,
    by: Actor,
    now: datetime,
) -> tuple[Caution, ...]:
    """Record a step as `cases.actions.record_step` does, and tell what there was to heed about it.

    The first word to the customer keeps the plan as it stood before it. Raises Refusal as `record_step` does.
    """
    before = case_for(scope, number)
    customer = customer_for(scope, before.customer_id)
    plan = None
    if speaks(step, words, channel) and before.closed_at is None and not is_spoken(before):
        plan = prepare(before, customer, scope=scope, now=now)
    heeded = heed(before, step, words, now) + of_step(step, words, language=language_of(customer.language))
    # The case is held by the step; what comes after it needs no lock of its own.
    record_step(
        number, step=step, words=words, channel=channel, harm=harm, needs=needs, held=held, scope=scope, by=by, now=now
    )
    if plan is not None:
        keep_plan(plan, by=by, now=now)
    return heeded


@transaction.atomic
def change_plan(number: int, *, step: str, words: str, scope: Scope, by: Actor, now: datetime) -> tuple[Caution, ...]:
    """Put one's own words in the place of a prepared line, or without any let that stand again.

    Returns what there is to heed about them. Raises Refusal "plan.unknown_line", "plan.too_long", "plan.kept",
    "promise.no_improvement".
    """
    case = hold(number, scope=scope)
    me = person(by)
    line, said = _line(step), one_line(words)
    if len(said) > LONGEST_CHANGE:
        raise invalid(
            "plan.too_long", f"Up to {LONGEST_CHANGE} characters, please: it is said, not read.", field="words"
        )
    facts = case_for(scope, number)
    if is_spoken(facts):
        raise Refusal("plan.kept", "The customer has been spoken to: the plan is kept as it was. Write a note instead.")
    check_words(number, [said], field="words", scope=scope)
    PlanLine.objects.create(case=case, step=line, words=said, by_id=me, at=now)
    tell("plan_changed", case, by=by, at=now, data={"line": line, "note": said})
    return heed(facts, line, said, now)


def keep_plan(plan: Plan, *, by: Actor, now: datetime) -> None:
    """Keep it. One that was kept before a step that was taken back gives way to what stands now."""
    content = msgspec.to_builtins(plan)
    PlanKept.objects.update_or_create(
        case_id=plan.case, defaults={"content": content, "by_id": person(by), "at": now}
    )  # fmt: skip


def heed(case: CaseFacts, step: str, words: str, now: datetime) -> tuple[Caution, ...]:
    """What there is to heed about a step in which these words are said."""
    if step not in list(Step):
        return ()
    made = apologies_to(ids_of(case.customer_id), now=now) if step == Step.APOLOGISE else ()
    unforgiven = outcome_of(case.story) is Outcome.WILL_NOT_FORGIVE
    return cautions(
        Step(step), words, apologies=[one.at for one in made], unforgiven=unforgiven, improved=is_improved(case),
        now=now,
    )  # fmt: skip


def _line(step: str) -> Step:
    if step not in CONVERSATION:
        known = ", ".join(CONVERSATION)
        raise invalid("plan.unknown_line", f"There is no line {step!r} in a plan. Lines: {known}.", field="step")
    return Step(step)
