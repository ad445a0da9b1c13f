"""What came in and belongs to no case: it waits for a person to say whose it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from makegood.cases.queries.seeing import visible
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


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open case of a customer who has this address, that the reader may see."""

    address: str
    number: int
    title: str
    customer: str

    @property
    def ref(self) -> str:
        """Its number as people say it."""
        return f"SR-{self.number}"


def candidates(scope: Scope, addresses: Collection[str]) -> tuple[Candidate, ...]:
    """The open cases that messages from these addresses may belong to, the newest first."""
    rows = visible(scope).filter(closed_at=None, customer__contacts__value__in=set(addresses)).order_by("-opened_at")
    found = rows.values_list("customer__contacts__value", "pk", "title", "customer__name").distinct()[:PAGE]
    return tuple(Candidate(*row) for row in found if row[0] in addresses)


def count_unsorted(*, at_most: int = 100) -> int:
    """How many wait."""
    return Thread.objects.filter(case=None, settled_at=None)[:at_most].count()
