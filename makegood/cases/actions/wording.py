"""What may be written to the customer of a case."""

from __future__ import annotations

from collections.abc import Sequence

from makegood.cases.queries.improved import is_improved
from makegood.cases.queries.record import case_for
from makegood.kernel.better import better_in, check_not_better
from makegood.people.rules import Scope


def check_words(number: int, texts: Sequence[str], *, field: str, scope: Scope) -> None:
    """Raises Refusal "promise.no_improvement" when these words promise that things will be better and nothing was
    changed about what failed in the case; "case.unknown". The case is read only when they do."""
    if better_in(texts) and not is_improved(case_for(scope, number)):
        check_not_better(texts, field=field)
