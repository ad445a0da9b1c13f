"""What a person knows better than we guess or reckon: of which kind a failure is, and why a case differs."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.cases.actions.holding import hold, person, said, tell
from makegood.journal.actors import Actor
from makegood.kernel.refusals import invalid
from makegood.people.queries import require_scope
from makegood.people.rules import Ability, Scope
from makegood.remedies.models import Difference, NamedFailure
from makegood.remedies.queries.failing import failure_in
from makegood.remedies.rules.fit import FailureKind

REASON_LIMIT = 500


@transaction.atomic
def name_failure(number: int, *, kind: str, scope: Scope, by: Actor, now: datetime) -> None:
    """Say of which kind a case's failure is: the options follow. The same again changes nothing.

    Raises Refusal "failure.unknown_kind", and what `hold` raises.
    """
    case = hold(number, scope=scope)
    me = person(by)
    if kind not in list(FailureKind):
        raise invalid("failure.unknown_kind", f"Choose one of: {', '.join(FailureKind)}.", field="kind")
    before = failure_in(case.pk)
    if before == (kind, True):
        return
    NamedFailure.objects.update_or_create(case=case, defaults={"kind": kind, "by_id": me, "at": now})
    tell("failure_named", case, by=by, at=now, data={"kind": kind, "before": before.kind})


@transaction.atomic
def explain_difference(number: int, *, reason: str, scope: Scope, by: Actor, now: datetime) -> None:
    """Record why a case was given so much more or less than its like; every word of it is kept, the newest is told.

    Raises Refusal "people.not_allowed" for those who do not lead, "case.no_words", and what `hold` raises.
    """
    require_scope(scope, Ability.ASSIGN)
    case = hold(number, scope=scope, closed=None)
    words = said(reason, field="reason", what="Say what made this case different.")[:REASON_LIMIT]
    Difference.objects.create(case=case, reason=words, by_id=person(by), at=now)
    tell("difference_explained", case, by=by, at=now, data={"reason": words})
