"""What stands in the way of ending a case: the one place where every room's word is heard."""

from __future__ import annotations

from collections.abc import Sequence

from makegood.cases.queries import CaseFacts, StepFacts
from makegood.cases.rules import Do, Obstacle, Step, obstacles_to_closing
from makegood.followups.rules import money_alone
from makegood.remedies.queries import Owed, before_ending
from makegood.remedies.queries.owing import obstacles as still_owed


def obstacles(case: CaseFacts, owed: Sequence[Owed]) -> tuple[Obstacle, ...]:
    """Everything that stands in the way of closing a case, each with a sentence that says what to do.

    `owed` is what `owing` says of the case: it takes its reckoning, and whoever asks here mostly shows it too.
    """
    before = before_ending(case.number)
    alone = money_alone(before.given, {one.step for one in case.steps if _is_spoken(one)})
    treated = () if alone is None else (alone,)
    return (*obstacles_to_closing(case.story), *treated, *before.standing, *still_owed(owed))


def allowed(case: CaseFacts, standing: Sequence[Obstacle]) -> tuple[Do, ...]:
    """What whoever looks may do with a case now; to close it only when nothing stands in the way."""
    may_close = Do.STEP in case.allowed and not standing
    return (*case.allowed, Do.CLOSE) if may_close else case.allowed


def _is_spoken(one: StepFacts) -> bool:
    """Whether a step was spoken to the customer. To own a case without a word of it is to take it."""
    return one.step is not Step.OWN or bool(one.said or one.channel)
