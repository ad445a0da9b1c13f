"""What has happened in a case, for the rules to judge."""

from __future__ import annotations

from collections import Counter

from makegood.cases.models import Case
from makegood.cases.rules import FOR_THE_CUSTOMER, Answer, Purpose, Step, Story
from makegood.promises.rules import LIVE, State


def story_of(case: Case) -> Story:
    """The story of a case so far. Four small reads."""
    made = list(case.commitments.values_list("promise__state", "purpose"))
    states = Counter(State(state) for state, purpose in made if purpose in FOR_THE_CUSTOMER)
    checks = case.checks.all() if case.reopened_at is None else case.checks.filter(asked_at__gte=case.reopened_at)
    answers = tuple(Answer(answer) if answer else None for answer in checks.values_list("answer", flat=True))
    return Story(
        taken_at=case.taken_at,
        closed_at=case.closed_at,
        reopened=case.reopened_at is not None,
        steps=frozenset(Step(step) for step in case.steps_done.values_list("step", flat=True)),
        commitments_open=sum(states[state] for state in LIVE),
        commitments_broken=states[State.BROKEN],
        promised=any(purpose in (Purpose.COMMITMENT, Purpose.UPDATE) for _, purpose in made),
        answers=answers,
        has_cause=case.cause_id is not None,
        has_cause_finder=case.cause_finder_id is not None,
        awaits_take_in_charge=case.escalations.filter(taken_at__isnull=True).exists(),
    )
