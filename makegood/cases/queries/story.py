"""What has happened in a case, for the rules to judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime

from makegood.cases.models import Case
from makegood.cases.rules import FOR_THE_CUSTOMER, Answer, Purpose, Step, Story
from makegood.promises.rules import LIVE, State


def story_of(case: Case) -> Story:
    """The story of a case so far. Four small reads."""
    return told(
        taken_at=case.taken_at, closed_at=case.closed_at, reopened_at=case.reopened_at,
        made=list(case.commitments.filter(undone_at=None).values_list("promise__state", "purpose")),
        steps=case.steps_done.filter(undone_at=None).values_list("step", flat=True),
        checks=case.checks.filter(undone_at=None).values_list("asked_at", "answer"),
        has_cause=case.cause_id is not None, has_cause_finder=case.cause_finder_id is not None,
        awaits_take_in_charge=case.escalations.filter(taken_at__isnull=True).exists(),
    )  # fmt: skip


def told(
    *,
    taken_at: datetime | None,
    closed_at: datetime | None,
    reopened_at: datetime | None,
    made: Collection[tuple[str, str]],
    steps: Iterable[str],
    checks: Iterable[tuple[datetime, str]],
    has_cause: bool,
    has_cause_finder: bool,
    awaits_take_in_charge: bool,
) -> Story:
    """The same from what was read already: `made` are states and purposes of what was promised in the case, `checks`
    when the customer was asked and the answer ("" while it is awaited), oldest first."""
    states = Counter(State(state) for state, purpose in made if purpose in FOR_THE_CUSTOMER)
    since = [answer for asked_at, answer in checks if reopened_at is None or asked_at >= reopened_at]
    return Story(
        taken_at=taken_at,
        closed_at=closed_at,
        reopened=reopened_at is not None,
        steps=frozenset(Step(step) for step in steps),
        commitments_open=sum(states[state] for state in LIVE),
        commitments_broken=states[State.BROKEN],
        promised=any(purpose in (Purpose.COMMITMENT, Purpose.UPDATE) for _, purpose in made),
        answers=tuple(Answer(answer) if answer else None for answer in since),
        has_cause=has_cause,
        has_cause_finder=has_cause_finder,
        awaits_take_in_charge=awaits_take_in_charge,
    )
