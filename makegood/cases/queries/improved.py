"""Whether something was changed about what failed, so that it may be said that it will be better."""

from __future__ import annotations

from makegood.cases.models import Cause
from makegood.cases.queries.record import CaseFacts
from makegood.cases.rules import Purpose
from makegood.promises.rules import State

_KEPT = frozenset({State.KEPT, State.KEPT_LATE})


def is_improved(case: CaseFacts) -> bool:
    """Whether an improvement is on record for a case: a change about its cause, or the one above, that is live and has
    not failed, or one that was promised in the case and made."""
    kept = any(one.purpose is Purpose.CHANGE and one.promise.state in _KEPT for one in case.commitments)
    return case.improved_at is not None or kept


def is_cause_improved(cause_id: int | None) -> bool:
    """The same for a cause; never for one that nobody knows yet (None)."""
    if cause_id is None:
        return False
    found = Cause.objects.filter(pk=cause_id).values_list("improved_at", "parent__improved_at").first()
    return found is not None and any(found)
