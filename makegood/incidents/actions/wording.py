"""What may be written to the customers of an incident."""

from __future__ import annotations

from collections.abc import Sequence

from makegood.cases.queries import is_cause_improved
from makegood.incidents.models import Incident
from makegood.incidents.rules.plan import plan_of
from makegood.incidents.rules.saying import written
from makegood.kernel.better import better_in, check_not_better


def check_words(row: Incident, texts: Sequence[str], *, field: str | None = None) -> None:
    """Raises Refusal "promise.no_improvement" when these words promise that things will be better and nothing was
    changed about the cause of the incident."""
    if better_in(texts) and not is_cause_improved(row.cause_id):
        check_not_better(texts, field=field)


def check_plan(row: Incident) -> None:
    """The same for all that the plan says: what was true when it was written need not be when it is sent."""
    plan = plan_of(row.plan)
    check_words(row, [*written(plan.words), *(plan.gift.titles.values() if plan.gift else ())])
