"""What follows when what is owed is not paid in time. Called in the transaction of the watch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from makegood.cases.actions.holding import tell
from makegood.cases.queries import case_for
from makegood.journal.actors import SYSTEM
from makegood.people.rules import Role, Scope
from makegood.promises.rules import Moved, State
from makegood.remedies.models import Grant
from makegood.remedies.queries.owing import owing
from makegood.remedies.rules.granting import GrantState

_EVERYTHING = Scope(Role.MANAGER)


def follow_unpaid(moved: Sequence[Moved], *, now: datetime) -> None:
    """The promise to pay what is owed broke: where the policy owes more for that, the case's record says how much.

    It is owed from then on, like the rest: it is given in one press, and the case does not end before.
    """
    broken = [move.promise_id for move in moved if move.inside_case and move.after is State.BROKEN]
    if not broken:
        return
    unpaid = Grant.objects.filter(promise_id__in=broken, state=GrantState.GIVEN).exclude(policy="")
    for row in unpaid.select_related("case").order_by("case_id", "id"):
        for owed in owing(case_for(_EVERYTHING, row.case_id), now=now):
            if owed.key == (row.policy, row.about_id) and owed.sums.penalty:
                told = {"policy": owed.policy, "title": owed.title, "currency": owed.currency}
                tell("owed_more", row.case, by=SYSTEM, at=now, data={**told, "amount": str(owed.sums.penalty)})
