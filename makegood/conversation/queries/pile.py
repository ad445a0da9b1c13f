"""What came in and belongs to no case: it waits for a person to say whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from makegood.conversation.models import Thread
from makegood.conversation.queries.messages import MessageFacts, of_thread
from makegood.kernel.refusals import forbidden
from makegood.people.rules import Ability, Scope

PAGE = 50


@dataclass(frozen=True, slots=True)
class Unsorted:
    """A thread without a case, and what it holds."""

    id: int
    subject: str
    latest_at: datetime
    messages: tuple[MessageFacts, ...]


def unsorted(scope: Scope) -> tuple[Unsorted, ...]:
    """The threads that wait longest, for those who work. Raises Refusal "case.may_not_work"."""
    if not scope.may(Ability.WORK):
        raise forbidden("case.may_not_work", "Your role may look at cases but not work them.")
    rows = Thread.objects.filter(case=None, settled_at=None).order_by("latest_at", "id")[:PAGE]
    return tuple(Unsorted(row.pk, row.subject, row.latest_at, of_thread(row.pk)) for row in rows)


def count_unsorted(*, at_most: int = 100) -> int:
    """How many wait."""
    return Thread.objects.filter(case=None, settled_at=None)[:at_most].count()
